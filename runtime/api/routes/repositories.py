"""Repositories: what agents work on, as an organization or somebody alone has registered it.

The API has no way to GitHub, so it takes a name as it is given: whether such a repository exists shows
when an agent works on it. For the same reason a new one has no `github_repo_id`.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel
from sqlalchemy import insert

from runtime.api.access import find, in_scope, require
from runtime.api.call import Call
from runtime.api.forms import Form
from runtime.api.paging import Page, Paging, read_page
from runtime.api.repositories import READ, FullName, lock_registrations, refuse_too_many
from runtime.api.routing import answers
from runtime.api.tables import repositories


class Repository(BaseModel):
    """A repository; `github_repo_id` is null unless it was registered before this API."""

    id: UUID
    organization_id: UUID | None
    user_id: UUID | None
    team_id: UUID | None
    github_repo_id: int | None
    full_name: str
    owner: str
    name: str
    default_branch: str | None
    is_active: bool | None
    created_at: datetime
    updated_at: datetime


class Repositories(Page):
    """A page of repositories."""

    repositories: list[Repository]


class NewRepository(Form):
    """A repository to be registered; its name is taken as given, for the API has no way to ask GitHub."""

    full_name: FullName


@answers("GET /repositories", "List the active repositories, the newest first")
def list_repositories(call: Call, wanted: Annotated[Paging, Query()]) -> Repositories:
    """Those of the organization that the caller works in, or their own."""
    where = [in_scope(call, repositories), repositories.c.is_active]
    order = (repositories.c.created_at.desc(), repositories.c.id)
    rows, page = read_page(call, repositories, where, order, wanted)
    return Repositories(repositories=[Repository.model_validate(dict(row)) for row in rows], **page)


@answers("POST /repositories", "Register a repository", status=201)
def register_repository(call: Call, body: NewRepository) -> Repository:
    """In the organization that the caller works in, as many as it may have, or for the caller alone."""
    require(call)
    limit = lock_registrations(call)
    owner, _, name = body.full_name.partition("/")
    row = call.connection.execute(
        insert(repositories)
        .values(
            user_id=call.user_id,
            organization_id=call.organization_id,
            owner=owner,
            name=name,
            full_name=body.full_name,
        )
        .returning(repositories)
    )
    refuse_too_many(call, limit)
    return Repository.model_validate(dict(row.mappings().one()))


@answers("GET /repositories/{repository_id}", "Read a repository")
def read_repository(call: Call, repository_id: UUID) -> Repository:
    """Read it, whether it is active or not: executions of old refer to it."""
    return Repository.model_validate(
        dict(find(call, repositories, repository_id, "repository", to_read=READ))
    )
