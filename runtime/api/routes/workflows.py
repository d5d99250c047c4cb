"""Workflows: what is to be done in which order, kept as a document that the API does not read.

Whether one is a template, or public, is shown and can't be set: the API that is being replaced could not
set it either, and has no route that would act on it. A public workflow of an organization is still read
by nobody outside of it.
"""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel
from sqlalchemy import delete, update

from runtime.api.access import find, in_scope, require
from runtime.api.call import Call
from runtime.api.errors import NotFound
from runtime.api.forms import Form, Name, Object, Text, changes
from runtime.api.paging import Page, Paging, read_page
from runtime.api.repositories import add_where_the_caller_works, find_for_use_in
from runtime.api.routing import answers
from runtime.api.tables import workflows

READ: Final = "workflows.read"


class WorkflowSummary(BaseModel):
    """A workflow, as lists show it: without its definition, which may be large."""

    id: UUID
    organization_id: UUID | None
    user_id: UUID | None
    repository_id: UUID | None
    name: str
    description: str | None
    is_template: bool | None
    is_public: bool | None
    created_at: datetime
    updated_at: datetime


class Workflow(WorkflowSummary):
    """A workflow."""

    definition: Any


class Workflows(Page):
    """A page of workflows."""

    workflows: list[WorkflowSummary]


class NewWorkflow(Form):
    """A workflow to be made."""

    name: Name
    description: Text | None = None
    definition: Object
    repository_id: UUID | None = None


class WorkflowChange(Form):
    """What is to be changed."""

    name: Name | None = None
    description: Text | None = None
    definition: Object | None = None
    repository_id: UUID | None = None


@answers("GET /workflows", "List workflows, the newest first")
def list_workflows(call: Call, wanted: Annotated[Paging, Query()]) -> Workflows:
    """Those of the organization that the caller works in, or their own."""
    order = (workflows.c.created_at.desc(), workflows.c.id)
    columns = WorkflowSummary.model_fields
    rows, page = read_page(call, workflows, [in_scope(call, workflows)], order, wanted, columns=columns)
    return Workflows(workflows=[WorkflowSummary.model_validate(dict(row)) for row in rows], **page)


@answers("POST /workflows", "Make a workflow", status=201, refuses=(NotFound,))
def create_workflow(call: Call, body: NewWorkflow) -> Workflow:
    """In the organization that the caller works in, or for the caller alone."""
    require(call)
    row = add_where_the_caller_works(call, workflows, body.model_dump())
    return Workflow.model_validate(dict(row))


@answers("GET /workflows/{workflow_id}", "Read a workflow")
def read_workflow(call: Call, workflow_id: UUID) -> Workflow:
    """Read it."""
    return Workflow.model_validate(dict(find(call, workflows, workflow_id, "workflow", to_read=READ)))


@answers("PATCH /workflows/{workflow_id}", "Change a workflow")
def change_workflow(call: Call, workflow_id: UUID, body: WorkflowChange) -> Workflow:
    """Change the fields that the body names; its repository only to one of the same owner."""
    row = find(call, workflows, workflow_id, "workflow", to_read=READ, lock=True)
    if body.repository_id is not None:
        find_for_use_in(call, row["organization_id"], body.repository_id)
    if not (values := changes(body, keep=frozenset({"name", "definition"}))):
        return Workflow.model_validate(dict(row))
    changed = call.connection.execute(
        update(workflows).where(workflows.c.id == workflow_id).values(**values).returning(workflows)
    )
    return Workflow.model_validate(dict(changed.mappings().one()))


@answers("DELETE /workflows/{workflow_id}", "Delete a workflow", status=204)
def delete_workflow(call: Call, workflow_id: UUID) -> None:
    """Delete it."""
    find(call, workflows, workflow_id, "workflow", to_read=READ, lock=True)
    call.connection.execute(delete(workflows).where(workflows.c.id == workflow_id))
