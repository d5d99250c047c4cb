"""One figure of usage that a pricing asks for: its name in a usage file, its unit, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Key:
    """A figure, or one word of several, that a usage file may give for resources of a type.

        >>> Key("request_size_kb", "KB", "average message", default=64).initial
        Decimal('64')

    Names are those of the usage files people already keep; a nested one is written with a dot.
    """

    name: str
    unit: str
    about: str
    default: int | str | Decimal = 0
    """What is taken where nobody says anything; a word where `choices` are words."""
    choices: tuple[str, ...] = ()
    """The words that are allowed; empty for a figure."""

    @property
    def initial(self) -> Decimal | str:
        """The default as the pricing gets it."""
        return str(self.default) if self.choices else Decimal(self.default)

    def choice(self, word: str) -> str | None:
        """The choice that a word means, with large letters or dashes too; None where it means none."""
        return next((choice for choice in self.choices if _folded(choice) == _folded(word)), None)


def _folded(word: str) -> str:
    return word.lower().replace("-", "_")
