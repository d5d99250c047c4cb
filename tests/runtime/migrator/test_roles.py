"""The API's roles: made once, with the rights of a group and no more, and passwords that nobody sees."""

from __future__ import annotations

import json
import re
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import errors, sql

from runtime.contract import API_LOGINS
from runtime.migrator.actions import perform
from runtime.migrator.connection import read_url
from runtime.migrator.context import Context, Document, EventRefused
from runtime.migrator.errors import UrlRefused
from runtime.migrator.files import Migration, Migrations
from runtime.migrator.lock import OWN_KEY
from runtime.migrator.progress import Progress
from runtime.migrator.roles import (
    GROUP,
    SETTINGS,
    LoginInUse,
    PasswordMissing,
    RoleExcessive,
    RolesRefused,
    ensure_group,
    ensure_group_for,
)
from runtime.migrator.settings import VariableRefused
from tests.runtime.migrator.failures.means_here import Here
from tests.runtime.migrator.shown import shape, shown
from twin import installation
from twin.postgres import MASTER, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from twin.postgres import Server

ROLES = [*API_LOGINS.values(), GROUP]
PASSWORDS = {letter: f"first-password-of-{letter}/%é" for letter in API_LOGINS}
NEXT = "second-password-of-either"
FORBIDDEN = [
    "CREATE TABLE mine ()",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE INDEX ON tasks (title)",
    "ALTER TABLE tasks ADD COLUMN mine int",
    "ALTER TABLE tasks DISABLE TRIGGER ALL",
    "DROP TABLE tasks",
    "TRUNCATE tasks",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    f"ALTER ROLE {GROUP} CREATEDB",
    f"GRANT {MASTER} TO CURRENT_USER",
    f"SET ROLE {MASTER}",
    "DELETE FROM tasks",
    "SELECT * FROM _sqlx_migrations",
    "DELETE FROM _sqlx_migrations",
]
"""What no session of the API may do, although it may read and write tasks."""


BOTH = pytest.mark.parametrize("server", ["found", "packaged"], indirect=True)
"""Production's version, and a newer: since 16, who may make roles may not change those of others."""


