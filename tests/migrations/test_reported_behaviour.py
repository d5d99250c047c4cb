"""What the reported triggers and views do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.errors import RaiseException
from psycopg.sql import SQL, Identifier

from tests.migrations.adding import add

if TYPE_CHECKING:
    from psycopg import Connection

TOUCHED = [
    "users",
    "repositories",
    "agent_executions",
    "workflows",
    "tasks",
    "organizations",
    "organization_members",
    "teams",
    "team_members",
]


def an_organization(connection: Connection) -> dict[str, object]:
    """Add an organization with a member and a team, and return the columns that others refer to it by."""
    user = add(connection, "users")
    organization = add(connection, "organizations")
    return {
        "user_id": user,
        "organization_id": organization,
        "team_id": add(connection, "teams", organization_id=organization),
    }


@pytest.mark.parametrize("table", TOUCHED)
def test_an_update_moves_updated_at_on(reported: Connection, table: str) -> None:
    place = an_organization(reported)
    needed = {"organization_members": ["organization_id", "user_id"], "team_members": ["team_id", "user_id"]}
    needed["teams"] = ["organization_id"]
    row = {column: place[column] for column in needed.get(table, [])}
    added = add(reported, table, updated_at="2020-01-01T00:00:00Z", **row)

    statement = "UPDATE {} SET created_at = created_at WHERE id = %s RETURNING updated_at = now()"
    moved = reported.execute(SQL(statement).format(Identifier(table)), [added])

    assert moved.fetchall() == [(True,)]


def test_a_circle_of_tasks_is_refused(reported: Connection) -> None:
    first, second, third = (add(reported, "tasks") for _ in range(3))
    add(reported, "task_dependencies", task_id=first, depends_on_task_id=second)
    add(reported, "task_dependencies", task_id=second, depends_on_task_id=third)

    with pytest.raises(RaiseException, match="Circular dependency detected"):
        add(reported, "task_dependencies", task_id=third, depends_on_task_id=first)


def test_a_summary_counts_active_members_teams_and_repositories(reported: Connection) -> None:
    place = an_organization(reported)
    organization = place["organization_id"]
    for status in ("active", "active", "invited", "suspended"):
        member = add(reported, "users")
        add(
            reported,
            "organization_members",
            organization_id=organization,
            user_id=member,
            status=status,
        )
    for _ in range(3):
        add(reported, "repositories", organization_id=organization)
    add(reported, "repositories")

    counts = reported.execute(
        "SELECT member_count, team_count, repository_count FROM organization_summary WHERE id = %s",
        [organization],
    )

    assert [(2, 1, 3)] == counts.fetchall()


def test_an_organization_with_nothing_is_summed_up_as_well(reported: Connection) -> None:
    empty = add(reported, "organizations", name="Empty", slug="empty", plan="pro")

    row = reported.execute(
        "SELECT name, slug, plan, is_active, member_count, team_count, repository_count"
        " FROM organization_summary WHERE id = %s",
        [empty],
    )

    assert [("Empty", "empty", "pro", True, 0, 0, 0)] == row.fetchall()


def test_a_user_sees_active_organizations_whatever_the_membership_is(reported: Connection) -> None:
    user = add(reported, "users")
    for slug, active, status in [
        ("open", True, "active"),
        ("asked", True, "invited"),
        ("closed", False, "active"),
    ]:
        organization = add(reported, "organizations", slug=slug, is_active=active, avatar_url=f"/{slug}.png")
        add(
            reported,
            "organization_members",
            organization_id=organization,
            user_id=user,
            role="viewer",
            status=status,
        )

    rows = reported.execute(
        "SELECT organization_slug, avatar_url, role::text, status, joined_at = now() FROM user_organizations"
        " WHERE user_id = %s ORDER BY organization_slug",
        [user],
    )

    assert [
        ("asked", "/asked.png", "viewer", "invited", True),
        ("open", "/open.png", "viewer", "active", True),
    ] == rows.fetchall()
