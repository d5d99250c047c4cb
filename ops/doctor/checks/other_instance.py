"""Does the function's URL lead to the instance that the stacks have made?

What another instance does to a request, by its groups or its passwords, is not to be mended there.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ops.doctor.errors import NotThere
from runtime.migrator.errors import AccessError
from stacks.values import DATABASE_ID

if TYPE_CHECKING:
    from ops.doctor.evidence.whole import Evidence

RIGHT_ONE: Final = "the same once DATABASE_URL leads to the instance that the stacks have made"
"""What decides about another instance."""


def other_instance(evidence: Evidence) -> tuple[str, str] | None:
    """The instance that the URL leads to and the one that the stacks have published, where they differ."""
    reached = evidence.database.reached
    published = evidence.reading.value_or_none(DATABASE_ID)
    if reached is None or published is None:
        return None
    found = str(reached["DBInstanceIdentifier"])
    return None if found == published else (found, published)


def told_of_other(evidence: Evidence) -> str:
    """The same as words for after a fact; empty where it is the right one, or can't be read."""
    with suppress(AccessError, NotThere):
        if elsewhere := other_instance(evidence):
            return f", which DATABASE_URL leads to in place of the stacks' {elsewhere[1]}"
    return ""
