"""Which repositories there may be, and which other things may refer to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, Field
from sqlalchemy import func, insert, select

from runtime.api.access import find
from runtime.api.errors import Conflict, NotFound
from runtime.api.tables import organizations, repositories

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy import RowMapping, Table

    from runtime.api.call import Call

READ: Final = "repositories.read"
LONGEST_OWNER: Final = 39
LONGEST_NAME: Final = 100
FORM: Final = r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*/[A-Za-z0-9._-]+$"


def _as_at_github(value: str) -> str:
    """Refuse what no repository of GitHub is called, beyond what a pattern of JSON Schema can tell."""
    owner, _, name = value.partition("/")
    if len(owner) > LONGEST_OWNER:
        raise ValueError(f"an owner's name has {LONGEST_OWNER} characters at most")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"a repository's name has {LONGEST_NAME} characters at most")
    if re.fullmatch(r"\.\.?|.*\.git", name, re.IGNORECASE):
        raise ValueError("a repository's name is not . or .. and does not end in .git")
    return value


FullName = Annotated[
    str, Field(pattern=FORM, max_length=LONGEST_OWNER + 1 + LONGEST_NAME), AfterValidator(_as_at_github)
]
"""`owner/repo`, by GitHub's rules for either part."""


def find_for_use(call: Call, repository_id: UUID) -> RowMapping:
    """A repository that something new may belong to: active, and where the caller works.

    What belongs to a repository of an organization belongs to that organization, and can't be made
    while the caller works elsewhere. Raises `NotFound`.
    """
    return find_for_use_in(call, call.organization_id, repository_id)


def find_for_use_in(call: Call, organization_id: UUID | None, repository_id: UUID) -> RowMapping:
    """A repository that something of an organization, or of the caller alone, may refer to.

    Raises:
        NotFound: There is none, it is not the caller's to know of, belongs elsewhere or is not active.
    """
    row = find(call, repositories, repository_id, "repository", to_read=READ, needed=READ)
    if not row["is_active"] or row["organization_id"] != organization_id:
        raise NotFound("repository where this belongs")
    return row


def add_where_the_caller_works(call: Call, table: Table, values: Mapping[str, Any]) -> RowMapping:
    """Add a row to the caller's organization, or for the caller alone, with what the database fills in.

    Raises:
        NotFound: What it names as `repository_id` is none that `find_for_use` finds.
    """
    if values["repository_id"] is not None:
        find_for_use(call, values["repository_id"])
    owned = {**values, "user_id": call.user_id, "organization_id": call.organization_id}
    return call.connection.execute(insert(table).values(owned).returning(table)).mappings().one()


def lock_registrations(call: Call) -> int | None:
    """Let nobody else register in the caller's organization until the transaction ends.

    Returns:
        How many active repositories the organization may have; None where nothing limits them.
    """
    if call.organization_id is None:
        return None
    statement = select(organizations.c.max_repositories).where(organizations.c.id == call.organization_id)
    # FOR NO KEY UPDATE: what refers to the organization by a foreign key goes on meanwhile
    limit: int | None = call.connection.scalar(statement.with_for_update(key_share=True))
    return limit


def refuse_too_many(call: Call, limit: int | None) -> None:
    """Refuse a registration that is one too many; the statement sees all that were made before the lock.

    Raises:
        Conflict: The organization has more active repositories than it may.
    """
    if limit is None:
        return
    mine = repositories.c.organization_id == call.organization_id, repositories.c.is_active
    count = call.connection.scalar(select(func.count()).select_from(repositories).where(*mine))
    if count is not None and count > limit:
        raise Conflict(f"the organization has {limit} repositories, which is all that it may have")
