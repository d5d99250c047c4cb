"""Workflows, executions and tasks belong to an organization, or to their user alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.migrations.adding import add
from tests.migrations.applying import apply, mending

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection

WORK: Final = ("workflows", "agent_executions", "tasks")
LONG_AGO: Final = "2020-01-01T00:00:00Z"


def owners(connection: Connection, table: str) -> dict[UUID, UUID | None]:
    """Read which organization each row belongs to."""
    return dict(connection.execute(SQL("SELECT id, organization_id FROM {}").format(Identifier(table))))


def touched(connection: Connection, table: str) -> set[UUID]:
    """Name the rows whose updated_at has moved on."""
    asked = SQL("SELECT id FROM {} WHERE updated_at <> %s").format(Identifier(table))
    return {found for (found,) in connection.execute(asked, [LONG_AGO])}


@pytest.mark.parametrize("table", WORK)
def test_work_ends_with_its_organization_and_personal_work_stays(mended: Connection, table: str) -> None:
    user, organization = add(mended, "users"), add(mended, "organizations")
    add(mended, table, user_id=user, organization_id=organization)
    kept = add(mended, table, user_id=user)

    mended.execute("DELETE FROM organizations WHERE id = %s", [organization])

    assert owners(mended, table) == {kept: None}


@pytest.mark.parametrize("table", WORK)
def test_old_work_goes_to_the_organization_of_its_repository(reported: Connection, table: str) -> None:
    """And nobody has changed it: updated_at stays."""
    user, organization = add(reported, "users"), add(reported, "organizations")
    shared = add(reported, "repositories", user_id=user, organization_id=organization)
    own = add(reported, "repositories", user_id=user)
    shares, keeps, lacks = (
        add(reported, table, user_id=user, repository_id=repository, updated_at=LONG_AGO)
        for repository in (shared, own, None)
    )

    for word in ("let work", "give old", "move updated"):
        reported.execute(mending(word).content)

    assert owners(reported, table) == {shares: organization, keeps: None, lacks: None}
    assert touched(reported, table) == set()


def test_others_write_while_old_work_is_given_away_and_their_changes_are_noticed(database_7: str) -> None:
    with psycopg.connect(database_7, autocommit=True) as connection:
        repository = add(connection, "repositories", organization_id=add(connection, "organizations"))
        add(connection, "tasks", repository_id=repository, updated_at=LONG_AGO)
        personal = add(connection, "tasks", updated_at=LONG_AGO)
        apply(connection, [mending("let work")])

        with psycopg.connect(database_7, autocommit=True) as other, connection.transaction():
            connection.execute(mending("give old").content)
            other.execute("SET lock_timeout = '1s'")
            other.execute("UPDATE tasks SET status = 'running' WHERE id = %s", [personal])
            add(other, "tasks", repository_id=repository, updated_at=LONG_AGO)

        assert touched(connection, "tasks") == {personal}


@pytest.mark.parametrize("table", WORK)
def test_every_change_moves_updated_at_on_again(mended: Connection, table: str) -> None:
    organization = add(mended, "organizations")
    changed = add(mended, table, updated_at=LONG_AGO)

    mended.execute(SQL("UPDATE {} SET organization_id = %s").format(Identifier(table)), [organization])

    assert touched(mended, table) == {changed}


def test_work_that_slips_in_is_given_away_by_hand(mended: Connection) -> None:
    """The function that is being replaced knows no organization."""
    organization = add(mended, "organizations")
    repository = add(mended, "repositories", organization_id=organization)
    late = add(mended, "tasks", repository_id=repository)

    mended.execute(mending("give old").content)

    assert owners(mended, "tasks") == {late: organization}
