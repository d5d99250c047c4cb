"""What can stop an estimate.

    CostError
    ├── RegionUnknown    there is no price book for that region
    ├── PriceMissing     the book has no such price: never taken for 0
    ├── TrafficRefused   a figure in [traffic] that no month can have
    ├── UsageRefused     a usage file that can't be read, or says what no month can have
    ├── OfferUnknown     a free-tier mode that there is not
    ├── GroupingUnknown  a grouping of lines that there is not
    ├── LineUnknown      a line that an estimate has not, or has several of
    ├── SweepRefused     a range of requests that can't be swept
    └── PropertyRefused  a property that decides a price is missing, or not of its kind

Each is a mistake an operator can mend: one sentence, exit code 2, no total printed.

`PropertyUnknown` stands outside the tree: an estimate catches it and lists it among its unknowns.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class CostError(Exception):
    """Something an operator can mend before there is an estimate."""


class RegionUnknown(CostError):
    """There is no price book for that region."""

    def __init__(self, region: str, known: Sequence[str]) -> None:
        self.region, self.known = region, tuple(known)
        super().__init__(f"region {region!r} has no price book; there are prices for {', '.join(known)}")


class PriceMissing(CostError):
    """The price book has no such price; `where` is the resource that needs it, once that is known."""

    def __init__(self, region: str, name: str, known: Sequence[str] = (), where: str = "") -> None:
        self.region, self.name, self.known, self.where = region, name, tuple(known), where
        near = _nearest(name, self.known)
        hint = f" (near: {near})" if near else ""
        super().__init__(
            f"{f'{where}: ' if where else ''}the price book of {region} has no price {name}{hint}; "
            "add it with its source, or use what has a price"
        )

    def at(self, where: str) -> PriceMissing:
        """The same, with the resource that needs the price."""
        return PriceMissing(self.region, self.name, self.known, where)


class TrafficRefused(CostError):
    """A figure in [traffic] that no month can have."""

    def __init__(self, key: str, value: object, allowed: str) -> None:
        self.key, self.value, self.allowed = key, value, allowed
        super().__init__(f"traffic: {key} = {value} is refused: {allowed}")


class UsageRefused(CostError):
    """A usage file that can't be read, or that says what no month can have."""

    def __init__(self, name: str, where: str, found: str, remedy: str) -> None:
        self.name, self.where, self.found, self.remedy = name, where, found, remedy
        super().__init__(f"{name}, {where}: {found}; {remedy}")


class OfferUnknown(CostError):
    """A free-tier mode that there is not."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"free tier {text!r} is not known; write none, always, legacy-12-month or credits(BALANCE in USD)"
        )


class GroupingUnknown(CostError):
    """A grouping of lines that there is not."""

    def __init__(self, text: str, known: Sequence[str]) -> None:
        self.text, self.known = text, tuple(known)
        super().__init__(f"lines can't be grouped by {text!r}; name one of {', '.join(known)}")


class LineUnknown(CostError):
    """A line that an estimate has not, or has several of."""

    def __init__(self, text: str, found: str, near: Sequence[str]) -> None:
        self.text, self.near = text, tuple(near)
        super().__init__(f"{text!r} is {found}; {', '.join(near)}")


class SweepRefused(CostError):
    """A range of requests that can't be swept."""

    def __init__(self, what: str, found: str, remedy: str) -> None:
        self.what, self.found, self.remedy = what, found, remedy
        super().__init__(f"{what}: {found}; {remedy}")


class PropertyRefused(CostError):
    """A property that decides a price is missing, or not of its kind."""

    def __init__(self, logical_id: str, name: str, found: str, needed: str) -> None:
        self.logical_id, self.name, self.found, self.needed = logical_id, name, found, needed
        super().__init__(
            f"{logical_id}: {name} is {found}, and its price needs {needed}; write it into the template"
        )


class PropertyUnknown(Exception):
    """A property that decides a price is settled only when the stack is deployed."""

    def __init__(self, logical_id: str, name: str, reason: str) -> None:
        self.logical_id, self.name, self.reason = logical_id, name, reason
        super().__init__(f"{logical_id}: {name} is not known before deployment: {reason}")


@lru_cache(maxsize=128)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that is meant, perhaps: it is found twice, as the resource is added to the sentence."""
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.8)), None)
