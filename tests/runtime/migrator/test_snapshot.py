"""A snapshot is the same bytes for the same schema, loads elsewhere, and gives no password away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from runtime.migrator import snapshot
from runtime.migrator.catalogue import compare, read
from runtime.migrator.errors import ConnectionFailed, UrlRefused
from runtime.migrator.snapshot import (
    DumpRefused,
    DumpToolMissing,
    DumpToolTooOld,
    as_statements,
    find_pg_dump,
    take,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.postgres import Server

RICH = (Path(__file__).parent / "rich_schema.sql").read_text(encoding="utf-8")
LEDGER = "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY); INSERT INTO _sqlx_migrations VALUES (7)"
TRICKY = r"""
CREATE FUNCTION tricky() RETURNS text LANGUAGE sql AS $$
SELECT '%s 100%' -- ; \restrict abc
\restrict abc
SET default_tablespace = '';
-- Dumped from database version 1
$$
"""
"""Lines in a body that look like a dump's own; SQL functions are not checked when a dump is loaded."""
SETTINGS = "SELECT name, setting FROM pg_settings WHERE context = 'user' AND category <> 'Customized Options'"


@pytest.fixture(scope="module")
def source(postgres: Server) -> Iterator[str]:
    """The master's URL of a database with the rich schema, which nobody changes."""
    name = postgres.create_database()
    with psycopg.connect(postgres.url(name), autocommit=True) as connection:
        connection.execute(RICH.encode())
        connection.execute("SET check_function_bodies = false")
        connection.execute(TRICKY.encode())
        connection.execute(LEDGER)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def pg_dump(postgres: Server) -> Path:
    """The program that fits the server."""
    return postgres.binaries / "pg_dump"


@pytest.fixture(scope="module")
def dump(source: str, pg_dump: Path) -> str:
    """A snapshot of the source."""
    return take(source, pg_dump=pg_dump)


def script(folder: Path, text: str) -> Path:
    """A program to be run in the place of pg_dump."""
    path = folder / "pg_dump"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_two_snapshots_of_a_schema_are_the_same_bytes(source: str, pg_dump: Path, dump: str) -> None:
    assert dump == take(source, pg_dump=pg_dump)


def test_only_the_head_and_the_foot_lose_what_changes(dump: str) -> None:
    assert "\n-- Dumped from database version 1\n" in dump
    assert 1 == dump.count("-- Dumped ")
    assert 1 == dump.count("\n\\restrict abc\n")
    assert "\\unrestrict" not in dump
    assert dump.endswith("\n-- PostgreSQL database dump complete\n--\n")


def test_a_snapshot_holds_privileges_and_the_ledgers_table_but_neither_owners_nor_rows(dump: str) -> None:
    assert "GRANT SELECT,INSERT ON TABLE public.users TO pg_monitor;" in dump
    assert "CREATE TABLE public._sqlx_migrations (" in dump
    assert "OWNER TO" not in dump
    assert "COPY " not in dump
    assert "INSERT INTO" not in dump


def test_a_snapshot_loads_as_one_message_into_a_database_of_the_master(
    source: str, database: str, dump: str
) -> None:
    with psycopg.connect(source) as connection:
        expected = read(connection)
    with psycopg.connect(database, autocommit=True) as connection:
        before = connection.execute(SETTINGS).fetchall()
        connection.execute(as_statements(dump).encode())
        after = connection.execute(SETTINGS).fetchall()
        loaded = read(connection)
        ledger = connection.execute("SELECT count(*) FROM _sqlx_migrations").fetchone()

    assert () == compare(expected, loaded)
    assert (0,) == ledger
    assert before == after


