"""The server for tests is as strict as RDS, whichever PostgreSQL is installed."""

from __future__ import annotations

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.twin.observing import PROC, RDS, ask, ps, read_if_there, refusal
from twin.installation import PACKAGE, SYSTEM
from twin.postgres import MASTER, SUPERUSER, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.postgres import Server

# Who gets in.


def test_a_connection_without_tls_is_refused_in_the_servers_own_words(server: Server) -> None:
    assert "no pg_hba.conf entry for host" in (said := refusal(server.url("postgres", sslmode="disable")))
    assert "no encryption" in said


@pytest.mark.parametrize("mode", ["prefer", "require", "verify-ca", "verify-full"])
def test_every_other_mode_gets_tls(server: Server, mode: str) -> None:
    query = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

    assert ask(server.url("postgres", sslmode=mode), query).startswith("TLSv1.")


def test_the_certificate_is_for_the_hosts_that_were_named_and_no_other(server: Server) -> None:
    def url(host: str) -> str:
        return server.url("postgres", host=host, hostaddr="127.0.0.1")

    assert [1, 1, 1] == [ask(url(host), "SELECT 1") for host in ("localhost", "127.0.0.1", RDS)]
    assert 'does not match host name "other.example"' in refusal(url("other.example"))


def test_two_servers_stand_side_by_side_and_do_not_vouch_for_each_other(server: Server) -> None:
    with start() as other:
        assert server.port != other.port
        assert 1 == ask(other.url("postgres"), "SELECT 1")
        assert "certificate verify failed" in refusal(other.url("postgres", sslrootcert=str(server.ca)))
        assert "password authentication failed" in refusal(server.url("postgres", password="wrong"))


def test_the_master_may_make_databases_and_roles_and_is_no_superuser(server: Server) -> None:
    query = (
        "SELECT (rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls)::text "
        "FROM pg_roles WHERE rolname = current_user"
    )

    assert "(f,t,t,f,f)" == ask(server.url("postgres"), query)
    assert "(t,t,t,t,t)" == ask(server.superuser_url(), query)


def test_the_master_sees_what_others_do_and_may_stop_it(server: Server) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as master:
        master.execute("CREATE ROLE somebody LOGIN PASSWORD 'known'")
        url = server.url("postgres", user="somebody", password="known")
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT 'seen'")
            query = "SELECT query, pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'somebody'"

            assert ("SELECT 'seen'", True) == master.execute(query).fetchone()


def test_a_password_stands_nowhere_in_clear(server: Server) -> None:
    """Not in the log, which holds every statement, nor in another file, nor in the arguments of a process."""
    secrets = [server._passwords[user].encode() for user in (MASTER, SUPERUSER)]
    arguments = [read_if_there(path) for path in PROC.glob("*/cmdline")] or [ps("-eo", "args")]
    contents = [read_if_there(path) for path in server.folder.rglob("*")]

    assert b"CREATE ROLE" in server.log.read_bytes()
    assert [] == [
        secret for secret in secrets if any(secret in content for content in [*arguments, *contents])
    ]


def test_a_url_holds_any_name_and_password(server: Server) -> None:
    name, password = "a b/ä?#%", "p@ss:w/o r&d%20"
    server.create_database(name)
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}'".encode())

    assert name == ask(server.url(name, user=name, password=password), "SELECT current_database()")
    server.drop_database(name)


# Databases.


def test_a_database_belongs_to_the_master_and_goes_even_while_somebody_is_connected(server: Server) -> None:
    name = server.create_database()
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (id bigint)")
        server.drop_database(name)
        with pytest.raises(psycopg.errors.AdminShutdown):
            connection.execute("SELECT 1")

    assert "does not exist" in refusal(server.url(name))
    server.drop_database(name)


def test_a_database_can_be_copied_from_another(server: Server) -> None:
    template = server.create_database()
    with psycopg.connect(server.url(template)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS id")
    copy = server.create_database(template=template)

    assert 7 == ask(server.url(copy), "SELECT id FROM kept")
    for name in (copy, template):
        server.drop_database(name)


# What is installed.


def installed() -> Iterator[Any]:
    """Each PostgreSQL of this machine, with the major version that it should be."""
    for folder in sorted(SYSTEM.glob("*/bin")):
        yield pytest.param(folder, folder.parent.name, id=f"system-{folder.parent.name}")
    if spec := find_spec(PACKAGE):
        yield pytest.param(Path(spec.origin or "").parent / "pginstall" / "bin", "17", id="package")


@pytest.mark.parametrize(("binaries", "version"), list(installed()))
def test_every_installed_postgresql_will_do(binaries: Path, version: str) -> None:
    with start(binaries=binaries) as server:
        answer = ask(server.url(server.create_database()), "SHOW server_version")

    assert version == server.version.partition(".")[0]
    assert answer.startswith(server.version)


@pytest.mark.skipif(os.geteuid() != 0 or not find_spec(PACKAGE), reason="only root runs it as somebody else")
def test_programs_in_a_private_folder_are_copied_to_where_the_server_can_run_them(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    spec = find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    subprocess.run(["cp", "-a", Path(spec.origin).parent / "pginstall", private / "postgresql"], check=True)
    with start(binaries=private / "postgresql" / "bin") as server:
        assert server.folder in server.binaries.parents
        assert 1 == ask(server.url("postgres"), "SELECT 1")
