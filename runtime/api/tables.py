"""The tables that the routes read and write, as `migrations/` makes them; only the columns that they use.

A test compares them with the catalogue of a migrated database.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()


def _key() -> Column[object]:
    return Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid())


def _document() -> JSONB:
    """Any JSON; None is the database's null, and not JSON's."""
    return JSONB(none_as_null=True)


def _time(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


def _times(*names: str) -> list[Column[object]]:
    return [_time(name) for name in (*names, "created_at", "updated_at")]


users = Table(
    "users",
    metadata,
    _key(),
    Column("github_id", BigInteger),
    Column("email", String(255)),
    Column("name", String(255)),
    Column("avatar_url", Text),
    *_times(),
)
sessions = Table(
    "sessions",
    metadata,
    _key(),
    Column("user_id", Uuid),
    Column("organization_id", Uuid),
    Column("token_sha256", LargeBinary),
    *map(_time, ("created_at", "rotated_at", "expires_at", "revoked_at")),
    Column("revoked_for", Text),
)
organizations = Table(
    "organizations",
    metadata,
    _key(),
    Column("name", String(255)),
    Column("slug", String(100)),
    Column("description", Text),
    Column("avatar_url", Text),
    Column("github_org_login", String(255)),
    Column("settings", _document()),
    Column("plan", String(50)),
    Column("max_members", Integer),
    Column("max_repositories", Integer),
    Column("is_active", Boolean),
    Column("owner_id", Uuid),
    *_times(),
)
organization_members = Table(
    "organization_members",
    metadata,
    _key(),
    Column("organization_id", Uuid),
    Column("user_id", Uuid),
    Column("role", Enum("owner", "admin", "member", "viewer", name="org_member_role")),
    Column("status", String(20)),
    Column("invited_by", Uuid),
    *_times("accepted_at"),
)
teams = Table(
    "teams",
    metadata,
    _key(),
    Column("organization_id", Uuid),
    Column("name", String(255)),
    Column("slug", String(100)),
    Column("description", Text),
    Column("is_visible", Boolean),
    *_times(),
)
team_members = Table(
    "team_members",
    metadata,
    _key(),
    Column("team_id", Uuid),
    Column("user_id", Uuid),
    Column("role", Enum("lead", "member", name="team_member_role")),
    *_times(),
)
repositories = Table(
    "repositories",
    metadata,
    _key(),
    Column("user_id", Uuid),
    Column("organization_id", Uuid),
    Column("team_id", Uuid),
    Column("github_repo_id", BigInteger),
    Column("owner", String(255)),
    Column("name", String(255)),
    Column("full_name", String(255)),
    Column("default_branch", String(255)),
    Column("is_active", Boolean),
    *_times(),
)
agent_executions = Table(
    "agent_executions",
    metadata,
    _key(),
    Column("user_id", Uuid),
    Column("organization_id", Uuid),
    Column("repository_id", Uuid),
    Column("agent_type", String(50)),
    Column("issue_number", Integer),
    Column("status", String(20)),
    Column("options", _document()),
    Column("error_message", Text),
    Column("result", _document()),
    *_times("started_at", "completed_at"),
)
execution_logs = Table(
    "execution_logs",
    metadata,
    _key(),
    Column("execution_id", Uuid),
    Column("log_level", String(10)),
    Column("message", Text),
    _time("timestamp"),
    Column("metadata", _document()),
)
workflows = Table(
    "workflows",
    metadata,
    _key(),
    Column("user_id", Uuid),
    Column("organization_id", Uuid),
    Column("repository_id", Uuid),
    Column("name", String(255)),
    Column("description", Text),
    Column("definition", _document()),
    Column("is_template", Boolean),
    Column("is_public", Boolean),
    *_times(),
)
tasks = Table(
    "tasks",
    metadata,
    _key(),
    Column("user_id", Uuid),
    Column("organization_id", Uuid),
    Column("repository_id", Uuid),
    Column("execution_id", Uuid),
    Column("name", String(255)),
    Column("description", Text),
    Column("status", String(20)),
    Column("priority", String(10)),
    Column("agent_type", String(50)),
    Column("issue_number", Integer),
    Column("retry_count", Integer),
    Column("max_retries", Integer),
    Column("timeout_seconds", Integer),
    Column("metadata", _document()),
    Column("result", _document()),
    Column("error_message", Text),
    *_times("started_at", "completed_at", "failed_at", "cancelled_at"),
)
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_sha256", LargeBinary),
    Column("status", SmallInteger),
    Column("answer", _document()),
    _time("created_at"),
)
