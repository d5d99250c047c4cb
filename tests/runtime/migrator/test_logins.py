"""Does the probe tell what the API's roles find when they log in, and what they lack?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

from runtime.migrator.files import Migration, read_migrations
from runtime.migrator.logins import applied, granted, read_logins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.postgres import Server

MIGRATIONS: Final = Path(__file__).parents[3] / "migrations"
RIGHTS: Final = {"tasks": {"SELECT", "UPDATE"}}
ROLE: Final = "somebody_who_logs_in"


@pytest.fixture
def role(postgres: Server, database: str) -> Iterator[str]:
    """A login that may do all that it should; it goes with the test, as roles are the whole server's."""
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    with psycopg.connect(postgres.superuser_url(str(name)), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {ROLE} LOGIN".encode())
        connection.execute(b"CREATE TABLE tasks (title text)")
        connection.execute(f"GRANT SELECT, UPDATE ON tasks TO {ROLE}".encode())
        yield str(name)
        connection.execute(f"DROP OWNED BY {ROLE}".encode())
        connection.execute(f"DROP ROLE {ROLE}".encode())


def told(postgres: Server, name: str, *statements: str) -> dict[str, Any]:
    """What is told of the role after these statements, without what is as it should be."""
    usual: dict[str, Any] = {"exists": True, "login": True, "connection_limit": -1, "may_connect": True}
    usual |= {"expired": False, "valid_until": None, "settings": [], "closed": [], "lacks": []}
    with psycopg.connect(postgres.superuser_url(name), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
        document = read_logins(connection, RIGHTS, [ROLE])
    (found,) = document["logins"]
    strange = {key: value for key, value in found.items() if key in usual and value != usual[key]}
    return strange | ({"missing": document["missing"]} if document["missing"] else {})


@pytest.mark.parametrize(
    ("statement", "strange"),
    [
        ("SELECT", {}),
        ("ALTER ROLE {role} NOLOGIN", {"login": False}),
        ("ALTER ROLE {role} CONNECTION LIMIT 2", {"connection_limit": 2}),
        ("ALTER ROLE {role} SET statement_timeout = '1ms'", {"settings": ["statement_timeout=1ms"]}),
        ("REVOKE UPDATE ON tasks FROM {role}", {"lacks": ["UPDATE on public.tasks"]}),
        ("REVOKE CONNECT ON DATABASE {database} FROM PUBLIC", {"may_connect": False}),
        ("DROP TABLE tasks", {"missing": ["public.tasks"]}),
    ],
)
def test_what_keeps_a_login_from_working_is_told(
    postgres: Server, role: str, statement: str, strange: dict[str, Any]
) -> None:
    assert strange == told(postgres, role, statement.format(role=ROLE, database=role))


def test_a_password_that_has_ended_is_told_with_its_end(postgres: Server, role: str) -> None:
    found = told(postgres, role, f"ALTER ROLE {ROLE} VALID UNTIL '2020-01-01'")

    assert (True, "2020-01-01") == (found["expired"], found["valid_until"][:10])


def test_a_schema_that_is_closed_hides_its_tables(postgres: Server, role: str) -> None:
    found = told(postgres, role, "REVOKE USAGE ON SCHEMA public FROM PUBLIC")

    assert {"closed": ["public"]} == found


def test_of_settings_the_nearest_counts(postgres: Server, role: str) -> None:
    found = told(
        postgres,
        role,
        f"ALTER ROLE {ROLE} IN DATABASE {role} SET lock_timeout = '3s'",
        f"ALTER ROLE {ROLE} SET lock_timeout = '2s'",
        f"ALTER DATABASE {role} SET lock_timeout = '1s'",
    )

    assert {"settings": ["lock_timeout=3s"]} == found


def test_a_setting_of_an_application_is_not_told(postgres: Server, role: str) -> None:
    assert {} == told(postgres, role, f"ALTER DATABASE {role} SET app.key = 'a-secret'")


def test_a_role_that_is_not_there_is_told(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        (found,) = read_logins(connection, RIGHTS, ["nobody_at_all"])["logins"]

    assert (False, [], []) == (found["exists"], found["lacks"], found["closed"])


def test_our_migrations_give_rights_on_what_the_api_asks_for_and_on_nothing_else() -> None:
    rights = granted(read_migrations(MIGRATIONS).up)

    assert {"SELECT", "INSERT", "UPDATE", "DELETE"} == rights["tasks"]
    assert {"SELECT", "INSERT"} == rights["execution_logs"]
    assert {"SELECT"} == rights["user_effective_permissions"]
    assert "_sqlx_migrations" not in rights
    assert "line_messages" not in rights


def test_rights_follow_what_later_migrations_do() -> None:
    text = """
    GRANT SELECT, UPDATE ON TABLE a, b TO miyabi_api;
    GRANT USAGE ON SCHEMA public TO miyabi_api;
    GRANT ALL ON c TO miyabi_api; GRANT SELECT ON d TO somebody;
    REVOKE UPDATE ON b FROM miyabi_api; DROP TABLE IF EXISTS a CASCADE; ALTER TABLE b RENAME TO e;
    """
    migration = Migration(1, "x", Path("1_x.up.sql"), text.encode())

    assert {"c": {"SELECT", "INSERT", "UPDATE", "DELETE"}, "e": {"SELECT"}} == granted([migration])


def test_without_a_ledger_no_migration_counts_as_applied(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        assert [] == list(applied(connection, read_migrations(MIGRATIONS).up))
