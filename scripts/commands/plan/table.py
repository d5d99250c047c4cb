"""A plan for people: what is at risk, what it costs, and a block for each stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cfn.diff import Effect, Kind
from cost.tabling import BOLD, bullets
from scripts.commands.plan.wording import (
    MARKS,
    MOST,
    SYMBOLS,
    bill,
    cut,
    grouped,
    is_tags,
    outputs,
    path,
    remark,
    row_name,
    row_remark,
    row_told,
    signed_cost,
    summary,
    title,
    values,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from rich.console import RenderableType

    from cfn.diff import Change, ResourceChange
    from ops.planning import Plan, StackPlan

    Costs = Mapping[tuple[str, str], Decimal]

STYLES: Final = {
    Kind.ADDED: "green",
    Kind.CHANGED: "yellow",
    Kind.REPLACED: "bold red",
    Kind.MAY_BE_REPLACED: "bold yellow",
    Kind.REMOVED: "red",
    Kind.RETAINED: "red",
    Kind.UNTOUCHED: "",
}
NAMES, VALUES = 34, 50
"""Letters that the columns of names and of values have at least, so that amounts stand below each other."""
GRAVE: Final = {
    Effect.INTERRUPTS: "yellow",
    Effect.MAY_REPLACE: "bold yellow",
    Effect.REPLACES: "bold red",
}


def render(plan: Plan) -> Group:
    """Everything about a plan, in the order in which a reader asks."""
    costs = plan.costs()
    parts: list[RenderableType] = [_headline(plan), *_front(plan)]
    parts += [part for stack in plan.stacks for part in _block(stack, costs)]
    return Group(*parts)


def _headline(plan: Plan) -> Text:
    return Text.assemble(
        (f"{plan.before} → {plan.after}: ", BOLD), title(plan), "\n", ("a month ", "dim"), bill(plan)
    )


def _front(plan: Plan) -> Iterator[RenderableType]:
    """What must be seen before the rest."""
    if plan.losses:
        yield _listed("Data at risk", map(str, plan.losses), "bold red")
    if plan.blocked:
        yield _listed(
            "Not as they stand",
            (f"stack {one.name} is in {one.status}: {one.remedy}" for one in plan.blocked),
            "bold yellow",
        )
    others = [str(risk) for risk in plan.risks if not risk.loses_data]
    if others:
        yield bullets("Good to know", others)


def _listed(heading: str, items: Iterator[str], style: str) -> Group:
    grid = Table.grid(padding=(0, 1))
    for item in items:
        grid.add_row(Text("!", style=style), Text(item, style=style))
    return Group(Padding(Text(heading, style=style), (1, 0, 0, 0)), Padding(grid, (0, 0, 0, 1)))


def _block(stack: StackPlan, costs: Costs) -> Iterator[RenderableType]:
    if stack.kind is Kind.UNTOUCHED and not stack.remedy:
        return
    counted = summary(one.kind for one in stack.resources if one.kind is not Kind.UNTOUCHED)
    heading = Text.assemble(
        (f"{SYMBOLS[stack.kind]} ", STYLES[stack.kind]),
        (stack.name, BOLD),
        f" {stack.status}".rstrip(),
        f"  {counted}",
    )
    yield Padding(heading, (1, 0, 0, 0))
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, min_width=2)
    table.add_column(overflow="fold", min_width=NAMES)
    table.add_column(overflow="fold", min_width=VALUES)
    table.add_column(no_wrap=True, justify="right")
    for row in grouped(stack):
        for cells in _row(row, costs):
            table.add_row(*cells)
    for cells in _rest(stack):
        table.add_row(*cells)
    yield Padding(table, (0, 0, 0, 2))


def _row(row: list[ResourceChange], costs: Costs) -> Iterator[tuple[Text, ...]]:
    one = row[0]
    amounts = [costs[place] for each in row if (place := (each.stack, each.logical_id)) in costs]
    cost = Text(signed_cost(sum(amounts[1:], amounts[0]) if amounts else None))
    symbol = Text(SYMBOLS[one.kind], style=STYLES[one.kind])
    if is_tags(one):
        names = ", ".join(each.logical_id for each in row)
        yield symbol, Text("tags"), Text(f"of {names}", style="dim"), cost
        return
    told = Text(row_told(row), style="dim")
    if words := row_remark(one):
        told.append(f"  {words}", style=STYLES[one.kind])
    yield symbol, Text(row_name(row)), told, cost
    for change in one.changes:
        yield _change(change)


def _change(change: Change) -> tuple[Text, ...]:
    told = Text(values(change))
    if words := remark(change):
        told.append(f"  {words}", style=GRAVE.get(change.effect, "dim"))
    return Text(""), Text(f"  {MARKS[change.kind]} {path(change)}"), told, Text("")


def _rest(stack: StackPlan) -> Iterator[tuple[Text, ...]]:
    """Settings of the stack, and its outputs."""
    for setting in stack.settings:
        words = f"{cut(setting.before)} → {cut(setting.after, MOST * 2)}"
        yield Text("~", style="yellow"), Text(f"{setting.name} of the stack"), Text(words), Text("")
    for mark, names in outputs(stack).items():
        yield Text(mark, style="dim"), Text("outputs"), Text(", ".join(names), style="dim"), Text("")
