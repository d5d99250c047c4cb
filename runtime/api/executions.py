"""Executions of agents: how one begins, ends, and keeps its log.

asked for by itself: pending, until an agent takes it up (agents write to the database on their own)
of a task:           running from the task's start to its end, then completed or failed
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, insert, update

from runtime.api.tables import agent_executions as executions
from runtime.api.tables import execution_logs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import RowMapping

    from runtime.api.call import Call

READ: Final = "agents.read"
UNENDED: Final = ("pending", "running")


class ExecutionSummary(BaseModel):
    """An execution, as lists show it: without what may be large."""

    id: UUID
    organization_id: UUID | None
    user_id: UUID | None
    repository_id: UUID | None
    agent_type: str
    issue_number: int | None
    status: str
    """pending, running, completed or failed; the database does not check what agents write."""
    started_at: datetime | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Execution(ExecutionSummary):
    """An execution."""

    options: Any
    result: Any
    error_message: str | None


class ExecutionCounts(BaseModel):
    """How many executions there are, by status."""

    pending: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    total: int = 0


def request(call: "Call", values: "Mapping[str, Any]") -> "RowMapping":
    """Make an execution that waits for its agent, and log that."""
    row = _insert(call, {**values, "status": "pending"})
    _log(call, row["id"], "INFO", f"{row['agent_type']} requested")
    return row


def begin(call: "Call", task: "Mapping[str, Any]") -> UUID:
    """Make an execution that runs for a task that is started, and log that."""
    told = {name: task[name] for name in ("organization_id", "repository_id", "agent_type", "issue_number")}
    row = _insert(call, {**told, "status": "running", "started_at": func.now()})
    _log(call, row["id"], "INFO", f"{row['agent_type']} started", task_id=str(task["id"]))
    key: UUID = row["id"]
    return key


def end(
    call: "Call", execution_id: "UUID | None", status: str, *, result: Any = None, reason: str | None = None
) -> None:
    """End the execution of a task and log that, unless there is none or its agent has ended it."""
    if execution_id is None:
        return
    ended = (
        update(executions)
        .where(executions.c.id == execution_id, executions.c.status.in_(UNENDED))
        .values(status=status, completed_at=func.now(), result=result, error_message=reason)
        .returning(executions.c.id)
    )
    if call.connection.execute(ended).first():
        level = "INFO" if status == "completed" else "ERROR"
        _log(call, execution_id, level, status if reason is None else f"{status}: {reason}")


def _insert(call: "Call", values: "Mapping[str, Any]") -> "RowMapping":
    statement = insert(executions).values(user_id=call.user_id, **values).returning(executions)
    return call.connection.execute(statement).mappings().one()


def _log(call: "Call", execution_id: UUID, level: str, message: str, **metadata: str) -> None:
    call.connection.execute(
        insert(execution_logs).values(
            execution_id=execution_id,
            log_level=level,
            message=message,
            # now() would be the same for all lines of a transaction, and they are read in its order
            timestamp=func.clock_timestamp(),
            metadata={"user_id": str(call.user_id), **metadata},
        )
    )
