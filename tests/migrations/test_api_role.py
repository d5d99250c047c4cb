"""The API's role may do what its routes need, table by table, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from tests.migrations import reading
from tests.migrations.adding import add
from tests.migrations.applying import MENDING
from tests.migrations.conftest import API

if TYPE_CHECKING:
    from psycopg import Connection

PRIVILEGES: Final = {
    "S": "SELECT",
    "I": "INSERT",
    "U": "UPDATE",
    "D": "DELETE",
    "t": "TRUNCATE",
    "r": "REFERENCES",
    "g": "TRIGGER",
}
RIGHTS: Final = {
    "users": "SIU",
    "repositories": "SIU",
    "agent_executions": "SIU",
    "execution_logs": "SI",
    "workflows": "SIUD",
    "tasks": "SIUD",
    "task_dependencies": "SID",
    "task_dependency_lock": "SIU",
    "organizations": "SIUD",
    "organization_members": "SIUD",
    "teams": "SIUD",
    "team_members": "SIUD",
    "sessions": "SIUD",
    "idempotency_keys": "SIUD",
    "permissions": "S",
    "roles": "S",
    "role_permissions": "S",
    "user_permissions": "S",
    "line_messages": "",
    "websocket_connections": "",
    "organization_summary": "S",
    "user_organizations": "S",
    "user_effective_permissions": "S",
}
"""A decision for every table and view; docs/schema.md gives the reasons."""


def test_every_table_and_view_has_a_decision(mended: Connection) -> None:
    assert set(RIGHTS) == {*reading.columns(mended), *reading.columns(mended, "v")}


@pytest.mark.parametrize("table", RIGHTS)
def test_the_api_has_these_rights_and_no_others(mended: Connection, table: str) -> None:
    held = "".join(
        letter
        for letter, privilege in PRIVILEGES.items()
        if mended.execute("SELECT has_table_privilege(%s, %s, %s)", [API, table, privilege]).fetchone()
        == (True,)
    )

    assert RIGHTS[table] == held


def test_no_right_is_held_on_a_column_alone(mended: Connection) -> None:
    rows = mended.execute(
        "SELECT attrelid::regclass, attname FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid >= 16384"
    )

    assert rows.fetchall() == []


def test_a_table_that_comes_later_is_closed_until_it_is_granted(mended: Connection) -> None:
    """The ledger of migrations is such a table."""
    mended.execute("CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY)")

    assert [] == [
        privilege
        for privilege in PRIVILEGES.values()
        if mended.execute(
            "SELECT has_table_privilege(%s, '_sqlx_migrations', %s)", [API, privilege]
        ).fetchone()
        == (True,)
    ]


def test_nobody_but_the_owner_makes_tables(mended: Connection) -> None:
    rows = mended.execute(
        "SELECT has_schema_privilege(%s, 'public', 'USAGE'), has_schema_privilege(%s, 'public', 'CREATE'),"
        " has_schema_privilege(current_user, 'public', 'CREATE')",
        [API, API],
    )

    assert rows.fetchall() == [(True, False, True)]


def test_a_database_from_before_postgresql_15_is_closed_as_well(reported: Connection) -> None:
    """There everybody might make tables in the schema public."""
    reported.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    for migration in MENDING:
        if not migration.no_transaction and "repeated system grants" not in migration.description:
            reported.execute(migration.content)

    asked = "SELECT has_schema_privilege(%s, 'public', 'CREATE')"
    assert reported.execute(asked, [API]).fetchone() == (False,)


def test_the_api_may_ask_for_permissions_even_where_not_everybody_may(mended: Connection) -> None:
    mended.execute("REVOKE EXECUTE ON FUNCTION has_permission FROM PUBLIC")

    asked = "SELECT has_function_privilege(%s, 'has_permission(uuid, uuid, varchar)', 'EXECUTE')"
    assert mended.execute(asked, [API]).fetchone() == (True,)


def test_the_api_can_do_its_work(member: Connection) -> None:
    """From signing in to the end of an organization, in the words of its routes."""
    user = add(member, "users")
    session: dict[str, Any] = {"token_sha256": bytes(32), "expires_at": "2100-01-01"}
    signed_in = add(member, "sessions", user_id=user, **session)
    organization = add(member, "organizations", owner_id=user)
    add(member, "organization_members", organization_id=organization, user_id=user, role="owner")
    team = add(member, "teams", organization_id=organization)
    add(member, "team_members", team_id=team, user_id=user, role="lead")
    repository = add(member, "repositories", user_id=user, organization_id=organization)
    execution = add(member, "agent_executions", user_id=user, repository_id=repository)
    add(member, "execution_logs", execution_id=execution)
    workflow = add(member, "workflows", user_id=user)
    task, other = (
        add(member, "tasks", user_id=user, organization_id=place) for place in (None, organization)
    )
    add(member, "task_dependencies", task_id=task, depends_on_task_id=other)
    member.execute(
        "INSERT INTO idempotency_keys (user_id, route, key, request_sha256) VALUES (%s, 'a', 'b', %s)",
        [user, bytes(32)],
    )

    for statement in (
        "UPDATE tasks SET status = 'running', started_at = now()",
        "UPDATE agent_executions SET status = 'completed'",
        "UPDATE organizations SET settings = '{}'",
        "UPDATE idempotency_keys SET status = 201, answer = '{}'",
        "SELECT FROM organization_summary, user_organizations, user_effective_permissions",
        "DELETE FROM task_dependencies",
        "DELETE FROM idempotency_keys",
    ):
        assert member.execute(statement).rowcount > 0, statement
    asked = "SELECT has_permission(%s, %s, 'organization.delete')"
    assert member.execute(asked, [user, organization]).fetchone() == (True,)
    for table, row in {
        "workflows": workflow,
        "tasks": task,
        "team_members": None,
        "organizations": organization,
        "sessions": signed_in,
    }.items():
        delete = SQL("DELETE FROM {} WHERE id = coalesce(%s, id)").format(Identifier(table))
        assert member.execute(delete, [row]).rowcount == 1, table


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id bigint)",
        "CREATE VIEW mine AS SELECT 1",
        "CREATE FUNCTION mine() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "CREATE TYPE mine AS ENUM ('a')",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION citext",
        "CREATE ROLE mine",
        "CREATE INDEX mine ON tasks (name)",
        "ALTER TABLE tasks ADD COLUMN mine text",
        "ALTER TABLE task_dependencies DISABLE TRIGGER prevent_task_cycles",
        "DROP TABLE tasks",
        "DROP VIEW user_effective_permissions",
        "DROP FUNCTION has_permission",
        "TRUNCATE tasks",
        "LOCK TABLE permissions IN ACCESS EXCLUSIVE MODE",
        "GRANT SELECT ON line_messages TO PUBLIC",
        "INSERT INTO user_permissions (user_id, permission_id) SELECT gen_random_uuid(), id FROM permissions",
        "UPDATE role_permissions SET role_id = role_id",
        "DELETE FROM users",
        "SELECT FROM line_messages",
    ],
)
def test_the_api_is_refused_everything_else(member: Connection, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        member.execute(statement)
