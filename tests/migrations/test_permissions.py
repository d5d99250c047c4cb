"""Who holds which permission: as reported, with its defects, and as it is mended.

Each case gives one user rights in an organization, and asks there, in another organization, and outside of
any. `has_permission` and the view `user_effective_permissions` must answer alike once mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.migrations.adding import add, permission

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection

CODE = "workflows.delete"
"""Held by org:owner, org:admin and team:lead, and by no other role."""
TOMORROW, YESTERDAY = "1 day", "-1 day"
NOWHERE, HERE, EVERYWHERE = (False, False, False), (True, False, False), (True, True, True)
ELSEWHERE = (False, True, True)


@dataclass(frozen=True, slots=True)
class Case:
    """What a user is given, and where that allows CODE: in the organization, in another, outside of any.

    Attributes:
        member: Role and status in the organization.
        team: Role in a team of the organization.
        grant: Whether the direct grant is for the organization or the whole system, and when it ends.
        reported: Where it held as reported.
        mended: Where it holds now.
        active: Whether the organization is; what is not known counts as no.
    """

    reported: tuple[bool, bool, bool]
    mended: tuple[bool, bool, bool]
    member: tuple[str, str] | None = None
    team: str | None = None
    grant: tuple[str, str | None] | None = None
    active: bool | None = True


CASES = {
    "nothing": Case(NOWHERE, NOWHERE),
    "active administrator": Case(HERE, HERE, member=("admin", "active")),
    "invited administrator": Case(NOWHERE, NOWHERE, member=("admin", "invited")),
    "suspended administrator": Case(NOWHERE, NOWHERE, member=("admin", "suspended")),
    "active member": Case(NOWHERE, NOWHERE, member=("member", "active")),
    "active member who leads a team": Case(HERE, HERE, member=("member", "active"), team="lead"),
    "active member in a team": Case(NOWHERE, NOWHERE, member=("member", "active"), team="member"),
    "suspended member who leads a team": Case(HERE, NOWHERE, member=("member", "suspended"), team="lead"),
    "invited member who leads a team": Case(HERE, NOWHERE, member=("member", "invited"), team="lead"),
    "no member who leads a team": Case(HERE, NOWHERE, team="lead"),
    "grant without end": Case(HERE, HERE, grant=("organization", None)),
    "grant until tomorrow": Case(HERE, HERE, grant=("organization", TOMORROW)),
    "grant until yesterday": Case(NOWHERE, NOWHERE, grant=("organization", YESTERDAY)),
    "system-wide grant": Case(NOWHERE, EVERYWHERE, grant=("system", None)),
    "system-wide grant until tomorrow": Case(NOWHERE, EVERYWHERE, grant=("system", TOMORROW)),
    "system-wide grant until yesterday": Case(NOWHERE, NOWHERE, grant=("system", YESTERDAY)),
    "administrator where it is off": Case(HERE, NOWHERE, member=("admin", "active"), active=False),
    "administrator where it may be off": Case(HERE, NOWHERE, member=("admin", "active"), active=None),
    "team lead where it is off": Case(HERE, NOWHERE, ("member", "active"), "lead", active=False),
    "grant where it is off": Case(HERE, NOWHERE, grant=("organization", None), active=False),
    "system-wide grant where it is off": Case(NOWHERE, ELSEWHERE, grant=("system", None), active=False),
}


def given(connection: Connection, case: Case) -> tuple[UUID, list[UUID | None]]:
    """Give a new user what the case says; return the user and the places to ask for."""
    user, other = add(connection, "users"), add(connection, "organizations")
    organization = add(connection, "organizations", is_active=case.active)
    if case.member:
        role, status = case.member
        add(
            connection,
            "organization_members",
            organization_id=organization,
            user_id=user,
            role=role,
            status=status,
        )
    if case.team:
        team = add(connection, "teams", organization_id=organization)
        add(connection, "team_members", team_id=team, user_id=user, role=case.team)
    if case.grant:
        scope, end = case.grant
        connection.execute(
            "INSERT INTO user_permissions (user_id, permission_id, organization_id, expires_at)"
            " VALUES (%s, %s, %s, now() + %s::interval)",
            [user, permission(connection, CODE), organization if scope == "organization" else None, end],
        )
    return user, [organization, other, None]


def allowed(connection: Connection, user: UUID, places: list[UUID | None]) -> tuple[Any, ...]:
    """Ask has_permission, with parameters of the types that the reported function sends."""
    asked = "SELECT has_permission(%s::uuid, %s::uuid, %s::text)"
    rows = [connection.execute(asked, [user, place, CODE]).fetchone() for place in places]
    return tuple(row and row[0] for row in rows)


def shown(connection: Connection, user: UUID, places: list[UUID | None]) -> tuple[bool, ...]:
    """Ask the view."""
    asked = (
        "SELECT FROM user_effective_permissions"
        " WHERE user_id = %s AND organization_id IS NOT DISTINCT FROM %s AND permission_code = %s"
    )
    return tuple(bool(connection.execute(asked, [user, place, CODE]).fetchall()) for place in places)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_permission_was_held_as_reported(reported: Connection, case: Case) -> None:
    user, places = given(reported, case)

    assert case.reported == allowed(reported, user, places)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_permission_is_held_where_it_should_be(mended: Connection, case: Case) -> None:
    user, places = given(mended, case)

    assert case.mended == allowed(mended, user, places)
    assert case.mended == shown(mended, user, places)


def test_a_permission_tells_where_it_comes_from(mended: Connection) -> None:
    case = Case(HERE, HERE, ("admin", "active"), "lead", ("organization", None))
    user, places = given(mended, case)

    rows = mended.execute(
        "SELECT organization_id, category, source, role_code FROM user_effective_permissions"
        " WHERE user_id = %s AND permission_code = %s",
        [user, CODE],
    ).fetchall()

    assert {
        (places[0], "workflows", "role", "org:admin"),
        (places[0], "workflows", "team_role", "team:lead"),
        (places[0], "workflows", "direct", None),
    } == set(rows)


def test_two_teams_with_the_same_role_count_once(mended: Connection) -> None:
    user, places = given(mended, Case(HERE, HERE, ("member", "active"), "lead"))
    team = add(mended, "teams", organization_id=places[0])
    add(mended, "team_members", team_id=team, user_id=user, role="lead")

    rows = mended.execute(
        "SELECT FROM user_effective_permissions WHERE user_id = %s AND permission_code = %s", [user, CODE]
    ).fetchall()

    assert len(rows) == 1


def test_nobody_holds_what_does_not_exist(mended: Connection) -> None:
    user, (organization, *_) = given(mended, CASES["system-wide grant"])
    asked = "SELECT has_permission(%s, %s, %s)"

    assert (False,) == mended.execute(asked, [user, organization, "workflows.invented"]).fetchone()
    assert (False,) == mended.execute(asked, [user, uuid4(), CODE]).fetchone()
    assert (False,) == mended.execute(asked, [uuid4(), organization, CODE]).fetchone()


def test_an_organization_that_is_switched_on_again_gives_back_every_right(mended: Connection) -> None:
    user, places = given(mended, CASES["administrator where it is off"])

    mended.execute("UPDATE organizations SET is_active = true WHERE id = %s", [places[0]])

    assert HERE == allowed(mended, user, places)


def test_parameters_have_the_names_that_were_decided_once(mended: Connection) -> None:
    """PostgreSQL can't rename them while the function stays."""
    (arguments,) = mended.execute(
        "SELECT pg_get_function_arguments('has_permission(uuid, uuid, varchar)'::regprocedure)"
    ).fetchone() or [None]

    assert arguments == "p_user_id uuid, p_organization_id uuid, p_permission_code character varying"
