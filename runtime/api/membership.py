"""Who is what in an organization: the rules that leave it one owner, and no more members than it may have.

Whoever changes this locks the organization's row, and reads members only then: of two invitations to
the last place one is refused, and of two promotions the second meets what the first has left. Nobody
else waits for that lock, not even who adds a task to the organization.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update

from runtime.api.access import holds
from runtime.api.errors import Conflict, Forbidden, NotFound, PermissionMissing
from runtime.api.tables import organization_members, organizations, team_members, teams

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import FromClause

    from runtime.api.call import Call

Role = Literal["owner", "admin", "member", "viewer"]
Status = Literal["invited", "active", "suspended"]
MANAGE: Final = "organization.members.manage"
_members: Final = organization_members.c


@dataclass(frozen=True, slots=True)
class Standing:
    """What the caller is in an organization, and what the user of the path is, while its row is locked."""

    manages: bool
    """Whether the caller holds `MANAGE`."""
    own_role: str | None
    """The caller's, as an active member."""
    role: str | None
    """The user's; None if they have never been invited."""
    status: str | None
    other_owners: int
    """Active ones besides the user."""

    def require_manager(self) -> None:
        """Refuse whoever may not manage members. Raises `NotFound`, `PermissionMissing`."""
        if not self.manages:
            raise PermissionMissing(MANAGE) if self.own_role else NotFound("organization")

    def require_right_over(self, *roles: str | None) -> None:
        """Refuse what only an owner may do: to make, change or remove one. Raises `Forbidden`."""
        if "owner" in roles and self.own_role != "owner":
            raise Forbidden("only an owner makes, changes or removes an owner; ask the organization's owner")

    def require_another_owner(self) -> None:
        """Refuse to take the last owner away. Raises `Conflict`."""
        if self.role == "owner" and not self.other_owners:
            raise Conflict("this is the organization's only owner; make another member the owner first")


def look(call: Call, organization_id: UUID, user_id: UUID) -> Standing:
    """Lock the organization of the path, then tell how the caller and a user stand in it.

    Raises:
        NotFound: There is none that the caller belongs to, was invited to, or manages.
    """
    lock(call, organization_id)
    own, theirs = organization_members.alias("own"), organization_members.alias("theirs")
    own_role = (
        select(own.c.role)
        .where(_is(own, organization_id, call.user_id), own.c.status == "active")
        .scalar_subquery()
    )
    others = select(func.count()).where(_are_owners(organization_id), _members.user_id != user_id)
    found = call.connection.execute(
        select(
            holds(call, organization_id, MANAGE),
            own_role,
            theirs.c.role,
            theirs.c.status,
            others.scalar_subquery(),
        )
        .select_from(organizations)
        .outerjoin(theirs, _is(theirs, organization_id, user_id))
        .where(organizations.c.id == organization_id)
    ).one()
    return Standing(*found)


def lock(call: Call, organization_id: UUID) -> int | None:
    """Lock an organization that the caller may know of, and return how many members it may have.

    Raises:
        NotFound: There is none, it is switched off, or the caller has nothing to do with it.
    """
    known = or_(
        exists().where(_is(organization_members, organization_id, call.user_id)),
        holds(call, organization_id, MANAGE),
    )
    row = call.connection.execute(
        select(organizations.c.max_members)
        .where(organizations.c.id == organization_id, organizations.c.is_active, known)
        .with_for_update(key_share=True)
    ).first()
    if row is None:
        raise NotFound("organization")
    most: int | None = row.max_members
    return most


def hand_over(call: Call, organization_id: UUID, user_id: UUID) -> None:
    """Make an active member the owner, and whoever has been it an admin."""
    call.connection.execute(
        update(organization_members)
        .where(_members.organization_id == organization_id, _members.role == "owner")
        .values(role="admin")
    )
    set_role(call, organization_id, user_id, "owner")
    name_owner(call, organization_id)


def set_role(call: Call, organization_id: UUID, user_id: UUID, role: Role) -> None:
    """Give a member a role."""
    call.connection.execute(
        update(organization_members)
        .where(_is(organization_members, organization_id, user_id))
        .values(role=role)
    )


def name_owner(call: Call, organization_id: UUID) -> None:
    """Write into the organization's row who its owner is: the eldest, where old rows have several."""
    owner = (
        select(_members.user_id).where(_are_owners(organization_id)).order_by(_members.created_at).limit(1)
    )
    call.connection.execute(
        update(organizations)
        .where(organizations.c.id == organization_id)
        .values(owner_id=owner.scalar_subquery())
    )


def remove(call: Call, organization_id: UUID, user_id: UUID) -> None:
    """Remove a member, and only then from the teams: who adds them to one meanwhile has the row locked."""
    call.connection.execute(
        delete(organization_members).where(_is(organization_members, organization_id, user_id))
    )
    of_organization = select(teams.c.id).where(teams.c.organization_id == organization_id)
    call.connection.execute(
        delete(team_members).where(
            team_members.c.user_id == user_id, team_members.c.team_id.in_(of_organization)
        )
    )


def hold_member(call: Call, organization_id: UUID, user_id: UUID) -> bool:
    """Whether a user is an active member, who then can't be removed before the transaction ends."""
    return bool(
        call.connection.scalar(
            select(_members.status == "active")
            .where(_is(organization_members, organization_id, user_id))
            .with_for_update(read=True, key_share=True)
        )
    )


def _is(members: FromClause, organization_id: UUID, user_id: UUID) -> ColumnElement[bool]:
    return (members.c.organization_id == organization_id) & (members.c.user_id == user_id)


def _are_owners(organization_id: UUID) -> ColumnElement[bool]:
    owners = (_members.organization_id == organization_id) & (_members.role == "owner")
    return owners & (_members.status == "active")