@pytest.fixture(scope="module", params=["found"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of its own, as roles belong to it, which logs every statement."""
    binaries = installation._packaged() if request.param == "packaged" else [installation.find_binaries()]
    if not binaries:
        pytest.skip("there is no second PostgreSQL")
    with start(settings={"log_statement": "all"}, binaries=binaries[0]) as server:
        yield server


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """A new database with a table and a ledger, on a server without our roles."""
    name = server.create_database()
    execute(
        server.url(name),
        "CREATE TABLE tasks (title text)",
        "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,"
        " installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL,"
        " checksum bytea NOT NULL, execution_time bigint NOT NULL)",
    )
    yield name
    server.drop_database(name)
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        for role in [*ROLES, "stranger"]:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", [role]
            )
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@pytest.fixture(autouse=True)
def _passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    for letter, password in PASSWORDS.items():
        monkeypatch.setenv(f"API_LOGIN_{letter.upper()}_PASSWORD", password)


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def ask(url: str, question: str) -> Any:
    """The first value of a query's answer."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def prepare(url: str, progress: Progress | None = None, **options: Any) -> Document:
    context = Context(read_url(url), Migrations(NOWHERE, (), {}), progress or Progress())
    return perform({"action": "roles", **options}, context)


NOWHERE: Path = None  # type: ignore[assignment]  # no folder is read here


def login(server: Server, database: str, letter: str, password: str | None = None) -> str:
    """The URL of a login."""
    return server.url(database, user=API_LOGINS[letter], password=password or PASSWORDS[letter])


def told(document: Document, key: str) -> dict[str, Any]:
    """One thing of each login."""
    return {each["login"]: each[key] for each in document["logins"]}


# Once.


@BOTH
def test_the_roles_are_made_once_and_the_second_time_nothing_changes(server: Server, database: str) -> None:
    url = server.url(database)

    first = prepare(url)
    second = prepare(url)

    assert {"role": GROUP, "created": True} == first["group"]
    assert {letter: ["created", *SETTINGS] for letter in API_LOGINS} == told(first, "changes")
    assert {"a": "set", "b": "set"} == told(first, "password")
    assert {"role": GROUP, "created": False} == second["group"]
    assert {"a": [], "b": []} == told(second, "changes")
    assert {"a": "kept", "b": "kept"} == told(second, "password")
    assert [] == first["warnings"] == second["warnings"]
    assert shape(shown("roles")["answer"]) == shape(second)


def test_the_group_is_made_alone_before_migrations_that_name_it(
    server: Server, database: str, tmp_path: Path
) -> None:
    other = Migration(1, "other", tmp_path / "1_other.sql", b"SELECT 1")
    grant = Migration(2, "grant", tmp_path / "2_grant.sql", f"GRANT SELECT ON tasks TO {GROUP}".encode())

    with psycopg.connect(server.url(database), autocommit=True) as connection:
        made = [ensure_group_for(connection, pending) for pending in ([other], [other, grant], [grant])]
        connection.execute(grant.content)

        assert [False, True, False] == made
        assert not ensure_group(connection)
    assert [] == prepare(server.url(database))["warnings"]


def test_two_at_once_make_them_once(server: Server, database: str) -> None:
    url, waiting, answers = server.url(database), threading.Event(), []

    class Telling(Progress):
        def say(self, sentence: str) -> None:
            if "waiting for the migration lock" in sentence:
                waiting.set()

    def work() -> None:
        answers.append(prepare(url, Telling()))

    with psycopg.connect(url, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [OWN_KEY])
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert waiting.wait(20)
    for thread in threads:
        thread.join(20)

    assert [False, True] == sorted(answer["group"]["created"] for answer in answers)


@BOTH
def test_what_was_taken_away_is_given_back(server: Server, database: str) -> None:
    url, role = server.url(database), API_LOGINS["a"]
    prepare(url)
    execute(
        server.superuser_url(database),
        f"ALTER ROLE {role} NOLOGIN CONNECTION LIMIT 0 VALID UNTIL '2020-01-01'",
        f"ALTER ROLE {role} SET statement_timeout = 0",
        f"ALTER ROLE {role} RESET lock_timeout",
    )
    execute(url, f"REVOKE {GROUP} FROM {role}")

    document = prepare(url)

    changes = ["attributes", "membership", "statement_timeout", "lock_timeout"]
    assert {"a": changes, "b": []} == told(document, "changes")
    assert {"a": "set", "b": "kept"} == told(document, "password")
    assert {"a": [], "b": []} == told(prepare(url), "changes")


# Rights.


@BOTH
def test_a_login_may_define_nothing_and_not_see_the_ledger(server: Server, database: str) -> None:
    prepare(server.url(database))
    execute(server.url(database), f"GRANT SELECT, INSERT, UPDATE ON tasks TO {GROUP}")

    with psycopg.connect(login(server, database, "a"), autocommit=True) as connection:
        for statement in FORBIDDEN:
            with pytest.raises(errors.InsufficientPrivilege):
                pytest.fail(f"{statement}: {connection.execute(statement.encode()).statusmessage}")


def test_both_logins_may_do_what_is_granted_to_the_group(server: Server, database: str) -> None:
    prepare(server.url(database))
    execute(server.url(database), f"GRANT SELECT, INSERT, UPDATE ON tasks TO {GROUP}")

    for letter in API_LOGINS:
        execute(
            login(server, database, letter), "INSERT INTO tasks VALUES ('x')", "UPDATE tasks SET title = 'y'"
        )

    assert 2 == ask(login(server, database, "a"), "SELECT count(*) FROM tasks WHERE title = 'y'")


def test_the_group_itself_can_not_log_in(server: Server, database: str) -> None:
    prepare(server.url(database))

    assert not ask(server.url(database), "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'miyabi_api'")


def test_the_logins_connect_also_where_not_everybody_may(server: Server, database: str) -> None:
    prepare(server.url(database))
    execute(server.url(database), f'REVOKE CONNECT ON DATABASE "{database}" FROM PUBLIC')

    assert API_LOGINS["b"] == ask(login(server, database, "b"), "SELECT current_user")


def test_a_login_begins_with_the_settings(server: Server, database: str) -> None:
    prepare(server.url(database))

    with psycopg.connect(login(server, database, "a")) as connection:
        begun = {name: connection.execute(f"SHOW {name}".encode()).fetchone() for name in SETTINGS}
    assert {name: (value,) for name, value in SETTINGS.items()} == begun


def test_a_login_gives_up_before_the_gateway_does() -> None:
    """29 s is what a request may take."""
    lock, statement = (
        int(SETTINGS[name].removesuffix("s")) for name in ("lock_timeout", "statement_timeout")
    )

    assert lock < statement < 29


EXCESS = {
    "SUPERUSER": "ALTER ROLE {role} SUPERUSER",
    "CREATEDB": "ALTER ROLE {role} CREATEDB",
    "CREATEROLE": "ALTER ROLE {role} CREATEROLE",
    "REPLICATION": "ALTER ROLE {role} REPLICATION",
    "BYPASSRLS": "ALTER ROLE {role} BYPASSRLS",
    "membership in pg_read_all_data": "GRANT pg_read_all_data TO {role}",
    "ownership of table tasks": "ALTER TABLE tasks OWNER TO {role}",
    "CREATE on the database": "GRANT CREATE ON DATABASE {database} TO {role}",
}
"""What a role must not have, and how it would come by it."""


@pytest.mark.parametrize("excess", EXCESS)
def test_a_login_with_too_much_is_refused(excess: str, server: Server, database: str) -> None:
    execute(
        server.superuser_url(database),
        f"CREATE ROLE {API_LOGINS['b']} LOGIN",
        EXCESS[excess].format(role=API_LOGINS["b"], database=f'"{database}"'),
    )

    with pytest.raises(RoleExcessive) as refused:
        prepare(server.url(database))

    assert (API_LOGINS["b"], (excess,)) == (refused.value.role, refused.value.excess)
    assert 1 == ask(server.url(database), "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'miyabi_api%'")


@BOTH
def test_a_login_that_can_hand_the_group_on_is_refused(server: Server, database: str) -> None:
    prepare(server.url(database))
    execute(server.superuser_url(), f"GRANT {GROUP} TO {API_LOGINS['a']} WITH ADMIN OPTION")

    with pytest.raises(RoleExcessive, match=f"the right to grant {GROUP}"):
        prepare(server.url(database))


def test_a_group_that_can_log_in_is_refused(server: Server, database: str) -> None:
    execute(server.superuser_url(), f"CREATE ROLE {GROUP} LOGIN")

    with pytest.raises(RoleExcessive, match="LOGIN"):
        prepare(server.url(database))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "may create objects in schema public"),
        (f"GRANT SELECT ON _sqlx_migrations TO {GROUP}", "may read the ledger"),
        (f"CREATE ROLE stranger IN ROLE {GROUP}", "stranger may do what the API may"),
    ],
    ids=["public", "ledger", "member"],
)
def test_what_others_gave_is_told(statement: str, words: str, server: Server, database: str) -> None:
    prepare(server.url(database))
    execute(server.url(database), statement)

    (warning,) = prepare(server.url(database))["warnings"]

    assert words in warning


