"""Parts of a price that don't wait for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.errors import PropertyUnknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cost.lines import Item


def apart(*parts: Iterable[Item]) -> Iterator[Item]:
    """Yield all parts in turn; one that hangs on an unknown property takes no other with it.

    Raises the first PropertyUnknown after the last part.
    """
    unknown = None
    for part in parts:
        try:
            yield from part
        except PropertyUnknown as error:
            unknown = unknown or error
    if unknown is not None:
        raise unknown
