"""What keeps a run from its database is told in one line, and without the password."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from runtime.migrator.connection import connect, read_url
from runtime.migrator.errors import ConnectionFailed
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import Background, session, until
from tests.runtime.migrator.failures.means_here import name_of, own_server, put, user_of, visitor

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here
    from twin.postgres import Server

SECRET = "a-secret-that-nobody-prints"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One migration."""
    return put(tmp_path / "migrations", {"1_first.sql": "CREATE TABLE first ()"})


def refusals() -> list[Any]:
    """Ways to be refused: a name, what is changed in a good connection string, and what is told."""
    return [
        pytest.param(
            {"password": SECRET},
            'password authentication failed for user "miyabi_admin"; check user and password',
            id="wrong password",
        ),
        pytest.param(
            {"password": ""},
            "fe_sendauth: no password supplied; put the password into the URL or PGPASSWORD",
            id="no password",
        ),
        pytest.param(
            {"user": "nobody_at_all", "password": SECRET},
            'password authentication failed for user "nobody_at_all"; check user and password',
            id="no such user",
        ),
        pytest.param(
            {"dbname": "missing"},
            'database "missing" does not exist; check the name, or create it',
            id="no such database",
        ),
        pytest.param(
            {"options": "-c nonsense=1"},
            'unrecognized configuration parameter "nonsense"',
            id="no such setting",
        ),
        pytest.param({"host": "no..such", "hostaddr": None}, "; check the host's name", id="no name at all"),
    ]


@pytest.mark.parametrize(("change", "sentence"), refusals())
def test_a_refusal_is_told_in_one_line(
    here: Here,
    postgres: Server,
    database: str,
    folder: Path,
    change: dict[str, str | None],
    sentence: str,
) -> None:
    """Case 45: wrong password, none, no such role or database: one line each, and asked only once."""
    before = len(postgres.log.read_bytes())
    # libpq asks again without its application_name, which servers before 9.0 answered so
    asked = 2 if "options" in change else 1

    answer = here(
        psycopg.conninfo.make_conninfo(database, **change), folder, "up", PGPASSFILE=str(folder / "none")
    )

    assert Exit.NO_ACCESS == answer.code
    assert answer.sentence.startswith("no connection to ")
    assert answer.sentence.endswith(sentence)
    assert SECRET not in answer.err
    assert postgres.log.read_bytes()[before:].count(b"FATAL:") <= asked


@pytest.mark.parametrize(
    ("options", "revoked", "sentence"),
    [
        ("NOLOGIN", False, 'role "{}" is not permitted to log in; connect as a user who may'),
        (
            "LOGIN CONNECTION LIMIT 0",
            False,
            'too many connections for role "{}"; end a session, or raise the limit',
        ),
        ("LOGIN", True, "; let the database's owner grant CONNECT on it"),
    ],
    ids=["no login", "no connection left", "no right to connect"],
)
def test_a_role_that_may_not_connect_is_told(
    here: Here, postgres: Server, database: str, folder: Path, options: str, *, revoked: bool, sentence: str
) -> None:
    """Case 45: a role without the right to log in or to connect, or with no connection left."""
    name = name_of(database)
    with visitor(postgres, name, options) as url:
        if revoked:
            with session(database) as connection:
                connection.execute(
                    sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
                )

        answer = here(url, folder, "up")

    assert Exit.NO_ACCESS == answer.code
    assert answer.sentence.endswith(sentence.format(user_of(url)))


def test_a_full_server_is_told(here: Here, folder: Path) -> None:
    """Case 45: too many connections: one line, and no retry that would make it worse."""
    settings = {"max_connections": "4", "superuser_reserved_connections": "1"}
    with own_server(**settings) as (server, database), ExitStack() as opened:
        for _ in range(3):
            opened.enter_context(session(server.url(database)))

        answer = here(server.url(database), folder, "up")

        assert Exit.NO_ACCESS == answer.code
        assert answer.sentence.endswith("; end a session, or raise max_connections")
        assert 1 == server.log.read_bytes().count(b"FATAL:")