def test_a_loaded_snapshot_is_a_snapshot_of_itself(database: str, pg_dump: Path, dump: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(as_statements(dump).encode())

    assert dump == take(database, pg_dump=pg_dump)


def test_what_a_new_database_has_or_only_a_superuser_may_is_not_loaded() -> None:
    dump = """
        SET transaction_timeout = 0;
        SET lock_timeout = 0;
        SET client_min_messages = warning;
        SELECT pg_catalog.set_config('search_path', '', false);
        CREATE SCHEMA public;
        CREATE SCHEMA other;
        COMMENT ON EXTENSION hstore IS 'a; b';
        COMMENT ON SCHEMA public IS 'ours';
        SET SESSION AUTHORIZATION somebody;
        GRANT SELECT ON TABLE t TO other;
        RESET SESSION AUTHORIZATION;
    """

    assert (
        "SET LOCAL client_min_messages = warning;\n"
        "SELECT pg_catalog.set_config('search_path', '', true);\n"
        "CREATE SCHEMA other;\n"
        "COMMENT ON SCHEMA public IS 'ours';\n"
        "GRANT SELECT ON TABLE t TO other;\n"
    ) == as_statements(dump)


def test_the_password_goes_by_the_environment(source: str, tmp_path: Path) -> None:
    telling = script(tmp_path, 'echo "$@"; env')
    password = str(conninfo_to_dict(source)["password"])

    arguments, *environment = take(f"{source}&keepalives_idle=7", pg_dump=telling).splitlines()

    assert f"{' '.join(snapshot.OPTIONS)} --dbname=keepalives_idle=7" == arguments
    assert f"PGPASSWORD={password}" in environment
    assert "PGSSLMODE=verify-full" in environment


def test_a_secret_that_only_an_argument_could_carry_is_refused(source: str, pg_dump: Path) -> None:
    with pytest.raises(
        UrlRefused, match="holds sslpassword, which pg_dump takes from nowhere else"
    ) as caught:
        take(f"{source}&sslpassword=hidden", pg_dump=pg_dump)

    assert "hidden" not in str(caught.value)


def test_no_snapshot_is_taken_without_tls(source: str, tmp_path: Path) -> None:
    with pytest.raises(UrlRefused, match="sslmode=prefer"):
        take(source.replace("verify-full", "prefer"), pg_dump=script(tmp_path, "echo called"))


def test_a_wrong_password_is_told_in_one_sentence(source: str, pg_dump: Path) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        take(source.replace("miyabi_admin:", "miyabi_admin:wrong"), pg_dump=pg_dump)

    assert "password authentication failed" in str(caught.value)
    assert str(conninfo_to_dict(source)["password"]) not in str(caught.value)
    assert 1 == len(str(caught.value).splitlines())


def test_a_table_that_may_not_be_read_is_told(postgres: Server, source: str, pg_dump: Path) -> None:
    name = str(conninfo_to_dict(source)["dbname"])
    url = postgres.url(name, user="reads_nothing", password="it")
    with psycopg.connect(postgres.superuser_url(), autocommit=True) as connection:
        connection.execute("CREATE ROLE reads_nothing LOGIN PASSWORD 'it'")
        try:
            with pytest.raises(DumpRefused) as caught:
                take(url, pg_dump=pg_dump)
        finally:
            connection.execute("DROP ROLE reads_nothing")

    assert re.fullmatch(
        r"pg_dump can't read the schema of \S+ at localhost:\d+: permission denied for table \w+; .*",
        str(caught.value),
    )


def test_a_program_older_than_the_server_is_told(source: str, tmp_path: Path) -> None:
    """With the words of pg_dump 15 before a server 17: a pair of versions is not on every machine."""
    old = script(
        tmp_path,
        "cat >&2 <<'END'\n"
        "pg_dump: error: aborting because of server version mismatch\n"
        "pg_dump: detail: server version: 17.10; pg_dump version: 15.18\n"
        "END\n"
        "exit 1",
    )

    with pytest.raises(DumpToolTooOld) as caught:
        take(source, pg_dump=old)

    assert (
        f"{old} is older than the server (server version: 17.10; pg_dump version: 15.18); "
        "name the folder of a newer one with PGBIN"
    ) == str(caught.value)


def test_a_program_that_is_not_there_is_told(source: str, tmp_path: Path) -> None:
    with pytest.raises(DumpToolMissing, match="is not there, or can't be run; install PostgreSQL's client"):
        take(source, pg_dump=tmp_path / "pg_dump")


def test_a_program_that_does_not_start_is_told(source: str, tmp_path: Path) -> None:
    broken = script(tmp_path, "")
    broken.write_text("#!/no/such/shell\n", encoding="utf-8")

    with pytest.raises(DumpToolMissing, match="can't be started"):
        take(source, pg_dump=broken)


def test_a_name_is_looked_for_on_the_path_and_then_among_the_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "INSTALLED", tmp_path)
    for version in ("9.6", "15", "8.4"):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        script(folder, "")
    on_path = tmp_path / "path"
    on_path.mkdir()
    monkeypatch.setenv("PATH", str(on_path))

    assert tmp_path / "15/bin/pg_dump" == find_pg_dump()
    assert script(on_path, "") == find_pg_dump()