def test_a_user_who_may_not_make_roles_is_told_so(server: Server, database: str) -> None:
    execute(server.superuser_url(database), "CREATE ROLE stranger LOGIN PASSWORD 'of-the-stranger'")
    url = server.url(database, user="stranger", password="of-the-stranger")

    with pytest.raises(
        RolesRefused, match=r"^user stranger can't prepare .*\(permission denied to create role\)"
    ):
        prepare(url)


@BOTH
def test_roles_that_somebody_else_made_are_told_of(server: Server, database: str) -> None:
    """Until PostgreSQL 15 the right to make roles was enough to change them."""
    execute(server.superuser_url(database), *(f"CREATE ROLE {role} LOGIN" for role in API_LOGINS.values()))

    if int(server.version.split(".")[0]) < 16:
        assert {"a": "set", "b": "set"} == told(prepare(server.url(database)), "password")
        return
    with pytest.raises(RolesRefused, match="connect as the master user, or as the one who made them"):
        prepare(server.url(database))


# Passwords.


def test_a_password_is_in_no_statement_no_log_and_no_answer(server: Server, database: str) -> None:
    before = server.log.stat().st_size

    document = prepare(server.url(database))

    with server.log.open(encoding="utf-8") as file:
        file.seek(before)
        log = file.read()
    assert 2 == log.count("PASSWORD 'SCRAM-SHA-256$4096:")
    assert [] == [each for each in PASSWORDS.values() if each in log or each in json.dumps(document)]


def test_the_server_keeps_a_verifier(server: Server, database: str) -> None:
    prepare(server.url(database))

    kept = ask(server.superuser_url(), "SELECT rolpassword FROM pg_authid WHERE rolname = 'miyabi_api_a'")
    assert kept.startswith("SCRAM-SHA-256$4096:")


