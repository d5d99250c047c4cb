"""Over TLS or not at all: what would allow plain text is refused before a statement is sent."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from runtime.migrator.connection import connect, read_url
from runtime.migrator.errors import ConnectionFailed, UrlRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""The eight bytes by which a client asks for TLS before it says anything else (PostgreSQL's protocol)."""
SECRET = "correct-horse-battery-staple"


@pytest.mark.parametrize("mode", [None, "disable", "allow", "prefer"])
def test_less_than_require_is_refused_without_connecting(mode: str | None) -> None:
    query = f"?sslmode={mode}" if mode else ""

    with pytest.raises(UrlRefused, match="allows a connection without TLS"):
        read_url(f"postgresql://user@localhost:1/database{query}")


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_require_and_more_is_taken(mode: str) -> None:
    assert read_url(f"postgresql://user@localhost/database?sslmode={mode}").parameters["sslmode"] == mode


def test_the_mode_may_come_from_the_environment_as_libpq_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")

    assert read_url("host=localhost dbname=miyabi").verified


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://user:{SECRET}@@host:port:5432/database",
        f"postgresql://user:{SECRET}%zz@host/database?sslmode=require",
        f"host=h password='{SECRET} sslmode=require",
        f"mysql://user:{SECRET}@host/database",
        f"postgresql+psycopg://user:{SECRET}@host/database?sslmode=require",
        f"postgresql://user:{SECRET}@host/database?sslmode=require&nonsense=1",
        "",
        "   ",
    ],
)
def test_a_url_that_cant_be_read_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        read_url(url)

    assert SECRET not in str(refused.value)


def test_a_target_prints_without_user_and_password() -> None:
    printed = read_url(f"postgresql://anna:{SECRET}@host:5433/miyabi?sslmode=require")

    assert "miyabi at host:5433" == str(printed)
    assert SECRET not in repr(printed)
    assert "anna" not in repr(printed)


@pytest.fixture
def plain_server() -> Iterator[tuple[int, list[bytes], threading.Thread]]:
    """A server that has no TLS: it says so, and keeps whatever the client sends after that."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            try:
                client, _ = listener.accept()
            except TimeoutError:
                return
            with client:
                received.append(client.recv(8))
                client.sendall(b"N")
                received.append(client.recv(8192))

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], received, thread
    thread.join(5)


def test_a_server_without_tls_gets_the_request_for_it_and_not_a_byte_more(
    plain_server: tuple[int, list[bytes], threading.Thread],
) -> None:
    port, received, serving = plain_server
    target = read_url(f"postgresql://user:{SECRET}@127.0.0.1:{port}/database?sslmode=require")

    with pytest.raises(ConnectionFailed, match="does not support SSL"):
        connect(target)
    serving.join(5)

    assert [SSL_REQUEST, b""] == received


def test_our_settings_stand_above_those_of_the_user_and_survive_a_reset(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        name = connection.info.dbname
        for setting, value in [
            ("statement_timeout", "1s"),
            ("idle_session_timeout", "1s"),
            ("lock_timeout", "1s"),
        ]:
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                    sql.Identifier(name), sql.Identifier(setting), value
                )
            )
    with connect(read_url(database), settings={"lock_timeout": "2500ms"}) as connection:
        connection.execute("SET statement_timeout = '5s'; SET lock_timeout = 0; RESET ALL")
        shown = connection.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), "
            "current_setting('idle_session_timeout'), current_setting('client_connection_check_interval'), "
            "current_setting('client_encoding'), current_setting('application_name')"
        ).fetchone()

    assert ("0", "2500ms", "0", "2s", "UTF8", "miyabi migrate") == shown


def test_options_of_the_url_are_kept_beside_ours(database: str) -> None:
    url = f"{database}&options=-csearch_path%3Dother"

    with connect(read_url(url)) as connection:
        assert ("other", "0") == connection.execute(
            "SELECT current_setting('search_path'), current_setting('statement_timeout')"
        ).fetchone()


def test_what_time_mends_is_asked_again() -> None:
    """A port where nobody listens yet refuses; the sentence tells that it is asked again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    told: list[str] = []

    with pytest.raises(ConnectionFailed, match="check host and port"):
        connect(read_url(f"postgresql://u@127.0.0.1:{port}/x?sslmode=require"), patience=0.3, say=told.append)

    assert told
