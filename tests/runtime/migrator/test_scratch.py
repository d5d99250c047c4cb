"""A scratch database is like the real one but empty, and gone with the run that made it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from runtime.migrator.connection import connect, read_url
from runtime.migrator.scratch import BuildFailed, ScratchRefused, build, scratch
from tests.runtime.migrator.failures.means import Heard, ask, session, until
from tests.runtime.migrator.folders import folder
from tests.runtime.migrator.reported import scratch_databases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg

    from runtime.migrator.connection import Target
    from twin.postgres import Server

LIKE = (
    "SELECT encoding, datcollate, datctype, datlocprovider "
    "FROM pg_database WHERE datname = current_database()"
)


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """A connection to the real database."""
    with connect(read_url(database)) as opened:
        yield opened


def test_it_has_the_encoding_and_the_locale_of_the_real_one(postgres: Server) -> None:
    with session(postgres.superuser_url()) as superuser:
        superuser.execute(
            "CREATE DATABASE with_other_locale OWNER miyabi_admin TEMPLATE template0 "
            "ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    target = read_url(postgres.url("with_other_locale"))
    try:
        with (
            connect(target) as opened,
            scratch(target, opened, purpose="test", say=Heard().say) as copy,
            connect(copy) as other,
        ):
            assert opened.execute(LIKE).fetchone() == other.execute(LIKE).fetchone()
    finally:
        postgres.drop_database("with_other_locale")


def test_its_sessions_begin_with_the_settings_of_the_real_one(
    database: str, connection: psycopg.Connection
) -> None:
    name = ask(database, "SELECT current_database()")[0][0]
    with session(database) as other:
        other.execute(f'ALTER DATABASE {name} SET search_path = "a b", public')
        other.execute(f"ALTER ROLE miyabi_admin IN DATABASE {name} SET TimeZone = 'Asia/Tokyo'")
    shown = "SELECT current_setting('search_path'), current_setting('TimeZone')"

    with (
        scratch(read_url(database), connection, purpose="test", say=Heard().say) as copy,
        connect(copy) as inside,
    ):
        assert ('"a b", public', "Asia/Tokyo") == inside.execute(shown).fetchone()


def test_its_comment_says_what_it_is_for(database: str, connection: psycopg.Connection) -> None:
    with scratch(read_url(database), connection, purpose="test", say=Heard().say) as copy:
        (comment,) = ask(
            database,
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            copy.parameters["dbname"],
        )

    assert ("made by miyabi test, and dropped by it; holds nothing of value",) == comment


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_it_is_dropped_whatever_ends_the_block(
    database: str, connection: psycopg.Connection, error: type[BaseException]
) -> None:
    with (
        pytest.raises(error),
        scratch(read_url(database), connection, purpose="test", say=Heard().say),
    ):
        raise error

    assert [] == scratch_databases(database)


def test_it_is_dropped_over_another_connection_where_the_first_is_gone(
    database: str, connection: psycopg.Connection
) -> None:
    with scratch(read_url(database), connection, purpose="test", say=Heard().say):
        connection.close()

    assert [] == scratch_databases(database)


def test_what_another_run_uses_is_no_leftover(database: str, connection: psycopg.Connection) -> None:
    heard = Heard()
    with (
        scratch(read_url(database), connection, purpose="test", say=heard.say) as first,
        connect(read_url(database)) as second,
        scratch(read_url(database), second, purpose="test", say=heard.say),
    ):
        assert first.parameters["dbname"] in scratch_databases(database)

    assert [] == heard.sentences


def test_a_leftover_that_somebody_looks_at_is_left(
    postgres: Server, database: str, connection: psycopg.Connection
) -> None:
    left = postgres.create_database("miyabi_scratch_0abcdef")
    heard = Heard()
    with (
        session(postgres.url(left)),
        scratch(read_url(database), connection, purpose="test", say=heard.say),
    ):
        assert left in scratch_databases(database)
    connected = "SELECT FROM pg_stat_activity WHERE datname = %s"
    until(lambda: ask(database, connected, left) == [], "nobody looks at it any more")

    with scratch(read_url(database), connection, purpose="test", say=heard.say):
        assert left not in scratch_databases(database)
    assert [f"dropped the scratch database {left}, left by a run that was killed"] == heard.sentences


def test_a_user_who_may_make_none_is_told_who_may(postgres: Server) -> None:
    with session(postgres.superuser_url()) as superuser:
        superuser.execute("CREATE ROLE modest LOGIN PASSWORD 'known-to-the-test'")
    target: Target = read_url(postgres.url("postgres", user="modest", password="known-to-the-test"))
    try:
        with (
            connect(target) as opened,
            pytest.raises(ScratchRefused, match=r"permission denied to create database; connect .* CREATEDB"),
            scratch(target, opened, purpose="test", say=Heard().say),
        ):
            raise AssertionError
    finally:
        with session(postgres.superuser_url()) as superuser:
            superuser.execute("DROP ROLE modest")


def test_files_that_do_not_go_through_say_where(
    database: str, connection: psycopg.Connection, tmp_path: Path
) -> None:
    files = folder(tmp_path, {"1_a.sql": "CREATE TABLE a ();", "2_b.sql": "\nCREATE TABLE a ();"})

    with (
        scratch(read_url(database), connection, purpose="test", say=Heard().say) as copy,
        pytest.raises(BuildFailed, match=re.escape(f'{files.up[1].path}:2:1: relation "a" already exists')),
    ):
        build(copy, files)
