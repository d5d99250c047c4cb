"""Executions of agents: asked for here, carried out elsewhere, and read here with their logs."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field
from sqlalchemy import exists, func, select

from runtime.api import executions
from runtime.api.access import find, in_scope, may, require
from runtime.api.call import Call
from runtime.api.errors import NotFound
from runtime.api.executions import READ, Execution, ExecutionSummary
from runtime.api.forms import Form, Number, Object, Word
from runtime.api.paging import Page, Paging, read_page, read_rows
from runtime.api.repositories import find_for_use
from runtime.api.routing import answers
from runtime.api.tables import agent_executions, execution_logs

WHAT: Final = "execution"
LONGEST_MESSAGE: Final = 10_000
"""Characters that are shown of a line: what agents write has no bound, what Lambda answers has."""


class Executions(Page):
    """A page of executions."""

    executions: list[ExecutionSummary]


class Filter(Paging):
    """Which executions."""

    status: Literal["pending", "running", "completed", "failed"] | None = None
    repository_id: UUID | None = None
    agent_type: Word | None = None


class NewExecution(Form):
    """An execution to be carried out."""

    repository_id: UUID
    issue_number: Number
    agent_type: Word
    options: Object = Field(default_factory=dict)


class LogLine(BaseModel):
    """A line of an execution's log."""

    id: UUID
    execution_id: UUID
    log_level: str
    """DEBUG, INFO, WARN or ERROR; the database does not check what agents write."""
    message: str
    timestamp: datetime
    metadata: Any


class LogLines(Page):
    """A page of an execution's log."""

    logs: list[LogLine]


class LogFilter(Paging):
    """Which lines."""

    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"] | None = None


@answers("POST /agents/execute", "Ask an agent to work on an issue", status=201, refuses=(NotFound,))
def execute_agent(call: Call, body: NewExecution) -> Execution:
    """On a repository of the organization that the caller works in, or of their own."""
    require(call)
    find_for_use(call, body.repository_id)
    row = executions.request(call, {**body.model_dump(), "organization_id": call.organization_id})
    return Execution.model_validate(dict(row))


@answers("GET /agents/executions", "List executions, the newest first")
def list_executions(call: Call, wanted: Annotated[Filter, Query()]) -> Executions:
    """Those of the organization that the caller works in, or their own."""
    table = agent_executions
    filters = wanted.model_dump(exclude={"page", "limit"}, exclude_none=True)
    where = [in_scope(call, table), *(table.c[name] == value for name, value in filters.items())]
    order = (table.c.created_at.desc(), table.c.id)
    rows, page = read_page(call, table, where, order, wanted, columns=ExecutionSummary.model_fields)
    return Executions(executions=[ExecutionSummary.model_validate(dict(row)) for row in rows], **page)


@answers("GET /agents/executions/{execution_id}", "Read an execution")
def read_execution(call: Call, execution_id: UUID) -> Execution:
    """Read it."""
    return Execution.model_validate(dict(find(call, agent_executions, execution_id, WHAT, to_read=READ)))


@answers("GET /agents/executions/{execution_id}/logs", "Read an execution's log, from its start")
def list_logs(call: Call, execution_id: UUID, wanted: Annotated[LogFilter, Query()]) -> LogLines:
    """The oldest lines first."""
    lines = execution_logs.c
    message = func.left(lines.message, LONGEST_MESSAGE).label("message")
    others = (lines.id, lines.execution_id, lines.log_level, lines.timestamp, lines.metadata)
    statement = select(message, *others).where(lines.execution_id == execution_id)
    if wanted.log_level is not None:
        statement = statement.where(lines.log_level == wanted.log_level)
    mine = exists().where(agent_executions.c.id == execution_id, may(call, agent_executions, READ))
    rows, page = read_rows(
        call,
        statement.order_by(lines.timestamp, lines.id),
        wanted,
        allowed=mine,
        refuse=lambda: find(call, agent_executions, execution_id, WHAT, to_read=READ),
    )
    return LogLines(logs=[LogLine.model_validate(dict(row)) for row in rows], **page)
