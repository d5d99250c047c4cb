"""An explanation in sentences."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cost.explaining.tracing import NOTHING
from cost.lines import FreeTier
from cost.money import cents, plain
from cost.pricebook import Part
from cost.rows import Row, count, dollars, rate
from cost.units import called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cost.explaining.explanation import AllowanceUse, Explanation, TierUse
    from cost.explaining.tracing import Figure, Property

LONGEST = 32
"""Letters of a value that fit into a column."""
MODES = {
    FreeTier.NONE: "list price",
    FreeTier.ALWAYS: "always free",
    FreeTier.LEGACY: "first twelve months",
}


def summary(explanation: Explanation) -> str:
    """`730 hours at $0.072: $52.56 a month at list price`."""
    line, row = explanation.line, Row((explanation.line,), is_first=True)
    tiers = row.tiers
    price = rate(tiers[0], line.price) if len(tiers) == 1 else f"{len(tiers)} rates"
    return f"{count(line.quantity)} {row.unit} at {price}: ${cents(line.amount())} a month at list price"


def place(explanation: Explanation) -> str:
    """Where the line belongs."""
    resource, price = explanation.line.resource, explanation.line.price
    where = f"stack {resource.template.name} of {explanation.estimate}"
    if resource.template.name == explanation.estimate.rpartition(".")[0]:
        where = explanation.estimate
    return f"{resource.type} in {where}, priced in {price.region}"


def left_out(explanation: Explanation) -> str:
    """Properties that were asked for, are not there and count as nothing; empty where there are none."""
    names = [read.path for read in explanation.properties if read.value == NOTHING]
    return f"left out: {', '.join(names)}" if names else ""


def properties(explanation: Explanation) -> Iterator[tuple[str, str, str]]:
    """The other properties, each with its value and where this comes from."""
    values = {read.path: read.value for read in explanation.properties}
    for read in explanation.properties:
        within = read.path.rpartition(".")[0]
        if read.value not in (NOTHING, values.get(within)):
            yield read.path, shortened(read.value), origin(read)


def shortened(value: str) -> str:
    """A value that fits beside its name."""
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


def use(figure: Figure) -> str:
    """A figure of use with its unit; a word is its own."""
    return figure.value if isinstance(figure.value, str) else f"{count(figure.value)} {figure.unit}"


def origin(read: Property) -> str:
    """Where a property's value comes from."""
    return "template" if read.is_written else "left out"


def tier(use: TierUse, explanation: Explanation) -> tuple[str, str, str]:
    """A tier, its rate, and what fell into it."""
    price = explanation.line.price
    reach = f"from {count(use.start)} on" if use.up_to is None else f"up to {count(use.up_to)}"
    if use.up_to is None and not use.start:
        reach = "all"
    others = f"; {count(use.others)} of other lines before" if use.others else ""
    return reach, rate(Part(use.quantity, use.usd), price), f"{count(use.quantity)}{others}"


def free(explanation: Explanation, mode: FreeTier) -> Iterator[str]:
    """What of the line is free in a mode, allowance by allowance."""
    if mode is FreeTier.NONE:
        yield "nothing is taken off"
    elif not explanation.allowances[mode]:
        yield "no allowance covers this price"
    for use in explanation.allowances[mode]:
        yield _allowance(use)


def _allowance(use: AllowanceUse) -> str:
    allowance = use.allowance
    whole = f"{count(allowance.quantity)} {called(allowance.unit, allowance.quantity)}"
    offer = f"of {whole} of {allowance.name} a month"
    taken = f"{count(use.quantity)} {offer} {'is' if use.quantity == 1 else 'are'} used here"
    if not use.quantity:
        taken = f"nothing {offer} is left for this line"
    before = f", {count(use.others)} by other lines before" if use.others else ""
    left = allowance.quantity - use.others - use.quantity
    rest = f"; {count(left)} are left" if left and use.quantity else ""
    return f"{taken}{before}{rest}"


def source(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """What the price book says about the price, as names and values."""
    price = explanation.line.price
    yield "name", price.name
    yield "unit price", f"{_unit_price(explanation)} per {called(price.unit, 1)}"
    yield "source", price.source
    yield "date", price.date
    yield "confidence", price.confidence
    if price.rate_codes:
        yield "rate code" if len(price.rate_codes) == 1 else "rate codes", "\n".join(price.rate_codes)
    if price.usage_type:
        yield "usage type", price.usage_type
    if price.notes:
        yield "notes", price.notes


def _unit_price(explanation: Explanation) -> str:
    """What one unit costs; where several rates apply, on average and rounded."""
    line = explanation.line
    tiers = Row((line,), is_first=True).tiers
    if len(tiers) == 1:
        return dollars(tiers[0].usd)
    return f"on average ${plain(Decimal(f'{line.unit_price:.4g}'))}"
