"""The live database, made by other files of the same seven versions, bears the mending while it is in use.

Of those files the shape of tables is known, not their text: bodies of functions, names of parameters and of
constraints, and the text of views may differ. And the function that is being replaced works on for minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from psycopg.errors import FeatureNotSupported

from tests.migrations.adding import add
from tests.migrations.applying import MENDING, apply, mending
from tests.migrations.reading import everything

if TYPE_CHECKING:
    from psycopg import Connection

OTHERWISE: Final = """
DROP FUNCTION has_permission;
DROP VIEW user_effective_permissions;
CREATE VIEW user_effective_permissions AS
SELECT user_id, organization_id, code::text AS permission_code, category::text, 'direct'::varchar AS source,
    NULL::text AS role_code
FROM user_permissions JOIN permissions ON permissions.id = permission_id;
CREATE FUNCTION has_permission(who uuid, place uuid, what varchar) RETURNS boolean LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM user_effective_permissions
        WHERE user_id = who AND organization_id = place AND permission_code = what
    );
END;
CREATE OR REPLACE FUNCTION check_task_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found boolean;
BEGIN
    RETURN NEW;
END;
$$;
ALTER TABLE user_permissions
RENAME CONSTRAINT user_permissions_user_id_permission_id_organization_id_key TO other;
ALTER TABLE repositories RENAME CONSTRAINT repositories_organization_id_fkey TO another;
"""
WORK: Final = {
    "sign in": (
        "INSERT INTO users (github_id, email, name, avatar_url, access_token)"
        " VALUES (7, 'a@example.org', 'A', NULL, 'gho_a') ON CONFLICT (github_id) DO UPDATE"
        " SET access_token = excluded.access_token, updated_at = now() RETURNING *"
    ),
    "read the user": "SELECT * FROM users WHERE github_id = 7",
    "create an organization": (
        "INSERT INTO organizations (name, slug, owner_id) SELECT 'A', 'a', id FROM users"
        " ON CONFLICT (slug) DO UPDATE SET name = excluded.name RETURNING *"
    ),
    "become its owner": (
        "INSERT INTO organization_members (organization_id, user_id, role, status, accepted_at)"
        " SELECT id, owner_id, 'owner', 'active', now() FROM organizations"
        " ON CONFLICT (organization_id, user_id) DO NOTHING"
    ),
    "list organizations": "SELECT * FROM user_organizations",
    "create a team": "INSERT INTO teams (organization_id, name, slug) SELECT id, 'T', slug FROM organizations"
    " ON CONFLICT DO NOTHING",
    "grant": (
        "INSERT INTO user_permissions (user_id, permission_id, organization_id, granted_by, expires_at)"
        " SELECT users.id, permissions.id, organizations.id, users.id, NULL"
        " FROM users, permissions, organizations"
        " ON CONFLICT (user_id, permission_id, organization_id) DO UPDATE SET created_at = now() RETURNING *"
    ),
    "ask for a permission": "SELECT has_permission(id, id, 'tasks.read') FROM users",
    "list permissions": "SELECT * FROM user_effective_permissions",
    "create tasks": (
        "INSERT INTO tasks (user_id, name, status)"
        " SELECT id, 'A', 'pending' FROM users, generate_series(1, 2) RETURNING *"
    ),
    "list tasks": "SELECT * FROM tasks ORDER BY created_at DESC",
    "start a task": "UPDATE tasks SET status = 'running', started_at = now(), updated_at = now() RETURNING *",
    "fail a task": "UPDATE tasks SET status = 'failed', completed_at = now(), updated_at = now() RETURNING *",
    "let a task wait": (
        "INSERT INTO task_dependencies (task_id, depends_on_task_id)"
        " SELECT max(id::text)::uuid, min(id::text)::uuid FROM tasks ON CONFLICT DO NOTHING"
    ),
    "read dependencies": "SELECT * FROM task_dependencies",
    "add a repository": (
        "INSERT INTO repositories (user_id, github_repo_id, owner, name, full_name)"
        " SELECT id, 7, 'o', 'r', 'o/r' FROM users ON CONFLICT DO NOTHING"
    ),
    "list repositories": "SELECT * FROM repositories WHERE is_active ORDER BY created_at DESC",
    "execute an agent": (
        "INSERT INTO agent_executions (user_id, repository_id, agent_type, status, options)"
        " SELECT user_id, id, 'review', 'pending', '{}' FROM repositories RETURNING *"
    ),
    "list executions": "SELECT * FROM agent_executions ORDER BY created_at DESC LIMIT 20",
    "create a workflow": (
        "INSERT INTO workflows (user_id, repository_id, name, definition)"
        " SELECT user_id, id, 'W', '{}' FROM repositories RETURNING *"
    ),
    "list workflows": "SELECT * FROM workflows ORDER BY created_at DESC",
    "sum up": "SELECT * FROM organization_summary",
}
"""What the function that is being replaced does, from the facts about its API."""
KEPT: Final = {"create tasks", "list tasks", "read dependencies", "start a task", "fail a task"}
"""Statements over a table that gets a column of another type: who has prepared them must do so anew."""
KEPT_LATER: Final = {"execute an agent", "list executions", "create a workflow", "list workflows"}
"""The same of tables that get a new column."""


def work(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Do all the work once, and return what it read."""
    done = {}
    for name, statement in WORK.items():
        cursor = connection.execute(statement)
        names = [column.name for column in cursor.description or []]
        done[name] = [dict(zip(names, row, strict=True)) for row in (cursor.fetchall() if names else [])]
    return done


