"""Watches the database as its owner does: what changed, whose it was, and what must never be so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from psycopg import Connection

OWN: Final = "coalesce(organization_id, user_id)"
ROWS: Final = {
    "organizations": ("organizations AS r", "id"),
    "organization_members": ("organization_members AS r", "organization_id"),
    "teams": ("teams AS r", "organization_id"),
    "team_members": ("team_members AS r JOIN teams ON teams.id = team_id", "teams.organization_id"),
    "repositories": ("repositories AS r", OWN),
    "agent_executions": ("agent_executions AS r", OWN),
    "execution_logs": ("execution_logs AS r JOIN agent_executions AS e ON e.id = r.execution_id", OWN),
    "workflows": ("workflows AS r", OWN),
    "tasks": ("tasks AS r", OWN),
    "users": ("users AS r", "id"),
    "user_permissions": ("user_permissions AS r", "NULL::uuid"),
}
"""The rows of each table, and whose each is: an organization's, or a user's."""
LINES: Final = " UNION ALL ".join(
    f"SELECT {tenant} AS tenant, r::text AS line FROM {rows}"  # noqa: S608  (of the table above)
    for rows, tenant in ROWS.values()
)
DIGESTS: Final = (
    "SELECT tenant::text, md5(string_agg(line, E'\\n' ORDER BY line))"  # noqa: S608  (likewise)
    f" FROM ({LINES}) AS lines GROUP BY tenant"
)
STATE: Final = """
SELECT
    (SELECT json_object_agg(organization_id || ' ' || user_id, role || ' ' || status)
     FROM organization_members),
    (SELECT json_object_agg(team_id || ' ' || user_id, role) FROM team_members),
    (SELECT json_object_agg(id, status) FROM tasks),
    (SELECT json_object_agg(id, status) FROM agent_executions)
"""
BROKEN: Final = {
    "an organization has one owner": """
        SELECT o.id FROM organizations AS o LEFT JOIN organization_members AS m
        ON m.organization_id = o.id AND m.role = 'owner' GROUP BY o.id HAVING count(m.id) <> 1""",
    "an organization names its owner": """
        SELECT o.id FROM organizations AS o JOIN organization_members AS m
        ON m.organization_id = o.id AND m.role = 'owner' AND m.status = 'active'
        WHERE m.user_id IS DISTINCT FROM o.owner_id""",
    "an organization has no more members than it may": """
        SELECT o.id FROM organizations AS o JOIN organization_members AS m ON m.organization_id = o.id
        WHERE m.status IN ('invited', 'active') GROUP BY o.id HAVING count(*) > o.max_members""",
    "an organization has no more repositories than it may": """
        SELECT o.id FROM organizations AS o JOIN repositories AS r ON r.organization_id = o.id
        WHERE r.is_active GROUP BY o.id HAVING count(*) > o.max_repositories""",
    "who is in a team is a member of its organization": """
        SELECT t.id FROM team_members JOIN teams AS t ON t.id = team_id LEFT JOIN organization_members AS m
        ON m.organization_id = t.organization_id AND m.user_id = team_members.user_id
        WHERE m.status IS NULL OR m.status = 'invited'""",
    "work is where its repository is": """
        SELECT w.id FROM (
            SELECT id, organization_id, user_id, repository_id FROM tasks UNION ALL
            SELECT id, organization_id, user_id, repository_id FROM workflows UNION ALL
            SELECT id, organization_id, user_id, repository_id FROM agent_executions
        ) AS w JOIN repositories AS r ON r.id = w.repository_id
        WHERE w.organization_id IS DISTINCT FROM r.organization_id
        OR (r.organization_id IS NULL AND w.user_id <> r.user_id)""",
    "the execution of a task is where the task is": """
        SELECT t.id FROM tasks AS t JOIN agent_executions AS e ON e.id = t.execution_id
        WHERE e.organization_id IS DISTINCT FROM t.organization_id""",
}
"""What must always hold, and which rows break it."""
EVER: Final = " UNION ALL ".join(
    f"SELECT '{rule}', id FROM ({query}) AS offending"  # noqa: S608  (of the table above)
    for rule, query in BROKEN.items()
)
EDGES: Final = {
    ("pending", "running"),
    ("running", "completed"),
    ("pending", "failed"),
    ("running", "failed"),
    ("pending", "cancelled"),
    ("running", "cancelled"),
    ("failed", "pending"),
}
"""The ways of a task, by the facts about the API."""


@dataclass(slots=True)
class Watch:
    """Knows how the database was when it was last looked at."""

    connection: Connection
    digests: dict[str | None, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)

    def changed(self) -> set[str | None]:
        """Whose rows have changed since it was last asked; None stands for the operator's."""
        before, self.digests = self.digests, dict(self.connection.execute(DIGESTS).fetchall())
        return {key for key in before | self.digests if before.get(key) != self.digests.get(key)}

    def check(self) -> tuple[dict[str, Any], ...]:
        """Look for what must never be; return members, members of teams, tasks and executions."""
        assert [] == self.connection.execute(EVER).fetchall()
        [found] = self.connection.execute(STATE).fetchall()
        state = tuple(each or {} for each in found)
        tasks = state[2]
        before = {key: status for key, status in self.tasks.items() if tasks.get(key, status) != status}
        assert {(status, tasks[key]) for key, status in before.items()} <= EDGES
        self.tasks = tasks
        return state

    def clear(self) -> None:
        """Take away all there is."""
        self.connection.execute("DELETE FROM organizations")
        self.connection.execute("DELETE FROM users")
        self.tasks = {}
        self.changed()
