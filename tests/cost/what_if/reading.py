"""Works out a bill from the JSON of `miyabi cost what-if` alone, as docs/estimating.md describes it."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_CEILING, Decimal
from typing import Any

NOTHING = Decimal(0)


def total(data: dict[str, Any], figures: dict[str, Decimal], mode: str) -> Decimal:
    """USD a month for figures by name."""
    charges = _charges(data, figures)
    free = _free(data["allowances"][mode], charges)
    used: defaultdict[int, Decimal] = defaultdict(Decimal)
    amounts = []
    for (line, units), gift in zip(charges, free, strict=True):
        price = data["prices"][data["lines"][line]["price"]]
        amounts.append(_amount(price["tiers"], units - gift, used[price["pool"]]))
        used[price["pool"]] += units - gift
    return sum(amounts, NOTHING)


def _charges(data: dict[str, Any], figures: dict[str, Decimal]) -> list[tuple[int, Decimal]]:
    values = [figures[each["name"]] for each in data["assumptions"]]

    def value(operand: int | str) -> Decimal:
        return values[operand] if isinstance(operand, int) else Decimal(operand)

    def chosen(found: Any) -> Any:
        while isinstance(found, dict):
            relation, left, right = found["if"]
            one, other = value(left), value(right)
            holds = {"<": one < other, "<=": one <= other, "=": one == other}[relation]
            found = found["then" if holds else "else"]
        return found

    for operation, left, right in data["steps"]:
        values.append(_done(operation, value(left), value(right)))
    charges = [
        (line, value(units))
        for number in chosen(data["root"])
        for line, units in chosen(data["resources"][number])
    ]
    return [(line, units) for line, units in charges if units]


def _done(operation: str, left: Decimal, right: Decimal) -> Decimal:
    match operation:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case _:
            return left.to_integral_value(ROUND_CEILING)


def _free(allowances: list[dict[str, Any]], charges: list[tuple[int, Decimal]]) -> list[Decimal]:
    free = [NOTHING] * len(charges)
    for allowance in allowances:
        left = Decimal(allowance["quantity"])
        for lines in allowance["lines"]:
            for place, (line, units) in enumerate(charges):
                if line in lines:
                    taken = min(left, units - free[place])
                    free[place] += taken
                    left -= taken
    return free


def _amount(tiers: list[list[str | None]], units: Decimal, after: Decimal) -> Decimal:
    amount, position, end = NOTHING, after, after + units
    for up_to, usd in tiers:
        reach = end if up_to is None else min(end, Decimal(up_to))
        if reach > position:
            amount += (reach - position) * Decimal(str(usd))
            position = reach
    return amount