def test_a_database_of_other_files_becomes_the_same(database: str, database_7: str) -> None:
    with psycopg.connect(database_7, autocommit=True) as connection:
        connection.execute(OTHERWISE)
        apply(connection, MENDING)
        found = everything(connection)

    with psycopg.connect(database) as connection:
        assert everything(connection) == found


def test_other_files_are_told_apart(database_7: str) -> None:
    """What the comparison above finds equal was different before."""
    with psycopg.connect(database_7, autocommit=True) as connection:
        before = everything(connection)
        connection.execute(OTHERWISE)
        changed = everything(connection)

    assert {
        "constraint user_permissions.other",
        "constraint repositories.another",
        "index other",
        "function check_task_cycle()",
        "function has_permission(uuid,uuid,character varying)",
        "view user_effective_permissions",
        "user_effective_permissions",
    } == {name for name in changed if before.get(name) != changed[name]}


def test_the_function_that_is_being_replaced_works_after_every_migration(database_7: str) -> None:
    """It opens its connections anew for every request, and reads users as rows without NULLs."""
    with psycopg.connect(database_7, autocommit=True) as connection:
        for migration in MENDING:
            with psycopg.connect(database_7, autocommit=True) as function:
                done = work(function)
            assert [] == [name for name, rows in done.items() if not rows and "SELECT *" in WORK[name]]
            assert None not in {done["read the user"][0][column] for column in ("access_token", "created_at")}
            apply(connection, [migration])
        with psycopg.connect(database_7, autocommit=True) as function:
            done = work(function)

        assert done["read the user"][0]["access_token"] == ""


def test_a_connection_that_is_kept_must_prepare_statements_anew(database_7: str) -> None:
    """PostgreSQL's own limit: the type of a result may not change under a prepared statement."""
    failed: dict[str, set[str]] = {}
    with (
        psycopg.connect(database_7, autocommit=True) as connection,
        psycopg.connect(database_7, autocommit=True) as kept,
    ):
        work(kept)
        for statement in WORK.values():
            kept.execute(statement, prepare=True)
        for migration in MENDING:
            apply(connection, [migration])
            failed[migration.description] = set()
            for name, statement in WORK.items():
                try:
                    kept.execute(statement, prepare=True)
                except FeatureNotSupported:
                    failed[migration.description].add(name)

    later = dict.fromkeys(list(failed)[list(failed).index(mending("let work").description) :], KEPT_LATER)
    assert failed == {description: KEPT | later.get(description, set()) for description in failed}


@pytest.mark.parametrize("status", ["active", "suspended"])
def test_who_had_rights_by_a_team_keeps_them_while_a_member(database_7: str, status: str) -> None:
    """The one change that takes rights away, seen on rows that were there before."""
    with psycopg.connect(database_7, autocommit=True) as connection:
        user, organization = add(connection, "users"), add(connection, "organizations")
        team = add(connection, "teams", organization_id=organization)
        add(connection, "team_members", team_id=team, user_id=user, role="lead")
        add(
            connection,
            "organization_members",
            organization_id=organization,
            user_id=user,
            role="viewer",
            status=status,
        )
        asked = "SELECT has_permission(%s, %s, 'tasks.delete')"
        assert connection.execute(asked, [user, organization]).fetchone() == (True,)

        apply(connection, [mending("let system"), mending("count roles")])

        assert connection.execute(asked, [user, organization]).fetchone() == (status == "active",)
