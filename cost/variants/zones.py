"""A database with a standby in a second zone, or in one zone alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.variants.databases import databases, stands_by
from cost.variants.variant import Base, Variant

if TYPE_CHECKING:
    from collections.abc import Callable

    from cost.variants.draft import Draft

SEVERAL, ONE = "Multi-AZ", "one zone"


def _some_stand_alone(base: Base) -> bool:
    return any(not stands_by(each, base) for each in databases(base))


def _all_stand_by(base: Base) -> bool:
    return bool(databases(base)) and not _some_stand_alone(base)


def _stand_by(*, several: bool) -> Callable[[Draft, Base], None]:
    def edit(draft: Draft, base: Base) -> None:
        for database in databases(base):
            draft.properties(database)["MultiAZ"] = several

    return edit


VARIANTS = (
    Variant(
        name=ONE,
        instead_of=SEVERAL,
        sentence="no database has a standby in a second zone",
        applies=_all_stand_by,
        edit=_stand_by(several=False),
    ),
    Variant(
        name=SEVERAL,
        instead_of=ONE,
        sentence="every database has a standby in a second zone",
        applies=_some_stand_alone,
        edit=_stand_by(several=True),
    ),
)
