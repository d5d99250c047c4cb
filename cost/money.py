"""How amounts are written: rounded half up for people, unrounded for programs."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cents(amount: Decimal) -> str:
    """Write an amount in USD for a person: `1,234.57`, rounded half up."""
    return f"{amount.quantize(CENT, ROUND_HALF_UP):,}"


def plain(number: Decimal) -> str:
    """Write a number unrounded, without exponent or idle zeros: `0.0000002`."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
