"""The password goes to no other host than an instance of the same account, which proves its name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from runtime.migrator.actions import perform
from runtime.migrator.connection import read_url
from runtime.migrator.context import Context, EventRefused
from runtime.migrator.errors import ConnectionFailed
from runtime.migrator.neighbours import neighbour
from tests.runtime.migrator.folders import tables
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.migrator.context import Document
    from twin.postgres import Server

DOMAIN = "c0ffee1234ab.us-east-1.rds.amazonaws.com"
HERE, RESTORED, UNPROVEN = (f"{name}.{DOMAIN}" for name in ("miyabi", "miyabi-restored", "somebody"))
CONFIGURED = read_url(f"postgresql://u:secret@{HERE}/miyabi?sslmode=verify-full&sslrootcert=/none")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that proves two names of RDS."""
    with start(hosts=[HERE, RESTORED]) as server:
        yield server


@pytest.fixture
def context(server: Server, tmp_path: Path) -> Context:
    """What the function has, with two migrations; every name leads to this machine."""
    parameters = read_url(server.url(server.create_database())).parameters
    url = psycopg.conninfo.make_conninfo(**parameters | {"host": HERE, "hostaddr": "127.0.0.1"})
    return Context(read_url(url), tables(tmp_path / "migrations", 2))


def ask(context: Context, action: str, **options: Any) -> Document:
    """Ask, and get what JSON holds."""
    answer: Document = json.loads(json.dumps(perform({"action": action, **options}, context)))
    return answer


def test_another_instance_is_looked_at_over_verified_tls(context: Context) -> None:
    probed, status = (ask(context, action, host=RESTORED) for action in ("probe", "status"))

    assert f"at {RESTORED}:" in probed["target"]
    assert (True, True, "verify-full") == tuple(probed[key] for key in ("reached", "verified", "sslmode"))
    assert {"pending": 2} == status["counts"]


def test_an_instance_that_does_not_prove_its_name_gets_no_password(context: Context) -> None:
    probed = ask(context, "probe", host=UNPROVEN)

    assert (False, "tls") == (probed["reached"], probed["step"])
    with pytest.raises(ConnectionFailed, match=UNPROVEN):
        ask(context, "status", host=UNPROVEN)


@pytest.mark.parametrize("action", ["up", "plan", "roles", "verify"])
def test_nothing_is_changed_elsewhere(context: Context, action: str) -> None:
    with pytest.raises(EventRefused, match="has no option 'host'"):
        perform({"action": action, "host": RESTORED}, context)


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        f"{HERE}.attacker.example",
        "miyabi.c0ffee1234ac.us-east-1.rds.amazonaws.com",
        "miyabi.c0ffee1234ab.eu-west-1.rds.amazonaws.com",
        DOMAIN,
        f".{DOMAIN}",
        f"a.b.{DOMAIN}",
        f"{HERE},attacker.example",
        f"attacker.example,{HERE}",
        f"attacker.example/.{DOMAIN}",
        f"/run/.{DOMAIN}",
        f"@{DOMAIN}",
        f"-a.{DOMAIN}",
        f"{HERE}.",
        f"{HERE}\n",
        f"{HERE}\0",
        f"{'a' * 64}.{DOMAIN}",
        "127.0.0.1",
        "",
    ],
)
def test_other_hosts_are_refused(host: str) -> None:
    with pytest.raises(EventRefused, match="instances of the same account and region") as refused:
        neighbour(CONFIGURED, host)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:secret@localhost/miyabi?sslmode=verify-full",
        "postgresql://u:secret@10.1.2.3/miyabi?sslmode=verify-full",
        "postgresql://u:secret@db.example.com/miyabi?sslmode=verify-full",
        f"postgresql://u:secret@{HERE},{HERE}/miyabi?sslmode=verify-full",
        f"postgresql://u:secret@{HERE}/miyabi?sslmode=require",
        f"postgresql://u:secret@{HERE}/miyabi?sslmode=verify-ca",
    ],
)
def test_beside_what_proves_no_name_of_rds_there_is_nothing(url: str) -> None:
    with pytest.raises(EventRefused, match="must prove its name"):
        neighbour(read_url(url), RESTORED)