def test_a_new_password_is_for_new_sessions_and_old_ones_go_on(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(server.url(database))
    monkeypatch.setenv("API_LOGIN_A_PASSWORD", NEXT)

    with closing(psycopg.connect(login(server, database, "a"))) as old:
        document = prepare(server.url(database), login="a", force=True)

        assert {"a": 1, "b": 0} == told(document, "sessions")
        assert {"a": "set", "b": None} == told(document, "password")
        assert (1,) == old.execute("SELECT 1").fetchone()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(login(server, database, "a"))
    assert API_LOGINS["a"] == ask(login(server, database, "a", NEXT), "SELECT current_user")


@BOTH
def test_a_rotation_renews_the_idle_login_first_and_then_the_other(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.url(database)
    prepare(url)
    monkeypatch.setenv("API_LOGIN_A_PASSWORD", NEXT + "-a")
    monkeypatch.setenv("API_LOGIN_B_PASSWORD", NEXT + "-b")

    with closing(psycopg.connect(login(server, database, "a"))):
        with pytest.raises(LoginInUse, match=r"a session is connected .* let the API use login b first"):
            prepare(url)
        b = prepare(url, login="b")
    with closing(psycopg.connect(login(server, database, "b", NEXT + "-b"))):
        a = prepare(url, login="a")

    assert {"a": None, "b": "set"} == told(b, "password")
    assert {"a": 1, "b": 0} == told(b, "sessions")
    assert {"a": "set", "b": None} == told(a, "password")
    assert {"a": 0, "b": 1} == told(a, "sessions")
    assert {"a": "kept", "b": "kept"} == told(prepare(url), "password")


def test_nothing_is_refused_where_the_password_in_use_is_the_one_that_is_given(
    server: Server, database: str
) -> None:
    prepare(server.url(database))

    with closing(psycopg.connect(login(server, database, "a"))):
        document = prepare(server.url(database))

    assert {"a": 1, "b": 0} == told(document, "sessions")
    assert {"a": "kept", "b": "kept"} == told(document, "password")


def test_the_command_prints_what_was_done_and_no_password(
    server: Server,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here = Here(monkeypatch, capsys)
    url = server.url(database)

    first = here(url, tmp_path, "roles", "--login", "b")
    with closing(psycopg.connect(login(server, database, "b"))):
        monkeypatch.setenv("API_LOGIN_B_PASSWORD", NEXT)
        refused = here(url, tmp_path, "roles")
        forced = here(url, tmp_path, "roles", "--force", "--json")

    assert [0, 9, 0] == [first.code, refused.code, forced.code]
    assert "group role miyabi_api created; migrations grant to it\n" in first.out
    assert re.search(r"a +miyabi_api_a +not asked for +0 +created, ", first.out)
    assert re.search(r"b +miyabi_api_b +set now +0 +created, ", first.out)
    assert first.out.endswith("idle: a and b; the password of an idle login can be renewed\n")
    assert refused.sentence.startswith("the password of miyabi_api_b is not renewed")
    assert {"a": "set", "b": "set"} == told(json.loads(forced.out), "password")
    printed = first.out + refused.err + forced.out
    assert [] == [each for each in (*PASSWORDS.values(), NEXT) if each in printed]


def test_a_login_is_let_in_over_tls_alone(server: Server, database: str) -> None:
    prepare(server.url(database))
    url = server.url(database, user=API_LOGINS["a"], password=PASSWORDS["a"], sslmode="disable")

    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(url)
    with pytest.raises(UrlRefused):
        read_url(url)


@pytest.mark.parametrize(
    ("password", "error", "words"),
    [
        (None, PasswordMissing, f"there is no password for {API_LOGINS['b']}; set API_LOGIN_B_PASSWORD"),
        (
            "too-short",
            VariableRefused,
            "API_LOGIN_B_PASSWORD is refused (it has fewer than 16 characters)",
        ),
    ],
    ids=["missing", "short"],
)
def test_a_password_that_is_not_given_is_asked_for(
    password: str | None, error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("API_LOGIN_B_PASSWORD")
    if password:
        monkeypatch.setenv("API_LOGIN_B_PASSWORD", password)

    with pytest.raises(error) as refused:
        prepare("postgresql://nobody@localhost:1/nowhere?sslmode=require")

    assert words in str(refused.value)
    assert "too-short" not in str(refused.value)


def test_a_login_that_there_is_not_is_refused() -> None:
    with pytest.raises(EventRefused, match="login of roles is 'c'; allowed are a, b"):
        prepare("postgresql://nobody@localhost:1/nowhere?sslmode=require", login="c")
