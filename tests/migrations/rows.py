"""Rows for every table, as version 7 lets them be: ordinary ones, and the odd ones that mending must bear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.migrations.adding import add, permission

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection

TIMES: Final = (
    "2025-11-25 23:59:59.999999",
    "2018-02-17 23:30:00",  # twice in São Paulo, as summer time ended
    "2018-11-04 00:30:00",  # never there, as it began
    "1947-10-12 02:00:00",  # before Tokyo gave summer time up
    "0001-01-01 00:00:00",
    "infinity",
)
"""Values of columns without a time zone that read differently in different zones."""
UNKNOWN: Final = {
    "users": ("created_at", "updated_at"),
    "repositories": ("created_at", "updated_at"),
    "agent_executions": ("created_at", "updated_at"),
    "workflows": ("created_at", "updated_at"),
    "tasks": ("created_at", "updated_at"),
    "organizations": ("created_at", "updated_at"),
    "line_messages": ("created_at",),
    "websocket_connections": ("connected_at", "last_ping_at"),
    "execution_logs": ("timestamp",),
    "permissions": ("created_at",),
    "roles": ("created_at",),
}
"""Tables whose rows stand for themselves, and their times, of which none was demanded."""


@dataclass(frozen=True, slots=True)
class Odd:
    """What is meant to change of the odd rows: grants and repositories that are repetitions."""

    repeated_grants: frozenset[UUID]
    repeated_repositories: frozenset[UUID]


def add_ordinary(connection: Connection) -> None:
    """Add two rows or more to every table.

    Nothing is meant to change of them but users' tokens, and that work on an organization's repository
    becomes the organization's.
    """
    for _ in range(2):
        user = add(connection, "users", name="宮美", avatar_url="https://example.org/a.png")
        organization = add(connection, "organizations", owner_id=user, settings='{"a": [1, null]}')
        team = add(connection, "teams", organization_id=organization)
        repository = add(connection, "repositories", user_id=user, organization_id=organization, team_id=team)
        owner = {"user_id": user, "repository_id": repository}
        execution = add(connection, "agent_executions", **owner, options='{"auto_pr": true}')
        add(connection, "execution_logs", execution_id=execution, metadata="{}")
        add(connection, "workflows", **owner)
        add(connection, "line_messages", user_id=user)
        add(connection, "websocket_connections", user_id=user)
        add(connection, "organization_members", organization_id=organization, user_id=user, role="owner")
        add(connection, "team_members", team_id=team, user_id=user, role="lead")
        tasks = [add(connection, "tasks", **owner, failed_at=at, cancelled_at=at) for at in TIMES]
        for task, other, at in zip(tasks, tasks[1:], TIMES, strict=False):
            add(connection, "task_dependencies", task_id=task, depends_on_task_id=other, created_at=at)
        add(connection, "task_dependencies", task_id=tasks[0], depends_on_task_id=tasks[-1])
        grant = {"user_id": user, "permission_id": permission(connection, "tasks.read")}
        add(connection, "user_permissions", **grant, granted_by=user)
        add(connection, "user_permissions", **grant, organization_id=organization, expires_at="infinity")


def add_odd(connection: Connection) -> Odd:
    """Add rows without times, tasks that wait for themselves, and what was granted or registered twice."""
    for table, times in UNKNOWN.items():
        for missing in {times, times[:1], times[-1:]}:
            add(connection, table, **dict.fromkeys(missing))
    organization = add(connection, "organizations")
    for unknown in ({"created_at": None}, {"updated_at": None}, {"created_at": None, "updated_at": None}):
        user = add(connection, "users")
        team = add(connection, "teams", organization_id=organization, **unknown)
        add(connection, "team_members", team_id=team, user_id=user, **unknown)
        add(connection, "organization_members", organization_id=organization, user_id=user, **unknown)
    role = add(connection, "roles")
    allowed = permission(connection, "teams.read")
    add(connection, "role_permissions", role_id=role, permission_id=allowed, created_at=None)

    task, other = add(connection, "tasks"), add(connection, "tasks")
    add(connection, "task_dependencies", task_id=task, depends_on_task_id=task, created_at=None)
    connection.execute("ALTER TABLE task_dependencies DISABLE TRIGGER prevent_task_cycles")
    add(connection, "task_dependencies", task_id=task, depends_on_task_id=other, created_at=None)
    add(connection, "task_dependencies", task_id=other, depends_on_task_id=task)
    connection.execute("ALTER TABLE task_dependencies ENABLE TRIGGER prevent_task_cycles")

    grant = {"user_id": user, "permission_id": allowed, "created_at": None}
    add(connection, "user_permissions", **grant)
    twice = {"user_id": user, "full_name": "owner/twice"}
    add(connection, "tasks", user_id=user, repository_id=add(connection, "repositories", **twice))
    return Odd(
        frozenset(
            add(connection, "user_permissions", **grant, expires_at=end)
            for end in ("2025-12-01 00:00:00+00", "infinity")
        ),
        frozenset({add(connection, "repositories", **twice, created_at="2025-12-01 00:00:00+00")}),
    )
