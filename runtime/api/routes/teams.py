"""Teams of an organization, and who is in them: each is found only in the organization of its path.

A team that is not visible is there only for its members, and for those who may change teams.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel
from sqlalchemy import delete, exists, insert, select, update

from runtime.api.access import holds, is_member, refuse_in, require_in
from runtime.api.call import Call
from runtime.api.errors import Conflict, NotFound
from runtime.api.forms import Flag, Form, Name, Slug, Text, changes
from runtime.api.membership import hold_member
from runtime.api.paging import Page, Paging, read_rows
from runtime.api.routing import answers
from runtime.api.slugs import slug_for
from runtime.api.tables import team_members, teams, users

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause, Select

TeamRole = Literal["lead", "member"]


class Team(BaseModel):
    """A team."""

    id: UUID
    organization_id: UUID
    name: str
    slug: str
    description: str | None
    is_visible: bool | None
    created_at: datetime
    updated_at: datetime


class Teams(Page):
    """A page of teams."""

    teams: list[Team]


class TeamMember(BaseModel):
    """A user in a team."""

    user_id: UUID
    name: str | None
    email: str
    avatar_url: str | None
    role: TeamRole
    created_at: datetime
    updated_at: datetime


class TeamMembers(Page):
    """A page of a team's members."""

    members: list[TeamMember]


class NewTeam(Form):
    """A team to be made; a slug that is left out is made of the name."""

    name: Name
    slug: Slug | None = None
    description: Text | None = None
    is_visible: Flag = True


class TeamChange(Form):
    """What is to be changed; a slug stays."""

    name: Name | None = None
    description: Text | None = None
    is_visible: Flag | None = None


class NewTeamMember(Form):
    """Whom to add, as what."""

    user_id: UUID
    role: TeamRole = "member"


@answers("GET /organizations/{org_id}/teams", "List teams by name")
def list_teams(call: Call, org_id: UUID, wanted: Annotated[Paging, Query()]) -> Teams:
    """Those of the organization of the path that the caller may see."""
    statement = (
        select(teams)
        .where(teams.c.organization_id == org_id, _is_seen(call, org_id))
        .order_by(teams.c.name, teams.c.id)
    )
    allowed = holds(call, org_id, call.route.permission or "")
    rows, page = read_rows(call, statement, wanted, allowed=allowed, refuse=lambda: require_in(call, org_id))
    return Teams(teams=[Team.model_validate(dict(row)) for row in rows], **page)


@answers("POST /organizations/{org_id}/teams", "Make a team; you become its lead", status=201)
def create_team(call: Call, org_id: UUID, body: NewTeam) -> Team:
    """Make it; whoever is no active member of the organization makes it without joining."""
    require_in(call, org_id)
    slug = slug_for(body.name, body.slug)
    made = call.connection.execute(
        insert(teams).values(**body.model_dump() | {"slug": slug, "organization_id": org_id}).returning(teams)
    )
    row = made.mappings().one()
    if hold_member(call, org_id, call.user_id):
        call.connection.execute(
            insert(team_members).values(team_id=row["id"], user_id=call.user_id, role="lead")
        )
    return Team.model_validate(dict(row))


@answers("GET /organizations/{org_id}/teams/{team_id}", "Read a team")
def read_team(call: Call, org_id: UUID, team_id: UUID) -> Team:
    """Read it."""
    return _read(call, org_id, team_id)


@answers("PATCH /organizations/{org_id}/teams/{team_id}", "Change a team")
def change_team(call: Call, org_id: UUID, team_id: UUID, body: TeamChange) -> Team:
    """Change the fields that the body names."""
    values = changes(body, keep=frozenset({"name", "is_visible"}))
    if not values:
        return _read(call, org_id, team_id)
    statement = update(teams).where(_allowed(call, org_id, team_id)).values(**values).returning(teams)
    row = call.connection.execute(statement).mappings().first()
    return Team.model_validate(dict(row or refuse_in(call, org_id, "team")))


