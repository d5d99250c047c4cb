"""A grant for the whole system is made once: repetitions are collapsed, and then refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.errors import UniqueViolation

from tests.migrations.adding import add, permission
from tests.migrations.applying import apply, mending

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection

SOON, LATER, PAST = "2030-01-01T00:00:00Z", "2040-01-01T00:00:00Z", "2020-01-01T00:00:00Z"


def grant(
    connection: Connection, user: UUID, end: str | None, organization: UUID | None = None, **values: Any
) -> UUID:
    """Grant a permission for the whole system, or in an organization."""
    return add(
        connection,
        "user_permissions",
        user_id=user,
        permission_id=permission(connection, "tasks.read"),
        organization_id=organization,
        expires_at=end,
        **values,
    )


def left(connection: Connection) -> set[UUID]:
    """Name the grants that are there."""
    return {found for (found,) in connection.execute("SELECT id FROM user_permissions")}


@pytest.mark.parametrize(
    ("ends", "kept"),
    [
        ([SOON, LATER, PAST], LATER),
        ([SOON, None, LATER], None),
        ([None, None], None),
        ([PAST, PAST], PAST),
        ([SOON], SOON),
    ],
    ids=str,
)
def test_of_repeated_grants_the_longest_remains(
    reported: Connection, ends: list[str | None], kept: str | None
) -> None:
    """And of those that last equally long, the first that was made."""
    user = add(reported, "users")
    grants = [
        grant(reported, user, end, created_at=f"2025-01-0{day}") for day, end in enumerate(ends, start=1)
    ]

    reported.execute(mending("collapse").content)

    assert left(reported) == {grants[ends.index(kept)]}


def test_grants_that_say_something_else_are_left_alone(reported: Connection) -> None:
    user, other = add(reported, "users"), add(reported, "users")
    here, there = add(reported, "organizations"), add(reported, "organizations")
    grants = {
        grant(reported, user, None),
        grant(reported, other, SOON),
        grant(reported, user, SOON, here),
        grant(reported, user, SOON, there),
        add(
            reported,
            "user_permissions",
            user_id=user,
            permission_id=permission(reported, "tasks.delete"),
        ),
    }

    reported.execute(mending("collapse").content)

    assert left(reported) == grants


@pytest.mark.parametrize("where", ["the system", "an organization"])
def test_a_grant_is_not_made_twice(mended: Connection, where: str) -> None:
    user = add(mended, "users")
    organization = None if where == "the system" else add(mended, "organizations")
    grant(mended, user, None, organization)

    with pytest.raises(UniqueViolation, match="user_permissions_once"):
        grant(mended, user, SOON, organization)


def test_a_grant_is_renewed_by_the_columns_of_its_key(mended: Connection) -> None:
    """The function that is being replaced does so; for the whole system it used to add a row each time."""
    user = add(mended, "users")
    for end in (SOON, LATER):
        mended.execute(
            "INSERT INTO user_permissions (user_id, permission_id, expires_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (user_id, permission_id, organization_id)"
            " DO UPDATE SET expires_at = excluded.expires_at",
            [user, permission(mended, "tasks.read"), end],
        )

    rows = mended.execute("SELECT expires_at = %s FROM user_permissions", [LATER]).fetchall()
    assert rows == [(True,)]


def test_one_constraint_stands_where_one_stood(mended: Connection) -> None:
    rows = mended.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'user_permissions'::regclass AND contype = 'u'"
    ).fetchall()

    assert [
        ("user_permissions_once", "UNIQUE NULLS NOT DISTINCT (user_id, permission_id, organization_id)")
    ] == rows


def test_a_repetition_that_slips_in_stops_the_index_and_the_remedy_is_to_collapse_again(
    database_7: str,
) -> None:
    with psycopg.connect(database_7, autocommit=True) as connection:
        user = add(connection, "users")
        apply(connection, [mending("collapse")])
        kept, _ = grant(connection, user, LATER), grant(connection, user, SOON)
        with pytest.raises(UniqueViolation):
            apply(connection, [mending("index grants")])

        connection.execute("DROP INDEX CONCURRENTLY user_permissions_once")
        apply(connection, [mending("collapse"), mending("index grants"), mending("refuse repeated")])

        assert left(connection) == {kept}
