"""Tasks: what is to be done, and the states that it goes through.

    pending ──start──> running ──complete──> completed
       │                  ├──fail──> failed ──retry──> pending, while retries are left
       └──fail, cancel────┴──cancel──> cancelled

A task with a repository and an agent's type is carried out by an execution, which begins when the task is
started, ends when it ends, and keeps a log of both.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field
from sqlalchemy import delete, func, select, update

from runtime.api import executions
from runtime.api.access import find, holds, in_scope, require
from runtime.api.call import Call
from runtime.api.errors import Conflict, NotFound
from runtime.api.forms import Form, Name, Number, Object, Text, Word, changes
from runtime.api.paging import Page, Paging, read_page
from runtime.api.repositories import add_where_the_caller_works
from runtime.api.routing import answers
from runtime.api.tables import tasks

READ: Final = "tasks.read"

Status = Literal["pending", "running", "completed", "failed", "cancelled"]
Priority = Literal["P0", "P1", "P2"]


class TaskSummary(BaseModel):
    """A task, in lists: without what can be large."""

    id: UUID
    organization_id: UUID | None
    user_id: UUID | None
    repository_id: UUID | None
    execution_id: UUID | None
    name: str
    status: str
    """One of five; the database does not check old rows."""
    priority: str | None
    agent_type: str | None
    issue_number: int | None
    retry_count: int | None
    max_retries: int | None
    started_at: datetime | None
    completed_at: datetime | None
    failed_at: datetime | None
    cancelled_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Task(TaskSummary):
    """A task."""

    description: str | None
    metadata: Any
    result: Any
    error_message: str | None


class Tasks(Page):
    """A page of tasks."""

    tasks: list[TaskSummary]


class Counts(BaseModel):
    """How many tasks there are, by status."""

    pending: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    total: int = 0


class Filter(Paging):
    """Which tasks."""

    status: Status | None = None
    priority: Priority | None = None
    repository_id: UUID | None = None
    agent_type: Word | None = None


class NewTask(Form):
    """A task to be made."""

    name: Name
    repository_id: UUID | None = None
    description: Text | None = None
    priority: Priority = "P2"
    agent_type: Word | None = None
    issue_number: Number | None = None
    metadata: Object = Field(default_factory=dict)


class TaskChange(Form):
    """What is to be changed; the status has routes of its own."""

    name: Name | None = None
    description: Text | None = None
    priority: Priority | None = None
    agent_type: Word | None = None
    issue_number: Number | None = None
    metadata: Object | None = None


class Completion(Form):
    """What came of a task."""

    result: Object | None = None


class Failure(Form):
    """Why a task failed."""

    error_message: Text | None = None


@answers("GET /tasks", "List tasks: the most urgent first, then the newest")
def list_tasks(call: Call, wanted: Annotated[Filter, Query()]) -> Tasks:
    """Those of the organization that the caller works in, or their own."""
    filters = wanted.model_dump(exclude={"page", "limit"}, exclude_none=True)
    where = [in_scope(call, tasks), *(tasks.c[name] == value for name, value in filters.items())]
    order = (tasks.c.priority, tasks.c.created_at.desc(), tasks.c.id)
    rows, page = read_page(call, tasks, where, order, wanted, columns=TaskSummary.model_fields)
    return Tasks(tasks=[TaskSummary.model_validate(dict(row)) for row in rows], **page)


@answers("GET /tasks/stats", "Count tasks by status")
def count_tasks(call: Call) -> Counts:
    """Count those of the organization that the caller works in, or their own."""
    where = [in_scope(call, tasks)]
    if call.organization_id is not None:
        where.append(holds(call, call.organization_id, READ))
    counted = select(tasks.c.status, func.count()).where(*where).group_by(tasks.c.status)
    counts: dict[str, int] = dict(call.connection.execute(counted).all())
    if not counts:
        require(call)
    return Counts(**counts, total=sum(counts.values()))


@answers("POST /tasks", "Make a task", status=201, refuses=(NotFound,))
def create_task(call: Call, body: NewTask) -> Task:
    """In the organization that the caller works in, or for the caller alone."""
    require(call)
    row = add_where_the_caller_works(call, tasks, body.model_dump())
    return Task.model_validate(dict(row))


@answers("GET /tasks/{task_id}", "Read a task")
def read_task(call: Call, task_id: UUID) -> Task:
    """Read it."""
    return Task.model_validate(dict(find(call, tasks, task_id, "task", to_read=READ)))


@answers("PATCH /tasks/{task_id}", "Change what a task says; its status has routes of its own")
def change_task(call: Call, task_id: UUID, body: TaskChange) -> Task:
    """Change the fields that the body names."""
    row = dict(find(call, tasks, task_id, "task", to_read=READ, lock=True))
    values = changes(body, keep=frozenset({"name", "priority"}))
    return _changed(call, task_id, values) if values else Task.model_validate(row)


@answers("DELETE /tasks/{task_id}", "Delete a task", status=204, refuses=(Conflict,))
def delete_task(call: Call, task_id: UUID) -> None:
    """Delete it; a running one is cancelled first."""
    if find(call, tasks, task_id, "task", to_read=READ, lock=True)["status"] == "running":
        raise Conflict("the task is running; cancel it first")
    call.connection.execute(delete(tasks).where(tasks.c.id == task_id))


@answers("POST /tasks/{task_id}/start", "Start a pending task", refuses=(Conflict,))
def start_task(call: Call, task_id: UUID) -> Task:
    """From pending to running."""
    row = _expect(call, task_id, "pending", to="started")
    execution = executions.begin(call, row) if row["repository_id"] and row["agent_type"] else None
    return _changed(call, task_id, {"status": "running", "started_at": func.now(), "execution_id": execution})


@answers("POST /tasks/{task_id}/complete", "Complete a running task", refuses=(Conflict,))
def complete_task(call: Call, task_id: UUID, body: Completion | None = None) -> Task:
    """From running to completed."""
    row = _expect(call, task_id, "running", to="completed")
    result = body.result if body else None
    executions.end(call, row["execution_id"], "completed", result=result)
    return _changed(call, task_id, {"status": "completed", "completed_at": func.now(), "result": result})


@answers("POST /tasks/{task_id}/fail", "Report that a task has failed", refuses=(Conflict,))
def fail_task(call: Call, task_id: UUID, body: Failure | None = None) -> Task:
    """From pending or running to failed."""
    row = _expect(call, task_id, "pending", "running", to="failed")
    reason = body.error_message if body else None
    executions.end(call, row["execution_id"], "failed", reason=reason)
    return _changed(call, task_id, {"status": "failed", "failed_at": func.now(), "error_message": reason})


@answers("POST /tasks/{task_id}/cancel", "Cancel a task", refuses=(Conflict,))
def cancel_task(call: Call, task_id: UUID) -> Task:
    """From pending or running to cancelled."""
    row = _expect(call, task_id, "pending", "running", to="cancelled")
    executions.end(call, row["execution_id"], "failed", reason="the task was cancelled")
    return _changed(call, task_id, {"status": "cancelled", "cancelled_at": func.now()})


@answers("POST /tasks/{task_id}/retry", "Let a failed task be started again", refuses=(Conflict,))
def retry_task(call: Call, task_id: UUID) -> Task:
    """From failed to pending, as often as the task allows."""
    row = _expect(call, task_id, "failed", to="retried")
    retries, most = row["retry_count"] or 0, row["max_retries"] or 0
    if retries >= most:
        raise Conflict(f"the task has been retried {retries} times, which is all that it allows")
    cleared = dict.fromkeys(("started_at", "failed_at", "error_message", "execution_id"))
    return _changed(call, task_id, {"status": "pending", "retry_count": retries + 1, **cleared})


def _expect(call: Call, task_id: UUID, *statuses: str, to: str) -> dict[str, Any]:
    """The task, locked, if its state allows what is asked for."""
    row = dict(find(call, tasks, task_id, "task", to_read=READ, lock=True))
    if row["status"] not in statuses:
        allowed = " or ".join(statuses)
        raise Conflict(f"a task that is {row['status']} can't be {to}; it must be {allowed}")
    return row


def _changed(call: Call, task_id: UUID, values: dict[str, Any]) -> Task:
    row = call.connection.execute(
        update(tasks).where(tasks.c.id == task_id).values(**values).returning(tasks)
    )
    return Task.model_validate(dict(row.mappings().one()))
