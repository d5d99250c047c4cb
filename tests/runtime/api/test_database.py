"""The way to the database: its tables, its dialect, its sessions, and how seldom it is asked."""

from __future__ import annotations

import socket
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import Enum, create_engine, event, text
from sqlalchemy.pool import NullPool

from runtime.api.connection import connect
from runtime.api.database import MAXIMUM_AGE, Database
from runtime.api.dialect import QuietDialect
from runtime.api.errors import Unavailable
from runtime.api.tables import metadata
from runtime.migrator.connection import read_url
from runtime.migrator.roles import SETTINGS
from tests.migrations.test_api_role import RIGHTS
from tests.runtime.api.asking import serve
from tests.runtime.api.faults import APPLICATION
from tests.runtime.api.walking import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Dialect

    from tests.runtime.api.asking import Client
    from twin.postgres import Server


LONGEST: Final = 30
"""Seconds that a request may take, by the gateway."""


@pytest.fixture
def owner(master_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(master_url) as connection:
        yield connection


@pytest.fixture
def opened(shared_url: str) -> Iterator[Database]:
    database = Database(read_url(shared_url), connect_timeout=1, statement_timeout=20)
    yield database
    database.close()


@pytest.mark.parametrize("name", metadata.tables)
def test_a_table_is_as_the_migrations_make_it(owner: psycopg.Connection, name: str) -> None:
    """PostgreSQL itself reads what SQLAlchemy would have made, and tells both in its own words."""
    dialect = QuietDialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's has no type
    columns = [
        SQL("{} {}").format(Identifier(column.name), SQL(column.type.compile(dialect=dialect)))
        for column in metadata.tables[name].columns
    ]
    owner.execute(SQL("CREATE TEMPORARY TABLE expected ({})").format(Composed(columns).join(", ")))

    expected, found = _types(owner, "expected"), _types(owner, f"public.{name}")

    assert expected == {column: found.get(column) for column in expected}


def _types(connection: psycopg.Connection, table: str) -> dict[str, str]:
    rows = connection.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    return dict(rows.fetchall())


@pytest.mark.parametrize("name", metadata.tables)
def test_a_tables_key_and_its_states_are_the_databases(owner: psycopg.Connection, name: str) -> None:
    table = metadata.tables[name]
    key = owner.execute(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)"
        " WHERE indrelid = %s::regclass AND indisprimary",
        [f"public.{name}"],
    )
    assert {column.name for column in table.primary_key} == {column for (column,) in key}
    for column in table.columns:
        if isinstance(column.type, Enum):
            labels = owner.execute(
                "SELECT enumlabel FROM pg_enum WHERE enumtypid = %s::regtype ORDER BY enumsortorder",
                [column.type.name],
            )
            assert column.type.enums == [label for (label,) in labels]


def test_every_table_may_be_read_by_the_api() -> None:
    assert [] == [name for name in metadata.tables if "S" not in RIGHTS.get(name, "")]


def test_a_session_that_is_used_is_younger_than_one_that_the_server_ends() -> None:
    """The server counts from the last request, and a connection is replaced by its whole age."""
    assert SETTINGS["idle_session_timeout"] == f"{MAXIMUM_AGE // 60 + 1}min"
    assert MAXIMUM_AGE + LONGEST < 300
    assert SETTINGS["idle_in_transaction_session_timeout"] == f"{LONGEST}s"


def test_an_old_connection_is_replaced(opened: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def session() -> int:
        with opened.reading() as connection:
            return connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr, no-any-return]  # psycopg's

    first, second = session(), session()
    now = time.monotonic
    monkeypatch.setattr("runtime.api.database.time.monotonic", lambda: now() + MAXIMUM_AGE - 5)
    young = session()
    monkeypatch.setattr("runtime.api.database.time.monotonic", lambda: now() + MAXIMUM_AGE + 5)
    old = session()

    assert (first, first) == (second, young)
    assert first != old


def test_who_finds_the_connection_taken_is_told_to_come_again(opened: Database) -> None:
    """A function answers one request at a time; a server of one's own may not."""
    with opened.reading(), pytest.raises(Unavailable) as refused, opened.reading():
        pass

    assert ("the connection was not free in time", False) == (refused.value.reason, refused.value.broken)


