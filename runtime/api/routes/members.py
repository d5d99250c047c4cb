"""Members of an organization: invited by its managers, active once they accept, and one of them its owner.

    (nobody) ──invite──> invited ──accept──> active
                            └──decline─┐        └──leave─┐   (or removed by who manages members)
                                    (nobody)          (nobody)

An operator may suspend a member in the database; such a one can leave, and not accept again.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel
from sqlalchemy import case, exists, func, insert, literal, null, select, update

from runtime.api.access import holds, require_in
from runtime.api.call import Call
from runtime.api.errors import Conflict, NotFound
from runtime.api.failures import TAKEN
from runtime.api.forms import Form, Name
from runtime.api.membership import Role, Status, hand_over, lock, look, name_owner, remove, set_role
from runtime.api.paging import Page, Paging, read_rows
from runtime.api.routing import answers
from runtime.api.tables import organization_members, organizations, users

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause, RowMapping
    from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

_members = organization_members.c


class Member(BaseModel):
    """A member, or who was invited to be one."""

    user_id: UUID
    name: str | None
    email: str | None
    """None while only invited: an invitation by name must not tell an address."""
    avatar_url: str | None
    role: Role
    status: Status | None
    invited_by: UUID | None
    accepted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Members(Page):
    """A page of members."""

    members: list[Member]


class Invitation(Form):
    """Whom to invite, by e-mail address or by name, as what; nobody is invited to be the owner."""

    identifier: Name
    role: Literal["admin", "member", "viewer"] = "member"


class RoleChange(Form):
    """What a member is to be."""

    role: Role


@answers("GET /organizations/{org_id}/members", "List members and who is invited, by role and name")
def list_members(call: Call, org_id: UUID, wanted: Annotated[Paging, Query()]) -> Members:
    """Those of the organization of the path."""
    statement = (
        select(*_told(organization_members))
        .join_from(organization_members, users, users.c.id == _members.user_id)
        .where(_members.organization_id == org_id)
        .order_by(_members.role, users.c.name, users.c.id)
    )
    allowed = holds(call, org_id, call.route.permission or "")
    rows, page = read_rows(call, statement, wanted, allowed=allowed, refuse=lambda: require_in(call, org_id))
    return Members(members=[Member.model_validate(dict(row)) for row in rows], **page)


@answers("POST /organizations/{org_id}/members", "Invite somebody who has signed in once", status=201)
def invite_member(call: Call, org_id: UUID, body: Invitation) -> Member:
    """Invite them, if the organization has a place left; who is invited takes one."""
    most = lock(call, org_id)
    require_in(call, org_id)
    user = _find_user(call, org_id, body.identifier)
    if user["member"]:
        raise Conflict(TAKEN["organization_members_organization_id_user_id_key"])
    if most is not None and user["places_taken"] >= most:
        raise Conflict(f"the organization has {most} members or invitations, and may have no more")
    invitation = {"role": body.role, "status": "invited", "invited_by": call.user_id}
    invited = _written(
        call,
        insert(organization_members)
        .values(organization_id=org_id, user_id=user["id"], **invitation)
        .returning(organization_members),
    )
    return cast("Member", invited)  # an insertion without a condition writes its row


@answers("POST /organizations/{org_id}/members/accept", "Accept an invitation")
def accept_invitation(call: Call, org_id: UUID) -> Member:
    """Become active; to accept once more changes nothing. An old invitation to own it makes an admin."""
    active = exists().where(organizations.c.id == org_id, organizations.c.is_active)
    own = (_members.organization_id == org_id) & (_members.user_id == call.user_id) & active
    role = case((_members.role == "owner", literal("admin", _members.role.type)), else_=_members.role)
    accepted = _written(
        call,
        update(organization_members)
        .where(own, _members.status == "invited")
        .values(role=role, status="active", accepted_at=func.now())
        .returning(organization_members),
    )
    if accepted is None:
        return _read(call, own & (_members.status == "active"), "invitation")
    return accepted


@answers(
    "PATCH /organizations/{org_id}/members/{user_id}",
    "Change a member's role, or hand ownership over",
    refuses=(Conflict,),
)
def change_member(call: Call, org_id: UUID, user_id: UUID, body: RoleChange) -> Member:
    """Change it; a new owner takes the place of the one before, who becomes an admin."""
    standing = look(call, org_id, user_id)
    standing.require_manager()
    if standing.role is None:
        raise NotFound("member")
    standing.require_right_over(standing.role, body.role)
    if body.role == "owner" != standing.role:
        if standing.status != "active":
            raise Conflict("only an active member can become the owner; let them accept the invitation first")
        hand_over(call, org_id, user_id)
    elif body.role != standing.role:
        standing.require_another_owner()
        set_role(call, org_id, user_id, body.role)
        if standing.role == "owner":
            name_owner(call, org_id)
    return _read(call, (_members.organization_id == org_id) & (_members.user_id == user_id), "member")


@answers(
    "DELETE /organizations/{org_id}/members/{user_id}",
    "Remove a member, leave, or decline",
    status=204,
    refuses=(Conflict,),
)
def remove_member(call: Call, org_id: UUID, user_id: UUID) -> None:
    """Remove them, and from the organization's teams; everybody may remove themselves."""
    standing = look(call, org_id, user_id)
    if user_id != call.user_id:
        standing.require_manager()
        standing.require_right_over(standing.role)
    if standing.role is None:
        raise NotFound("member")
    standing.require_another_owner()
    remove(call, org_id, user_id)
    if standing.role == "owner":
        name_owner(call, org_id)


def _find_user(call: Call, org_id: UUID, identifier: str) -> "RowMapping":
    """The one user whom an identifier means, and how many places of the organization are taken.

    With an @ it is an address: whoever takes another's address for a name is not invited instead.

    Raises:
        NotFound: Nobody has it.
        Conflict: Several have it.
    """
    column = users.c.email if "@" in identifier else users.c.name
    here = _members.organization_id == org_id
    taken = select(func.count()).where(here, _members.status.in_(("invited", "active")))
    member = exists().where(here, _members.user_id == users.c.id)
    found = call.connection.execute(
        select(users.c.id, member.label("member"), taken.scalar_subquery().label("places_taken"))
        .where(func.lower(column) == func.lower(identifier))
        .limit(2)
    )
    rows = found.mappings().all()
    if not rows:
        raise NotFound("user")
    if len(rows) > 1:
        raise Conflict("more than one user is called so; give an e-mail address or a name that only one has")
    return rows[0]


def _told(members: "FromClause") -> "list[ColumnElement[Any]]":
    """What is told of a member, of the table or of the rows of it that were written."""
    names = ("user_id", "role", "status", "invited_by", "accepted_at", "created_at", "updated_at")
    email = case((members.c.status == "invited", null()), else_=users.c.email)
    return [*(members.c[name] for name in names), users.c.name, users.c.avatar_url, email.label("email")]


def _written(call: Call, statement: "ReturningInsert[Any] | ReturningUpdate[Any]") -> Member | None:
    """Write one row and read it with its user, in one round trip; None if there was none to write."""
    written = statement.cte("written")
    told = select(*_told(written)).join_from(written, users, users.c.id == written.c.user_id)
    row = call.connection.execute(told).mappings().first()
    return None if row is None else Member.model_validate(dict(row))


def _read(call: Call, which: "ColumnElement[bool]", what: str) -> Member:
    statement = select(*_told(organization_members)).join_from(
        organization_members, users, users.c.id == _members.user_id
    )
    row = call.connection.execute(statement.where(which)).mappings().first()
    if row is None:
        raise NotFound(what)
    return Member.model_validate(dict(row))
