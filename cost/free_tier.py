"""What an account has free each month, by free-tier mode; the figures stand in `free_tier.json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cost.errors import OfferUnknown
from cost.lines import FreeTier
from cost.money import cents

if TYPE_CHECKING:
    from cfn.template import Resource

FILE = Path(__file__).parent / "free_tier.json"
WORDS = {
    FreeTier.NONE: "at list price",
    FreeTier.ALWAYS: "with the always-free tier",
    FreeTier.LEGACY: "with the free tier of an account's first twelve months",
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """Units that an account has free each month, shared by all lines at the prices it covers."""

    name: str
    covers: tuple[str, ...]
    """Patterns of prices, such as `AWSLambda/duration_*`; the first named is served first."""
    quantity: Decimal
    unit: str
    types: tuple[str, ...] = ()
    """Only for resources of these types; empty for all."""
    notes: str = ""

    def is_for(self, resource: Resource, price: str, pattern: str) -> bool:
        """Whether a line of this resource at this price may use it, by one of the patterns."""
        return fits(price, pattern) and (not self.types or resource.type in self.types)


@cache
def fits(price: str, pattern: str) -> bool:
    """Whether a price is one of those that a pattern means; both are of a few hundred names."""
    return fnmatchcase(price, pattern)


@dataclass(frozen=True, slots=True)
class Offer:
    """What AWS forgives: allowances by mode, and a balance of credits, which lower an invoice and no line."""

    mode: FreeTier = FreeTier.NONE
    credits: Decimal | None = None

    @property
    def in_words(self) -> str:
        """How a total is told: `at list price`, `with the always-free tier and $100.00 of credits`."""
        balance = "" if self.credits is None else f" and ${cents(self.credits)} of credits"
        return WORDS[self.mode] + balance

    @classmethod
    def parse(cls, text: str) -> Offer:
        """Read `none`, `always`, `legacy-12-month` or `credits(100)`; raises OfferUnknown.

        Accounts made since 2025-07-15 have credits and the always-free allowances, and no twelve-month ones.
        """
        if text in list(FreeTier):
            return cls(FreeTier(text))
        balance = re.fullmatch(r"credits[(:]([0-9]+(?:\.[0-9]+)?)\)?", text)
        if balance is None:
            raise OfferUnknown(text)
        return cls(FreeTier.ALWAYS, Decimal(balance[1]))

    def __str__(self) -> str:
        """As it is written."""
        return self.mode.value if self.credits is None else f"credits({self.credits})"

    def applied(self, amount: Decimal) -> Decimal:
        """How much of the credits a bill of this amount takes."""
        return min(amount, self.credits or Decimal(0))


@cache
def allowances(mode: FreeTier) -> tuple[Allowance, ...]:
    """All allowances of a mode: none at list price."""
    document = _document()
    entries = [] if mode is FreeTier.NONE else [*document[FreeTier.ALWAYS]]
    if mode is FreeTier.LEGACY:
        entries += document[FreeTier.LEGACY]
    return tuple(
        Allowance(
            name=entry["name"],
            covers=tuple(entry["covers"]),
            quantity=Decimal(entry["quantity"]),
            unit=entry["unit"],
            types=tuple(entry.get("types", ())),
            notes=entry.get("notes", ""),
        )
        for entry in entries
    )


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document
