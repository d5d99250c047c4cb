"""Nothing goes to a server over plain text, or to one that can't prove its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from runtime.migrator import connection as connecting
from scripts.exit_codes import Exit
from tests.runtime.migrator.failures.means import ledger, session
from tests.runtime.migrator.failures.means_here import own_server, put, unasked
from twin.certificates import issue

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.migrator.failures.means_here import Here

SECRET = "a-secret-that-nobody-prints"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One migration."""
    return put(tmp_path / "migrations", {"1_first.sql": "CREATE TABLE first ()"})


@pytest.mark.parametrize(
    "mode", [None, "disable", "allow", "prefer"], ids=["no mode", "disable", "allow", "prefer"]
)
def test_a_url_that_allows_plain_text_is_refused(here: Here, folder: Path, mode: str | None) -> None:
    """Case 44: what would allow a connection without TLS is refused before anybody connects."""
    query = f"?sslmode={mode}" if mode else ""
    with unasked() as port:
        answer = here(f"postgresql://somebody:{SECRET}@127.0.0.1:{port}/any{query}", folder, "up")

    assert Exit.NO_ACCESS == answer.code
    assert (
        f"the database URL allows a connection without TLS (sslmode={mode or 'prefer'}); "
        "write sslmode=verify-full with sslrootcert, or at least sslmode=require"
    ) == answer.sentence


def test_a_server_without_tls_is_left_alone(here: Here, folder: Path) -> None:
    """Case 44: a server that refuses TLS gets no user, no password and no statement; there is no way back."""
    with own_server(log_connections="on", log_statement="all") as (server, database):
        with session(server.superuser_url()) as connection:
            connection.execute("ALTER SYSTEM SET ssl = off")
            connection.execute("SELECT pg_reload_conf()")
        (server.data / "pg_hba.conf").write_text("host all all all scram-sha-256\n", encoding="utf-8")
        server.restart(immediate=False)
        before = len(server.log.read_bytes())

        answer = here(server.url(database), folder, "up")

        said = server.log.read_bytes()[before:].decode()
    assert Exit.NO_ACCESS == answer.code
    assert (
        f"no connection to {database} at localhost:{server.port}: server does not support SSL, "
        "but SSL was required; the server must offer TLS: nothing is sent without it"
    ) == answer.sentence
    assert "connection received" in said
    assert "authorized" not in said
    assert "statement:" not in said


def test_a_unix_socket_is_refused_before_a_statement_is_sent(here: Here, folder: Path) -> None:
    """Case 44: over a Unix socket libpq takes any sslmode and uses no TLS; not a statement is sent there."""
    settings = {"unix_socket_directories": "..", "log_statement": "all"}
    with own_server(**settings) as (server, database):
        with (server.data / "pg_hba.conf").open("a", encoding="utf-8") as access:
            access.write("local all all scram-sha-256\n")
        server.restart(immediate=False)
        before = len(server.log.read_bytes())
        url = server.url(database, sslmode="require", sslrootcert="", host=str(server.folder))

        answer = here(url, folder, "up")

        said = server.log.read_bytes()[before:].decode()
    assert Exit.NO_ACCESS == answer.code
    assert (
        f"no connection to {database} at {server.folder}:{server.port}: it is not over TLS; "
        "a Unix socket never is: name the host"
    ) == answer.sentence
    assert "statement:" not in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sslrootcert": "other.pem"}, "certificate verify failed; name the authority's certificates"),
        ({"sslrootcert": "none.pem"}, "does not exist; name an existing file of certificates by sslrootcert"),
        (
            {"host": "database.example", "hostaddr": "127.0.0.1"},
            'does not match host name "database.example"; use the name that the certificate carries',
        ),
    ],
    ids=["another authority", "no authority", "another name"],
)
def test_a_server_that_can_not_prove_its_name_is_refused(
    here: Here, database: str, folder: Path, tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    """Case 44: a certificate that proves nothing ends the attempt, whatever else would work."""
    (tmp_path / "other.pem").write_bytes(issue(["localhost"]).ca)
    if "sslrootcert" in change:
        change = {"sslrootcert": str(tmp_path / change["sslrootcert"])}
    url = psycopg.conninfo.make_conninfo(database, **change)

    answer = here(url, folder, "up")

    assert Exit.NO_ACCESS == answer.code
    assert sentence in answer.sentence
    assert [] == ledger(database)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("127.0.0.1", False),
        ("10.0.0.3", False),
        ("172.31.4.4", False),
        ("54.12.3.4", True),
        ("::1", False),
        ("fd00::1", False),
        ("2600:1f18::1", True),
    ],
)
def test_only_an_address_of_the_internet_is_public(address: str, *, public: bool) -> None:
    """Case 44: a warning is due at a public endpoint."""
    assert public == connecting._is_public(address)


@pytest.mark.parametrize(("mode", "warned"), [("require", True), ("verify-ca", True), ("verify-full", False)])
def test_a_public_server_whose_name_nobody_checks_is_warned_of(
    here: Here, database: str, folder: Path, monkeypatch: pytest.MonkeyPatch, mode: str, *, warned: bool
) -> None:
    """Case 44: less than verify-full on a public endpoint is warned of, and works."""
    monkeypatch.setattr(connecting, "_is_public", lambda _: True)  # nothing public is at hand

    answer = here(psycopg.conninfo.make_conninfo(database, sslmode=mode), folder, "up")

    assert Exit.DONE == answer.code
    assert warned == (
        f"warning: sslmode={mode} checks nobody's name, at a public address; "
        "write sslmode=verify-full with sslrootcert" in answer.err.splitlines()
    )
