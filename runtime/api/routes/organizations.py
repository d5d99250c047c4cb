"""Organizations: whom work belongs to when it is nobody's alone."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, StringConstraints
from sqlalchemy import delete, func, insert, select, true, update

from runtime.api.access import holds, refuse_in
from runtime.api.call import Call
from runtime.api.forms import Form, Name, Object, Slug, Text, changes
from runtime.api.membership import Role, Status
from runtime.api.paging import Page, Paging, read_rows
from runtime.api.routing import answers
from runtime.api.slugs import slug_for
from runtime.api.tables import organization_members, organizations

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

Login = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=39)]
"""Of an organization at GitHub."""
Address = Annotated[
    str,
    StringConstraints(
        pattern=r"^https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?([/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]*)?$",
        max_length=2000,
    ),
]
"""A URL of a picture: HTTPS, without a user, in the characters of RFC 3986."""


class Organization(BaseModel):
    """An organization, as its members see it."""

    id: UUID
    name: str
    slug: str
    description: str | None
    avatar_url: str | None
    github_org_login: str | None
    settings: dict[str, Any] | None
    plan: str | None
    max_members: int | None
    max_repositories: int | None
    owner_id: UUID | None
    created_at: datetime
    updated_at: datetime


class OwnOrganization(BaseModel):
    """An organization, and what the caller is in it; who was only invited does not see its settings."""

    id: UUID
    name: str
    slug: str
    description: str | None
    avatar_url: str | None
    role: Role
    status: Status | None


class Organizations(Page):
    """A page of organizations."""

    organizations: list[OwnOrganization]


class NewOrganization(Form):
    """An organization to be made; a slug that is left out is made of the name."""

    name: Name
    slug: Slug | None = None
    description: Text | None = None
    github_org_login: Login | None = None


class OrganizationChange(Form):
    """What is to be changed; a slug stays."""

    name: Name | None = None
    description: Text | None = None
    avatar_url: Address | None = None
    settings: Object | None = None


@answers("GET /organizations", "List the organizations that you are a member of, or invited to, by name")
def list_organizations(call: Call, wanted: Annotated[Paging, Query()]) -> Organizations:
    """Tell the caller's role and status in each."""
    members = organization_members.c
    statement = (
        select(organizations, members.role, members.status)
        .join(organization_members, members.organization_id == organizations.c.id)
        .where(members.user_id == call.user_id, organizations.c.is_active)
        .order_by(organizations.c.name, organizations.c.id)
    )
    rows, page = read_rows(call, statement, wanted, allowed=true(), refuse=lambda: None)
    return Organizations(organizations=[OwnOrganization.model_validate(dict(row)) for row in rows], **page)


@answers("POST /organizations", "Make an organization; you become its owner", status=201)
def create_organization(call: Call, body: NewOrganization) -> Organization:
    """Make it, and its first member."""
    slug = slug_for(body.name, body.slug)
    made = call.connection.execute(
        insert(organizations)
        .values(**body.model_dump() | {"slug": slug, "owner_id": call.user_id})
        .returning(organizations)
    )
    row = made.mappings().one()
    call.connection.execute(
        insert(organization_members).values(
            organization_id=row["id"],
            user_id=call.user_id,
            role="owner",
            status="active",
            accepted_at=func.now(),
        )
    )
    return Organization.model_validate(dict(row))


@answers("GET /organizations/{org_id}", "Read an organization")
def read_organization(call: Call, org_id: UUID) -> Organization:
    """Read it."""
    row = call.connection.execute(select(organizations).where(_allowed(call, org_id))).mappings().first()
    return Organization.model_validate(dict(row or refuse_in(call, org_id, "organization")))


@answers("PATCH /organizations/{org_id}", "Change what an organization says of itself")
def change_organization(call: Call, org_id: UUID, body: OrganizationChange) -> Organization:
    """Change the fields that the body names."""
    values = changes(body, keep=frozenset({"name", "settings"}))
    allowed = _allowed(call, org_id)
    statement = (
        update(organizations).where(allowed).values(**values).returning(organizations)
        if values
        else select(organizations).where(allowed)
    )
    row = call.connection.execute(statement).mappings().first()
    return Organization.model_validate(dict(row or refuse_in(call, org_id, "organization")))


@answers("DELETE /organizations/{org_id}", "Delete an organization with all that belongs to it", status=204)
def delete_organization(call: Call, org_id: UUID) -> None:
    """Delete it, its teams and memberships, and its repositories, workflows, executions and tasks."""
    statement = delete(organizations).where(_allowed(call, org_id)).returning(organizations.c.id)
    if call.connection.execute(statement).first() is None:
        refuse_in(call, org_id, "organization")


def _allowed(call: Call, org_id: UUID) -> "ColumnElement[bool]":
    """The organization, if the caller holds the route's permission there: never in one switched off."""
    return (organizations.c.id == org_id) & holds(call, org_id, call.route.permission or "")
