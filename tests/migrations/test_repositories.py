"""A repository ends with its organization, may lack an id of GitHub, and is registered once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from psycopg.errors import UniqueViolation

from tests.migrations.adding import add
from tests.migrations.applying import apply, mending

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection

REGISTER: Final = """
INSERT INTO repositories (user_id, organization_id, owner, name, full_name) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (coalesce(organization_id, user_id), lower(full_name)) WHERE is_active DO NOTHING RETURNING id
"""
KEYS: Final = """
SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint
WHERE conrelid = 'repositories'::regclass AND confrelid = 'organizations'::regclass
"""


def active(connection: Connection) -> set[UUID]:
    """Name the repositories that are not switched off."""
    return {found for (found,) in connection.execute("SELECT id FROM repositories WHERE is_active")}


def register(connection: Connection, user: UUID, organization: UUID | None, name: str) -> bool:
    """Register a repository as the API does, if it is not yet."""
    values = [user, organization, *name.split("/"), name]
    return connection.execute(REGISTER, values).fetchone() is not None


# The end of an organization.


def test_a_repository_ends_with_its_organization(mended: Connection) -> None:
    """Its user may have left long ago, and would get back what belonged to the organization."""
    user, organization = add(mended, "users"), add(mended, "organizations")
    add(mended, "repositories", user_id=user, organization_id=organization)
    kept = add(mended, "repositories", user_id=user)

    mended.execute("DELETE FROM organizations WHERE id = %s", [organization])

    assert active(mended) == {kept}


def test_the_former_foreign_key_goes_whatever_its_name_is(reported: Connection) -> None:
    reported.execute(
        "ALTER TABLE repositories RENAME CONSTRAINT repositories_organization_id_fkey TO other_name"
    )
    for word in ("let work", "end repositories", "check organizations", "drop the key"):
        reported.execute(mending(word).content)

    assert reported.execute(KEYS).fetchall() == [
        ("FOREIGN KEY (organization_id) REFERENCES organizations(id) ON DELETE CASCADE", True)
    ]


# Registering.


def test_repositories_may_lack_an_id_of_github_and_others_keep_theirs_apart(mended: Connection) -> None:
    for _ in range(2):
        add(mended, "repositories", github_repo_id=None)
    add(mended, "repositories", github_repo_id=7)

    with pytest.raises(UniqueViolation, match="github_repo_id"):
        add(mended, "repositories", github_repo_id=7)


def test_a_repository_is_registered_once_with_its_owner(mended: Connection) -> None:
    user, other = add(mended, "users"), add(mended, "users")
    organization = add(mended, "organizations")

    assert register(mended, user, None, "owner/name")
    assert not register(mended, user, None, "Owner/NAME")
    assert register(mended, user, None, "owner/other")
    assert register(mended, other, None, "owner/name")
    assert register(mended, user, organization, "owner/name")
    assert not register(mended, other, organization, "owner/name")


def test_a_repository_that_was_switched_off_is_registered_anew(mended: Connection) -> None:
    user = add(mended, "users")
    register(mended, user, None, "owner/name")
    mended.execute("UPDATE repositories SET is_active = false")

    assert register(mended, user, None, "owner/name")


def test_a_second_registration_is_refused_by_name(mended: Connection) -> None:
    twice: dict[str, Any] = {"user_id": add(mended, "users"), "full_name": "owner/name"}
    add(mended, "repositories", **twice)

    with pytest.raises(UniqueViolation, match="repositories_once"):
        add(mended, "repositories", **twice)


# Registrations from before.


def test_of_repeated_registrations_the_newest_stays(reported: Connection) -> None:
    user, organization = add(reported, "users"), add(reported, "organizations")
    shared: dict[str, Any] = {"user_id": user, "organization_id": organization}
    first, last = (
        add(reported, "repositories", **shared, full_name=name, created_at=day)
        for name, day in [("owner/name", "2025-01-01"), ("Owner/Name", "2025-01-02")]
    )
    others = {
        add(reported, "repositories", user_id=user, full_name="owner/name"),
        add(reported, "repositories", **shared),
        add(reported, "repositories", full_name="owner/name"),
        add(reported, "repositories", full_name="owner/name"),
    }
    off = add(reported, "repositories", **shared, full_name="owner/name", is_active=False)

    reported.execute(mending("switch off").content)

    assert active(reported) == {last, *others}
    assert {first, off} == {
        found for (found,) in reported.execute("SELECT id FROM repositories WHERE NOT is_active")
    }


def test_a_registration_that_slips_in_stops_the_index_and_the_remedy_is_to_switch_off_again(
    database_7: str,
) -> None:
    with psycopg.connect(database_7, autocommit=True) as connection:
        twice: dict[str, Any] = {"user_id": add(connection, "users"), "full_name": "owner/name"}
        add(connection, "repositories", **twice)
        apply(connection, [mending("switch off")])
        kept = add(connection, "repositories", **twice)
        with pytest.raises(UniqueViolation):
            apply(connection, [mending("register a")])

        connection.execute("DROP INDEX CONCURRENTLY repositories_once")
        apply(connection, [mending("switch off"), mending("register a")])

        assert active(connection) == {kept}
