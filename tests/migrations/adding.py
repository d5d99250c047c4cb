"""Adds rows; what a table demands and a test doesn't care about is filled in."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from psycopg.sql import SQL, Identifier, Placeholder

if TYPE_CHECKING:
    from psycopg import Connection

NUMBER: Final = count(1)
NEEDED: Final[dict[str, dict[str, str]]] = {
    "users": {"github_id": "{}", "email": "{}@example.org", "access_token": "gho_{}"},
    "repositories": {"github_repo_id": "{}", "owner": "owner", "name": "{}", "full_name": "owner/{}"},
    "agent_executions": {"agent_type": "review", "status": "pending"},
    "workflows": {"name": "workflow {}", "definition": "{{}}"},
    "line_messages": {"line_user_id": "U{}", "message_type": "text"},
    "websocket_connections": {"connection_id": "connection-{}"},
    "execution_logs": {"log_level": "INFO", "message": "step {}"},
    "tasks": {"name": "task {}"},
    "organizations": {"name": "organization {}", "slug": "organization-{}"},
    "teams": {"name": "team {}", "slug": "team-{}"},
    "permissions": {"code": "added.permission{}", "name": "permission {}", "category": "added"},
    "roles": {"code": "added:role{}", "name": "role {}"},
}


def add(connection: Connection, table: str, **values: Any) -> UUID:
    """Insert a row and return its id."""
    number = next(NUMBER)
    row = {column: form.format(number) for column, form in NEEDED.get(table, {}).items()} | values
    statement = SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
        Identifier(table),
        SQL(", ").join(map(Identifier, row)),
        SQL(", ").join(Placeholder() * len(row)),
    )
    ((found,),) = connection.execute(statement, list(row.values()))
    assert isinstance(found, UUID)
    return found


def permission(connection: Connection, code: str) -> UUID:
    """Find a permission's id."""
    ((found,),) = connection.execute("SELECT id FROM permissions WHERE code = %s", [code])
    assert isinstance(found, UUID)
    return found
