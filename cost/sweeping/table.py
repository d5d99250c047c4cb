"""A sweep for people: amounts, shares, the largest lines, and the choices that flip."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from cost.fitting import Fitting
from cost.free_tier import Offer
from cost.lines import FreeTier, total
from cost.money import CENT, cents
from cost.rows import count
from cost.sweeping.span import written
from cost.sweeping.wording import largest, outcome
from cost.tabling import BOLD, add, bullets, columns, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from cost.sweeping.growth import Growth, Sweep

MOST_COLUMNS = 5
SMALL = Decimal("0.01")
"""A line that is never this share of a total is counted with the other small ones."""


def render(sweep: Sweep) -> Group:
    """Everything about a sweep, in the order in which a reader asks."""
    at = _shown(len(sweep.points))
    large, small = _by_size(sweep)
    parts: list[RenderableType] = [
        _headline(sweep),
        Text(),
        Fitting([_amounts(sweep, at, large, small)]),
        _shares(sweep, at, large, small),
        bullets("Largest line", largest(sweep)),
    ]
    if sweep.choices:
        parts += [
            title("Other ways to build it"),
            Fitting([_choices(sweep)]),
            bullets("What they change", _sentences(sweep)),
        ]
    return Group(*parts, bullets("About these figures", _notes(sweep, at)))


def _headline(sweep: Sweep) -> Text:
    system, span = sweep.system, sweep.span
    return Text.assemble(
        (system.name, BOLD),
        f" in {system.prices.region}: ",
        (f"{count(span.low)} to {count(span.high)} requests a month", BOLD),
        f", {Offer(sweep.mode).in_words}; now {count(system.load.requests)}",
    )


def _shown(points: int) -> list[int]:
    """Which points have a column: all, or some evenly from the first to the last."""
    if points <= MOST_COLUMNS:
        return list(range(points))
    steps = MOST_COLUMNS - 1
    return [(place * (points - 1) + steps // 2) // steps for place in range(MOST_COLUMNS)]


def _by_size(sweep: Sweep) -> tuple[list[Growth], list[Growth]]:
    totals = sweep.totals(sweep.mode)

    def is_large(growth: Growth) -> bool:
        return any(amount > whole * SMALL for amount, whole in zip(growth.amounts, totals, strict=True))

    large = [growth for growth in sweep.growths if is_large(growth)]
    small = [growth for growth in sweep.growths if not is_large(growth)]
    return (list(sweep.growths), []) if len(small) == 1 else (large, small)


def _amounts(sweep: Sweep, at: Sequence[int], large: Iterable[Growth], small: Sequence[Growth]) -> Table:
    table = columns("Resource", "Component", *(f">{written(sweep.points[place])}" for place in at))
    for stack, growth, name in _rows(large):
        if stack:
            add(table, stack, style=BOLD)
        add(table, name, growth.component, *(cents(growth.amounts[place]) for place in at))
    if small:
        rest = [total(growth.amounts[place] for growth in small) for place in at]
        add(table, "others", f"{len(small)} lines", *map(cents, rest))
    table.add_section()
    for label, mode in _totals(sweep):
        whole = sweep.totals(mode)
        add(table, "Total", label, *(cents(whole[place]) for place in at), style=BOLD)
    return table


def _totals(sweep: Sweep) -> Iterator[tuple[str, FreeTier]]:
    if sweep.mode is FreeTier.NONE:
        yield from (("list price", FreeTier.NONE), ("free tier", FreeTier.ALWAYS))
    else:
        yield from (("free tier", sweep.mode), ("list price", FreeTier.NONE))


def _shares(sweep: Sweep, at: Sequence[int], large: Iterable[Growth], small: Sequence[Growth]) -> Group:
    table = columns("Resource", "Component", *(f">{written(sweep.points[place])}" for place in at))
    totals = sweep.totals(sweep.mode)
    for _, growth, name in _rows(large, with_stacks=False):
        add(table, name, growth.component, *(_percent(growth.amounts[place], totals[place]) for place in at))
    if small:
        rest = [total(growth.amounts[place] for growth in small) for place in at]
        shares = [_percent(part, totals[place]) for part, place in zip(rest, at, strict=True)]
        add(table, "others", f"{len(small)} lines", *shares)
    return Group(title("Share of the total, in percent"), Fitting([table]))


def _rows(growths: Iterable[Growth], *, with_stacks: bool = True) -> Iterator[tuple[str, Growth, str]]:
    """A growth, with names of its stack and its resource where these are not the last one's."""
    last = ("", "")
    for growth in growths:
        stack = growth.stack if growth.stack != last[0] and with_stacks else ""
        indent = "  " if with_stacks else ""
        name = "" if (growth.stack, growth.name) == last else indent + growth.name
        yield stack, growth, name
        last = growth.stack, growth.name


def _percent(part: Decimal, whole: Decimal) -> str:
    share = 100 * part / whole if whole else Decimal(0)
    return str(share.quantize(Decimal("0.1"), ROUND_HALF_UP))


def _choices(sweep: Sweep) -> Table:
    table = columns("Now", "Instead", ">USD a month", "The cheaper one changes")
    for choice in sweep.choices:
        now = "" if choice.now is None else _difference(choice.now)
        add(table, choice.variant.instead_of, choice.variant.name, now, outcome(choice))
    return table


def _difference(amount: Decimal) -> str:
    return f"{amount.quantize(CENT, ROUND_HALF_UP):+,}" if amount else "the same"


def _sentences(sweep: Sweep) -> Iterator[str]:
    for choice in sweep.choices:
        yield f"{choice.variant.name}: {choice.variant.sentence}"


def _notes(sweep: Sweep, at: Sequence[int]) -> Iterator[str]:
    if len(at) < len(sweep.points):
        yield f"{len(at)} of {len(sweep.points)} points are shown; --format json and csv have all"
    yield (
        "with the requests grow, in proportion: the busiest second, logins, requests to the frontend, what "
        "goes out, logs, and every monthly_* figure of a usage file; everything else stays as it is"
    )
    yield "no class, memory or number of instances is changed: whether they carry the load is not looked at"
    if sweep.choices:
        yield (
            "USD a month: by how much the alternative costs more (+) or less (-) with the requests of now; "
            "the two are compared every half power of ten; where the cheaper one changes is found to the "
            "nearest 1 % and priced on both sides"
        )
    yield from _left_out(sweep)


def _left_out(sweep: Sweep) -> Iterator[str]:
    estimate = sweep.system.estimate(sweep.system.load.requests)
    names = [resource.logical_id for resource, _ in estimate.not_priced]
    names += [unknown.resource.logical_id for unknown in estimate.unknowns]
    if names:
        yield f"not in these totals, as `miyabi cost` tells: {', '.join(dict.fromkeys(names))}"