def test_a_name_that_no_server_knows_is_told(
    here: Here, database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 45: a host that can't be resolved; the resolver is told what to answer, for none may be asked."""

    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        answer = here(psycopg.conninfo.make_conninfo(database, host="database.example"), folder, "up")

    assert Exit.NO_ACCESS == answer.code
    assert "Name or service not known; check the host's name" in answer.sentence


def test_a_refused_connection_is_tried_again_and_then_told(database: str) -> None:
    """Case 45: nobody listens: asked again until patience ends, and told once."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = str(closed.getsockname()[1])
    target = read_url(psycopg.conninfo.make_conninfo(database, port=port))
    told: list[str] = []

    with pytest.raises(ConnectionFailed) as failed:
        connect(target, patience=0.5, say=told.append)

    assert f"no connection to {name_of(database)} at localhost:{port}: Connection refused; " in str(
        failed.value
    )
    assert [f"{target}: Connection refused; asking again"] == told


def test_a_server_that_comes_back_is_used() -> None:
    """Case 45: a server that shuts down (57P03), is gone (refused) and starts is asked until it is there."""
    with own_server() as (server, database):
        lingering = session(server.superuser_url(database))
        postmaster = int((server.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        os.kill(postmaster, signal.SIGTERM)  # a smart shutdown: it waits for `lingering`
        until(partial(refuses, server.url(database)), "the server shuts down")
        heard: list[str] = []

        def come_back(sentence: str) -> None:
            heard.append(sentence)
            if len(heard) == 1:
                lingering.close()
                restarting.append(Background(partial(server.restart, immediate=False)))

        restarting: list[Background] = []
        with connect(read_url(server.url(database)), say=come_back) as connection:
            restarting[0].result()

            assert (1,) == connection.execute("SELECT 1").fetchone()
    assert (
        f"{database} at localhost:{server.port}: the database system is shutting down; asking again"
        == (heard[0])
    )


def refuses(url: str) -> bool:
    """Whether a server takes nobody in."""
    try:
        session(url).close()
    except psycopg.OperationalError:
        return True
    return False


SPILLED = [
    "postgresql://somebody:Zq7@{secret}@{host}:{port}/any?sslmode=require",
    "postgresql://somebody:Zq7/{secret}@{host}:{port}/any?sslmode=require",
    "postgresql://somebody:1234/{secret}@{host}:{port}/any?sslmode=require",
    "postgresql://somebody:Zq7@x/{secret}@{host}:{port}/any?sslmode=require",
    "postgresql://somebody:{secret}%zz@{host}:{port}/any?sslmode=require",
    "postgresql://somebody:{secret} word@{host}:{port}/any?sslmode=require",
    "postgresql://somebody:{secret}@{host}:port/any?sslmode=require",
    "postgresql://somebody:{secret}@{host}:{port}/any?sslmode=require&nonsense=1",
    "host={host} port={port} user=somebody password={secret} word sslmode=require",
    "host={host} port={port} user=somebody password='{secret} sslmode=require",
    "mysql://somebody:{secret}@{host}:{port}/any",
    "somebody:{secret}@{host}:{port}/any?sslmode=require",
    "jdbc:postgresql://somebody:{secret}@{host}:{port}/any",
]


@pytest.mark.parametrize("words", SPILLED)
@pytest.mark.parametrize("action", ["up", "status"])
def test_a_url_that_is_wrong_spills_no_password(here: Here, folder: Path, words: str, action: str) -> None:
    """Case 45: whatever is wrong with a URL, no part of the password that stands in it is printed."""
    url = words.format(secret=SECRET, host="127.0.0.1", port="1")

    answer = here(url, folder, action)

    assert Exit.NO_ACCESS == answer.code
    assert SECRET not in answer.err + answer.out
    assert answer.sentence.startswith("the database URL ")


@pytest.mark.parametrize("json", [False, True], ids=["table", "json"])
def test_without_a_database_nothing_is_guessed(here: Here, folder: Path, *, json: bool) -> None:
    """Case 45: no URL at all is a mistake in use, and no default of libpq is taken for it."""
    answer = here("", folder, "status", *(["--json"] if json else []))

    assert Exit.WRONG_INPUT == answer.code
    assert answer.sentence.startswith("no database is named; ")
