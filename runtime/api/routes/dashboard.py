"""The dashboard: where an organization, or somebody alone, stands, in one round trip."""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, null, select, true

from runtime.api.access import NO_MEMBER, in_scope, membership, require
from runtime.api.call import Call
from runtime.api.errors import Forbidden
from runtime.api.executions import ExecutionCounts, ExecutionSummary
from runtime.api.routes.tasks import Counts
from runtime.api.routing import answers
from runtime.api.tables import agent_executions, organization_members, repositories, tasks

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, ScalarSelect, Table

RECENT: Final = 20


class Dashboard(BaseModel):
    """How many there are of everything."""

    organization_id: UUID | None
    executions: ExecutionCounts
    tasks: Counts
    repositories: int
    """Active ones."""
    members: int | None
    """Active ones; null outside of an organization."""


class RecentExecutions(BaseModel):
    """The latest executions."""

    executions: list[ExecutionSummary]


@answers(
    "GET /dashboard/summary",
    "Count executions and tasks by status, repositories and members",
    refuses=(Forbidden,),
)
def summarize(call: Call) -> Dashboard:
    """Of the organization that the caller works in, to its members; or of the caller alone."""
    active = in_scope(call, repositories) & repositories.c.is_active
    statement = select(
        _by_status(call, agent_executions).label("executions"),
        _by_status(call, tasks).label("tasks"),
        select(func.count()).select_from(repositories).where(active).scalar_subquery().label("repositories"),
        _members(call).label("members"),
    ).where(_is_member(call))
    row = call.connection.execute(statement).mappings().first()
    if row is None:
        raise Forbidden(NO_MEMBER)
    return Dashboard(
        organization_id=call.organization_id,
        executions=ExecutionCounts.model_validate(_with_total(row["executions"])),
        tasks=Counts.model_validate(_with_total(row["tasks"])),
        repositories=row["repositories"],
        members=row["members"],
    )


@answers("GET /dashboard/recent", "List the latest 20 executions", refuses=(Forbidden,))
def list_recent(call: Call) -> RecentExecutions:
    """Of the organization that the caller works in, to its members; or of the caller alone."""
    table = agent_executions
    statement = (
        select(*(table.c[name] for name in ExecutionSummary.model_fields))
        .where(in_scope(call, table), _is_member(call))
        .order_by(table.c.created_at.desc(), table.c.id)
        .limit(RECENT)
    )
    rows = call.connection.execute(statement).mappings().all()
    if not rows:
        require(call)
    return RecentExecutions(executions=[ExecutionSummary.model_validate(dict(row)) for row in rows])


def _is_member(call: Call) -> "ColumnElement[bool]":
    return true() if call.organization_id is None else membership(call, call.organization_id)


def _by_status(call: Call, table: "Table") -> "ScalarSelect[Any]":
    """An object of counts by status; null where there is nothing to count."""
    counted = (
        select(table.c.status, func.count().label("count"))
        .where(in_scope(call, table))
        .group_by(table.c.status)
        .subquery()
    )
    return select(func.json_object_agg(counted.c.status, counted.c.count)).scalar_subquery()


def _with_total(counts: dict[str, int] | None) -> dict[str, int]:
    return {} if counts is None else {**counts, "total": sum(counts.values())}


def _members(call: Call) -> "ScalarSelect[Any]":
    if call.organization_id is None:
        return select(null()).scalar_subquery()
    members = organization_members.c
    active = (members.organization_id == call.organization_id) & (members.status == "active")
    return select(func.count()).select_from(organization_members).where(active).scalar_subquery()
