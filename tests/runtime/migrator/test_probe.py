"""The probe tells how the database is reached, and where the way ends if it is not."""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from runtime.migrator import probe
from runtime.migrator.actions import perform
from runtime.migrator.connection import read_url
from runtime.migrator.context import Context, Document
from runtime.migrator.files import Migrations
from tests.runtime.migrator.failures.means_here import Here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from twin.postgres import Server

SECRET = "a-password-that-is-wrong"


def ask(url: str) -> Document:
    """Probe a database; the answer holds what JSON holds, and no password."""
    answer = perform({"action": "probe"}, Context(read_url(url), Migrations(NOWHERE, (), {})))
    password = psycopg.conninfo.conninfo_to_dict(url).get("password") or SECRET
    assert str(password) not in json.dumps(answer)
    return answer


NOWHERE: Path = None  # type: ignore[assignment]  # no folder is read here


@pytest.fixture
def unencrypted() -> Iterator[int]:
    """The port of a server that has no TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(8)
                client.sendall(b"N")
                client.recv(8)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(20)


# Reached.


def test_a_database_that_is_reached_is_told_of(postgres: Server, database: str) -> None:
    answer = ask(database)

    beside = ("_ms", "_s", "logins")  # roles are the whole server's, so other tests may have made them
    known = {key: value for key, value in answer.items() if not key.endswith(beside)}
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    assert {
        "target": f"{name} at localhost:{postgres.port}",
        "sslmode": "verify-full",
        "addresses": known["addresses"],
        "reached": True,
        "verified": True,
        "database": name,
        "user": "miyabi_admin",
        "schema": "public",
        "server": f"PostgreSQL {postgres.version}",
        "tls": {"version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384"},
        "pooler": False,
        "replica": False,
        "read_only": False,
        "may_create": True,
        "ledger": None,
        "connections": {"used": known["connections"]["used"], "most": 100},
        "missing": [],
        "warnings": [],
    } == known
    assert "127.0.0.1" in answer["addresses"]
    assert 0 < answer["round_trip_ms"] <= answer["connect_ms"]
    assert 1 <= answer["connections"]["used"] <= 100
    assert abs(answer["clock_ahead_s"]) < probe.SKEW


def test_the_ledger_is_found_wherever_it_is(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA old; CREATE TABLE old._sqlx_migrations (x int)")

    assert "old._sqlx_migrations" == ask(database)["ledger"]


@pytest.mark.parametrize(
    ("parameters", "warning"),
    [
        ("sslmode=require", "the server's name is not verified"),
        ("options=-cdefault_transaction_read_only%3Don", "nothing can be written here"),
        ("options=-csearch_path%3Dnowhere", "user miyabi_admin may not create in the schema"),
    ],
    ids=["unverified", "read-only", "without a schema"],
)
def test_what_stands_in_the_way_of_a_run_is_told(parameters: str, warning: str, database: str) -> None:
    (told,) = ask(f"{database}&{parameters}")["warnings"]

    assert told.startswith(warning)


@pytest.mark.parametrize("ahead", [-60, 60])
def test_a_clock_that_is_not_ours_is_told(ahead: int, database: str) -> None:
    """Case 46: from 5 s on."""
    with psycopg.connect(database, autocommit=True) as connection:
        document = probe.look(connection, now=lambda: time.time() - ahead)

    (told,) = probe._warnings(document | {"verified": True})
    assert f"the server's clock is {ahead:+.1f} s from ours" == told


def test_connections_that_run_out_are_told(database: str) -> None:
    document = ask(database) | {"connections": {"used": 81, "most": 100}}

    assert ["81 of 100 connections are in use"] == list(probe._warnings(document))


def test_a_pooler_is_told(database: str) -> None:
    document = ask(database) | {"pooler": True}

    assert ["a pooler stands between, through which no migration can run"] == list(probe._warnings(document))


# Not reached.


def test_a_name_that_leads_nowhere_is_an_answer() -> None:
    answer = ask("postgresql://user@a..b/database?sslmode=require")

    assert (False, "dns") == (answer["reached"], answer["step"])
    assert "could not translate host name a..b" in answer["message"]


def test_a_port_where_nobody_listens_is_an_answer_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    start = time.monotonic()

    answer = ask(f"postgresql://user@127.0.0.1:{port}/database?sslmode=require")

    assert (False, "refused", ["127.0.0.1"]) == (answer["reached"], answer["step"], answer["addresses"])
    assert time.monotonic() - start < 5


def test_a_server_without_tls_is_an_answer(unencrypted: int) -> None:
    """Case 44: the function says so, and no more is sent."""
    answer = ask(f"postgresql://user:{SECRET}@127.0.0.1:{unencrypted}/database?sslmode=require")

    assert (False, "tls") == (answer["reached"], answer["step"])


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"password": SECRET}, "password"),
        ({"database": "nowhere"}, "database"),
        ({"sslrootcert": "/nowhere/ca.pem"}, "tls"),
    ],
    ids=["password", "database", "authority"],
)
def test_what_the_server_refuses_is_an_answer(change: dict[str, Any], step: str, postgres: Server) -> None:
    """Case 45: no password is in the answer."""
    answer = ask(postgres.url(**{"database": "postgres"} | change))

    assert (False, step) == (answer["reached"], answer["step"])
    assert answer["message"].startswith(f"no connection to {answer['target']}: ")


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("connection timeout expired", "timeout"),
        ("connection is bad: Network is unreachable", "unreachable"),
        ("the database system is starting up", "starting"),
        ("sorry, too many clients already", "full"),
        ("remaining connection slots are reserved for roles with the SUPERUSER attribute", "full"),
        ('too many connections for role "miyabi_api_a"', "full"),
        ("fe_sendauth: no password supplied", "password"),
        ('role "anna" is not permitted to log in', "user"),
        ('permission denied for database "miyabi"', "database"),
        ("server does not support SSL, but SSL was required", "tls"),
        ("SSL error: certificate verify failed", "tls"),
        ('server certificate for "a" does not match host name "b"', "tls"),
        ('no pg_hba.conf entry for host "10.0.0.1", user "a", database "b", no encryption', "tls"),
        ('no pg_hba.conf entry for host "10.0.0.1", user "a", database "b", SSL encryption', "rules"),
        ("something new", "other"),
    ],
)
def test_a_step_is_known_by_its_words(words: str, step: str) -> None:
    assert step == probe.step_of(words)


# The command.


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(monkeypatch, capsys)


def test_the_command_prints_what_is_known(here: Here, tmp_path: Path, database: str) -> None:
    answer = here(database, tmp_path, "probe")

    assert 0 == answer.code
    assert "is reached\n" in answer.out
    assert (
        "TLS          TLSv1.3, TLS_AES_256_GCM_SHA384; its name is verified (sslmode=verify-full)"
        in answer.out
    )
    assert "as           miyabi_admin, who may create" in answer.out


def test_the_command_exits_with_3_where_it_is_not_reached(
    here: Here, tmp_path: Path, postgres: Server
) -> None:
    url = postgres.url("nowhere")

    printed, asked = here(url, tmp_path, "probe"), here(url, tmp_path, "probe", "--json")

    assert (3, 3) == (printed.code, asked.code)
    assert "not reached (database): no connection to nowhere at localhost" in printed.out
    assert "database" == json.loads(asked.out)["step"]


def test_a_name_whose_address_libpq_is_told_by_its_variable_is_not_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    target = read_url("postgresql://app@nowhere.invalid/miyabi?sslmode=require")
    assert ["127.0.0.1"] == probe.resolve(target)
