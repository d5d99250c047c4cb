"""What happens when the address is wrong: the log names the reason, the caller and the log no address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
import pytest

from runtime.api.failures import not_connected
from tests.runtime.api.asking import serve
from tests.runtime.api.conftest import LOGIN, PASSWORD
from tests.runtime.api.faults import assert_discreet, assert_unavailable, warnings
from twin.certificates import issue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twin.postgres import Server

LOGIN_REFUSED: Final = "the server refuses user or password"
UNREACHABLE: Final[Mapping[str, tuple[Mapping[str, str], str]]] = {
    "another password": ({PASSWORD: "another"}, LOGIN_REFUSED),
    "another user": ({LOGIN: "nobody"}, LOGIN_REFUSED),
    "no password": ({f":{PASSWORD}@": "@"}, "DATABASE_URL has no password"),
    "a closed database": ({"/{database}?": "/template0?"}, "the database takes no connections"),
    "another database": ({"/{database}?": "/nowhere?"}, "there is no such database or user"),
    "another authority": (
        {"{authority}": "{another}"},
        "the server's certificate is by no authority that is trusted here",
    ),
    "no file of authorities": (
        {"{authority}": "{authority}.none"},
        "the file of trusted authorities can't be read",
    ),
    "another name": (
        {"@localhost": "@elsewhere.invalid", "?": "?hostaddr=127.0.0.1&"},
        "the server's certificate is for another name",
    ),
    "an unknown name": ({"@localhost": "@nowhere.invalid"}, "the host's name is not known"),
    "an impossible name": ({"@localhost": f"@{'a' * 70}"}, "the host's name can't be one"),
    "another port": ({":{port}/": ":1/"}, "nothing listens at the server's address"),
}
"""What a URL can get wrong: what is changed in it, and what the log says."""


@pytest.mark.parametrize("what", UNREACHABLE)
def test_a_wrong_address_is_told_of_in_the_log_alone(
    postgres: Server, shared_url: str, tmp_path: Path, what: str
) -> None:
    changes, reason = UNREACHABLE[what]
    another = tmp_path / "another.pem"
    another.write_bytes(issue(["localhost"]).ca)
    with psycopg.connect(shared_url) as connection:
        database = connection.info.dbname
    known = {"port": postgres.port, "database": database, "authority": postgres.ca, "another": another}
    url = shared_url
    for old, new in changes.items():
        assert old.format(**known) in url
        url = url.replace(old.format(**known), new.format(**known))
    client = serve(url)

    client.service.open()
    failed = client.get("/health")

    assert f"no connection at the start: no connection: {reason}" == warnings(client)[0]
    assert_unavailable(failed, client, f"no connection: {reason}")
    assert client.get("/health/live").status == 200
    assert "postgresql://" not in client.log.getvalue()
    assert_discreet(client)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('role "app" is not permitted to log in', "the user may not log in"),
        ('permission denied for database "miyabi"', "the user may not connect to the database"),
        ('too many connections for role "app"', "the user has all the connections that it may have"),
        ('too many connections for database "app"', "the database has all the connections that it may have"),
        ("sorry, too many clients already", "the server has no connection left"),
        (
            'no pg_hba.conf entry for host "10.0.0.1", user "app"',
            "the server's rules refuse the user, from there or to the database",
        ),
        ('PAM authentication failed for user "app"', "the server refuses the token of IAM"),
        ('password authentication failed for user "app"', LOGIN_REFUSED),
    ],
)
def test_what_the_server_says_of_who_may_not_come_in_is_told_apart(said: str, reason: str) -> None:
    told = not_connected(psycopg.OperationalError(f"connection failed: FATAL:  {said}"))

    assert f"no connection: {reason}" == told.reason
