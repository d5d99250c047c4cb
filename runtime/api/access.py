"""Who may see and change what: one place for tenancy and permissions.

A repository, an execution, a workflow or a task belongs to an organization, or to its user alone. What
belongs to an organization is for those who hold the permission there, by `has_permission`; what
belongs to a user is for that user, whatever organization the token names. What a caller may not read
is not there (404); what may be read and not be changed is refused (403).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

from sqlalchemy import Boolean, Uuid, bindparam, case, exists, func, select

from runtime.api.errors import Forbidden, NotFound, PermissionMissing
from runtime.api.tables import organization_members, organizations

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import ColumnElement, RowMapping, Select, Table

    from runtime.api.call import Call

NO_MEMBER: Final = "you are no active member of the organization; switch to another"


def holds(call: Call, organization: Any, permission: str) -> ColumnElement[bool]:
    """Whether the caller holds a permission in an organization: a column, or an id."""
    caller = bindparam("caller", call.user_id, Uuid)
    return func.has_permission(caller, organization, permission, type_=Boolean)


def in_scope(call: Call, table: Table) -> ColumnElement[bool]:
    """Whether a row is one of those that the caller works with: the organization's, or their own."""
    if call.organization_id is not None:
        return table.c.organization_id == call.organization_id
    return table.c.organization_id.is_(None) & (table.c.user_id == call.user_id)


def may(call: Call, table: Table, permission: str) -> ColumnElement[bool]:
    """Whether the caller may do to a row what the permission is for."""
    return _may(bindparam("caller", call.user_id, Uuid), table, permission)


def _may(caller: ColumnElement[UUID], table: Table, permission: str) -> ColumnElement[bool]:
    held = func.has_permission(caller, table.c.organization_id, permission, type_=Boolean)
    return case((table.c.organization_id.is_(None), table.c.user_id == caller), else_=held)


def find(
    call: Call,
    table: Table,
    key: UUID,
    what: str,
    *,
    to_read: str,
    needed: str | None = None,
    lock: bool = False,
) -> RowMapping:
    """A row by its id, if the caller may read it, and may do to it what is needed.

    Args:
        call: The call.
        table: One of the tables with `organization_id` and `user_id`.
        key: The row's id.
        what: What such a row is called.
        to_read: The permission by which it may be read.
        needed: The permission that must be held as well; the route's if left out.
        lock: Whether others must wait before they change it.

    Raises:
        NotFound: It is not there, or not to be read by the caller.
        PermissionMissing: It may be read, and not this.
    """
    needed = needed or call.route.permission or to_read
    statement = _finding(table, needed, to_read, lock=lock)
    row = call.connection.execute(statement, {"caller": call.user_id, "key": key}).mappings().first()
    if row is None:
        raise NotFound(what)
    if not row["allowed"]:
        raise PermissionMissing(needed)
    return row


@cache
def _finding(table: Table, needed: str, to_read: str, *, lock: bool) -> Select[Any]:
    """The statement of `find`, made once: making it was a third of a request that reads a task."""
    caller = bindparam("caller", type_=Uuid)
    found = select(table, _may(caller, table, needed).label("allowed")).where(
        table.c.id == bindparam("key", type_=Uuid), _may(caller, table, to_read)
    )
    return found.with_for_update() if lock else found


def require(call: Call, permission: str | None = None) -> None:
    """Refuse whoever may not do this in the organization that they work in; alone, everybody may.

    Raises:
        PermissionMissing: The permission, by default the route's, is not held there.
        Forbidden: The route has none, and the caller is no active member.
    """
    if call.organization_id is None:
        return
    permission = permission or call.route.permission
    if permission is None:
        if not is_member(call, call.organization_id):
            raise Forbidden(NO_MEMBER)
    elif not call.connection.scalar(select(holds(call, call.organization_id, permission))):
        raise PermissionMissing(permission)


def require_in(call: Call, organization_id: UUID) -> None:
    """Refuse whoever lacks the route's permission in the organization of the path.

    Raises:
        NotFound: There is none, or the caller is no active member and lacks the permission.
        PermissionMissing: The caller is a member without it.
    """
    permission = call.route.permission or ""
    allowed, member = call.connection.execute(
        select(holds(call, organization_id, permission), membership(call, organization_id))
    ).one()
    if not allowed:
        raise PermissionMissing(permission) if member else NotFound("organization")


def refuse_in(call: Call, organization_id: UUID, what: str) -> NoReturn:
    """Tell why a statement that asked for the permission found nothing in the organization of the path.

    Raises:
        NotFound: There is no such organization to the caller, or no such thing in it.
        PermissionMissing: As `require_in`.
    """
    require_in(call, organization_id)
    raise NotFound(what)


def is_member(call: Call, organization_id: UUID) -> bool:
    """Whether the caller is an active member of an organization."""
    return bool(call.connection.scalar(select(membership(call, organization_id))))


def membership(call: Call, organization_id: UUID) -> ColumnElement[bool]:
    """Whether the caller is an active member of an organization that is not switched off."""
    members = organization_members.c
    return exists().where(
        members.organization_id == organization_id,
        members.user_id == call.user_id,
        members.status == "active",
        organizations.c.id == members.organization_id,
        organizations.c.is_active,
    )
