"""What holds for every price book: the rules of tests/cost/test_pricebook.py, before anything is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cost.pricebook import Price, PriceBook

DAY = re.compile(r"20\d\d-\d\d-\d\d")
EARLIEST = "2020-01-01"
OPEN = "known up to"
"""What the notes of a price say whose last tier nobody knows."""
CONFIDENCES = ("high", "medium", "low")
ARM = (
    ("AWSLambda/duration_x86", "AWSLambda/duration_arm64"),
    ("AWSLambda/provisioned_concurrency_x86", "AWSLambda/provisioned_concurrency_arm64"),
    ("AWSLambda/provisioned_duration_x86", "AWSLambda/provisioned_duration_arm64"),
)
DOUBLED = ("AmazonRDS/postgresql_single-az_db.m6g", "AmazonEC2/linux_m5", "AmazonEC2/linux_r6g")


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a book breaks, and the prices that break it."""

    names: tuple[str, ...]
    sentence: str


def broken(book: PriceBook) -> Iterator[Broken]:
    """Yield each rule that a book breaks."""
    for price in book.prices():
        for sentence in _of_one(price):
            yield Broken((price.name,), f"{price.name} {sentence}")
    yield from _ratios(book)


def _of_one(price: Price) -> Iterator[str]:
    rates = [tier.usd for tier in price.tiers]
    paid = [rate for rate in rates if rate]
    bounds = [tier.up_to for tier in price.tiers]
    inner = [bound for bound in bounds if bound is not None]
    if not paid or any(rate < 0 for rate in rates) or 0 in rates[1:]:
        yield "costs nothing, or less"
    if paid != sorted(paid, reverse=True):
        yield "costs more for each unit the more units there are"
    if None in bounds[:-1] or any(low >= high for low, high in pairwise(inner)):
        yield "has tiers that don't rise"
    if bounds[-1] is not None and OPEN not in price.notes:
        yield "has an end"
    if not price.unit or not price.source:
        yield "has no unit or no source"
    if not DAY.fullmatch(price.date) or price.date < EARLIEST:
        yield f"has the date {price.date}"
    if price.confidence not in CONFIDENCES:
        yield f"has the confidence {price.confidence}"


def _ratios(book: PriceBook) -> Iterator[Broken]:
    """Pairs of prices whose ratio is known, and isn't what it should be."""
    for x86, arm in ARM:
        yield from _ratio(book, x86, arm, Decimal("0.8"), Decimal("0.001"))
    for family in DOUBLED:
        yield from _ratio(book, f"{family}.large", f"{family}.xlarge", Decimal(2), Decimal("0.05"))
    for name in book.names():
        if "_single-az" in name:
            yield from _ratio(book, name, name.replace("single", "multi"), Decimal(2), Decimal("0.06"))


def _ratio(book: PriceBook, base: str, other: str, usual: Decimal, give: Decimal) -> Iterator[Broken]:
    if not book.has(base) or not book.has(other):
        return
    ratio = book.price(other).tiers[0].usd / book.price(base).tiers[0].usd
    if abs(ratio - usual) >= give:
        yield Broken((base, other), f"{other} costs {ratio:.3f} times {base}, where {usual} is usual")