def test_the_network_is_watched_as_closely_as_is_said(shared_url: str) -> None:
    """Who is gone without a word is noticed after 8 s with data on its way, else after 5 + 2 * 2."""
    if sys.platform != "linux":
        pytest.skip("the names of these options are Linux's")
    connection = connect(read_url(shared_url), connect_timeout=3, statement_timeout=20)
    with connection, socket.socket(fileno=socket.dup(connection.pgconn.socket)) as watched:
        options = {
            name: watched.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
            for name in ("TCP_USER_TIMEOUT", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
        }
        assert watched.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)

    assert {"TCP_USER_TIMEOUT": 8000, "TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 2} == options


def test_a_session_is_what_the_api_asks_for(opened: Database) -> None:
    asked = (
        "application_name",
        "statement_timeout",
        "lock_timeout",
        "TimeZone",
        "client_connection_check_interval",
        "transaction_isolation",
        "client_encoding",
    )
    with opened.writing() as connection:
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in asked]

    assert [APPLICATION, "20s", "10s", "UTC", "2s", "read committed", "UTF8"] == found


def test_the_quiet_dialect_knows_what_the_stock_one_asks_for(opened: Database, shared_url: str) -> None:
    """Whatever SQLAlchemy's own dialect finds out on a first connection, ours has as well."""
    target = read_url(shared_url)
    stock = create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(target, connect_timeout=3, statement_timeout=20),
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        use_native_hstore=False,
    )
    with stock.connect(), opened.reading() as connection:
        assert _state(stock.dialect) == _state(connection.dialect)


def _state(dialect: Dialect) -> dict[str, Any]:
    """What a dialect has found out, or was given, as far as it can be compared."""
    simple = (str, int, tuple, frozenset, type(None))
    return {name: value for name, value in vars(dialect).items() if isinstance(value, simple)}


def test_the_quiet_dialect_says_what_the_stock_one_says(shared_url: str) -> None:
    """In the statements of routes of every kind."""
    client = serve(shared_url)
    engine = client.service.database._engine  # what is sent is seen nowhere else
    said: dict[str, Any] = {}
    stock = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(shared_url))
    event.listen(
        engine,
        "before_execute",
        lambda _connection, clause, *_: said.update({str(clause.compile(dialect=engine.dialect)): clause}),
    )

    with stock.connect():
        answers = walk(client)

    assert [] == [answer for answer in answers if answer.status >= 400]
    assert len(said) > 20
    assert list(said) == [str(clause.compile(dialect=stock.dialect)) for clause in said.values()]
    stock.dispose()


def test_times_are_in_utc_wherever_the_database_thinks_it_is(
    postgres: Server, own_database: str, own_url: str
) -> None:
    with psycopg.connect(postgres.url(own_database), autocommit=True) as connection:
        zone = SQL("ALTER DATABASE {} SET timezone = 'Asia/Tokyo'")
        connection.execute(zone.format(Identifier(own_database)))
    before = datetime.now(UTC)

    made = serve(own_url).sign_in().post("/tasks", {"name": "a task"})["created_at"]

    assert made.endswith("Z")
    assert before <= datetime.fromisoformat(made) <= datetime.now(UTC)


def test_no_document_is_null_to_the_database_and_null_within_one_is_kept(
    api: Client, owner: psycopg.Connection
) -> None:
    client = api.sign_in()
    task = client.post("/tasks", {"name": "a task", "metadata": {"a": None}})["id"]
    client.post(f"/tasks/{task}/start")
    done = client.post(f"/tasks/{task}/complete", {"result": None})

    assert ({"a": None}, None) == (done["metadata"], done["result"])
    asked = "SELECT jsonb_typeof(metadata), result IS NULL FROM tasks WHERE id = %s"
    assert ("object", True) == owner.execute(asked, [task]).fetchone()


def test_a_connection_that_is_held_remembers_no_request(opened: Database) -> None:
    """It lives for minutes, and serves thousands."""

    def remembered() -> int:
        with opened.writing() as connection:
            connection.execute(text("SELECT 1"))
        with opened.reading() as connection:
            connection.execute(text("SELECT 1"))
            record = connection.connection._connection_record
            return len(record.finalize_callback)

    first = remembered()

    assert {first} == {remembered() for _ in range(20)}


def test_a_write_is_in_a_transaction_and_a_read_in_none(opened: Database) -> None:
    question = text(
        "SELECT pg_current_xact_id_if_assigned() IS NOT NULL, current_setting('transaction_isolation')"
    )
    assigned = text("SELECT pg_current_xact_id()")

    with opened.writing() as connection:
        connection.execute(assigned)
        in_write = connection.execute(question).one()
    with opened.reading() as connection:
        connection.execute(assigned)
        in_read = connection.execute(question).one()

    assert ((True, "read committed"), (False, "read committed")) == (tuple(in_write), tuple(in_read))