@answers("DELETE /organizations/{org_id}/teams/{team_id}", "Delete a team", status=204)
def delete_team(call: Call, org_id: UUID, team_id: UUID) -> None:
    """Delete it; its repositories stay the organization's."""
    statement = delete(teams).where(_allowed(call, org_id, team_id)).returning(teams.c.id)
    if call.connection.execute(statement).first() is None:
        refuse_in(call, org_id, "team")


@answers("GET /organizations/{org_id}/teams/{team_id}/members", "List who is in a team: leads, then by name")
def list_team_members(
    call: Call, org_id: UUID, team_id: UUID, wanted: Annotated[Paging, Query()]
) -> TeamMembers:
    """Those of the team of the path."""
    statement = (
        _told(team_members)
        .join(teams, teams.c.id == team_members.c.team_id)
        .where(team_members.c.team_id == team_id)
        .order_by(team_members.c.role, users.c.name, users.c.id)
    )
    allowed = _allowed(call, org_id, team_id)
    rows, page = read_rows(
        call, statement, wanted, allowed=allowed, refuse=lambda: _read(call, org_id, team_id)
    )
    return TeamMembers(members=[TeamMember.model_validate(dict(row)) for row in rows], **page)


@answers("POST /organizations/{org_id}/teams/{team_id}/members", "Add a member to a team", status=201)
def add_team_member(call: Call, org_id: UUID, team_id: UUID, body: NewTeamMember) -> TeamMember:
    """Add an active member of the organization."""
    _read(call, org_id, team_id)
    if not hold_member(call, org_id, body.user_id):
        if not call.connection.scalar(select(exists().where(users.c.id == body.user_id))):
            raise NotFound("user")
        raise Conflict("this user is no active member of the organization; invite them first")
    written = insert(team_members).values(team_id=team_id, **body.model_dump()).returning(team_members)
    row = call.connection.execute(_told(written.cte("written"))).mappings().one()
    return TeamMember.model_validate(dict(row))


@answers(
    "DELETE /organizations/{org_id}/teams/{team_id}/members/{user_id}",
    "Remove a member, or leave",
    status=204,
)
def remove_team_member(call: Call, org_id: UUID, team_id: UUID, user_id: UUID) -> None:
    """Remove them; every member of the organization may leave."""
    if user_id != call.user_id or not is_member(call, org_id):
        require_in(call, org_id)
    of_organization = select(teams.c.id).where(teams.c.id == team_id, teams.c.organization_id == org_id)
    removed = call.connection.execute(
        delete(team_members)
        .where(team_members.c.team_id.in_(of_organization), team_members.c.user_id == user_id)
        .returning(team_members.c.id)
    )
    if removed.first() is None:
        raise NotFound("team, or member of it")


def _read(call: Call, org_id: UUID, team_id: UUID) -> Team:
    """The team of the path. Raises as `refuse_in`."""
    row = call.connection.execute(select(teams).where(_allowed(call, org_id, team_id))).mappings().first()
    return Team.model_validate(dict(row or refuse_in(call, org_id, "team")))


def _allowed(call: Call, org_id: UUID, team_id: UUID) -> "ColumnElement[bool]":
    """The team of the path, if the caller sees it and holds the route's permission."""
    here = (teams.c.id == team_id) & (teams.c.organization_id == org_id)
    return here & _is_seen(call, org_id) & holds(call, org_id, call.route.permission or "")


def _is_seen(call: Call, org_id: UUID) -> "ColumnElement[bool]":
    """Whether the caller sees a team of the organization."""
    own = team_members.alias("own")
    joined = exists().where(own.c.team_id == teams.c.id, own.c.user_id == call.user_id)
    # in a query of its own, it is asked once and not for each team
    changes_teams = select(holds(call, org_id, "teams.update")).scalar_subquery()
    return teams.c.is_visible | joined | changes_teams


def _told(members: "FromClause") -> "Select[tuple[object, ...]]":
    """What is told of a team's members, of the table or of the rows of it that were written."""
    names = ("user_id", "role", "created_at", "updated_at")
    columns = [*(members.c[name] for name in names), users.c.name, users.c.email, users.c.avatar_url]
    return select(*columns).join_from(members, users, users.c.id == members.c.user_id)
