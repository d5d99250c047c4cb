"""Amounts as the page writes them: each under every free-tier mode, of which the reader chooses one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cost.lines import FreeTier
from cost.money import cents, plain
from cost.rows import count

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

LABELS = {
    FreeTier.NONE: "List price",
    FreeTier.ALWAYS: "Always free",
    FreeTier.LEGACY: "First 12 months",
}
"""What the modes are called where a reader chooses one."""
SHOWN = FreeTier.ALWAYS
"""The mode that is chosen at first."""
MINUS = "\u2212"
ZERO_CENTS = "0.00"
LARGE = ((10**9, "billion"), (10**6, "million"))

CLASSES = {FreeTier.NONE: "list", FreeTier.ALWAYS: "free", FreeTier.LEGACY: "year"}
"""What marks an element, beside `in`, that is shown under a mode."""


@dataclass(frozen=True, slots=True)
class ByMode:
    """A text under each mode."""

    texts: tuple[str, ...]
    """In the order of FreeTier."""

    @property
    def told(self) -> str | None:
        """The text, where it is the same under all."""
        return self.texts[0] if len(set(self.texts)) == 1 else None

    @property
    def groups(self) -> list[tuple[str, str]]:
        """Each different text, with the classes of the modes under which it is shown."""
        found: dict[str, list[str]] = {}
        for mode, text in zip(FreeTier, self.texts, strict=True):
            found.setdefault(text, []).append(CLASSES[mode])
        return [(" ".join(("in", *classes)), text) for text, classes in found.items()]


def by_mode(text: Callable[[FreeTier], str]) -> ByMode:
    """What a function gives under each mode."""
    return ByMode(tuple(map(text, FreeTier)))


def in_modes(amount: Callable[[FreeTier], Decimal]) -> ByMode:
    """An amount in USD under each mode."""
    return by_mode(lambda mode: cents(amount(mode)))


def signed(amount: Decimal) -> str:
    """A difference in USD: `+1.20`, or nothing but 0.00."""
    written = cents(abs(amount))
    if written == ZERO_CENTS:
        return written
    return f"{'+' if amount > 0 else MINUS}{written}"


def large(number: Decimal) -> str:
    """A number of requests in words that are short: `10,000`, `6.18 million`."""
    for unit, name in LARGE:
        if number >= unit:
            return f"{plain(round(number / unit, 2))} {name}"
    return count(number)


def dollars(usd: Decimal) -> str:
    """An amount of which the cents are left out where there are none: `$200`, `$12.50`."""
    return f"${cents(usd).removesuffix('.00')}"
