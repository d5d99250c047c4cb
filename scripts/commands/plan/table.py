"""A plan for people: what is at risk, what it costs, and a block for each stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cfn.diff import Effect, Kind
from cost.tabling import BOLD, bullets
from scripts.commands.plan.rows import (
    at_risk,
    counted,
    good_to_know,
    not_as_they_stand,
    outputs,
    rows,
    settings,
    shown,
)
from scripts.commands.plan.wording import MARKS, MOST, SYMBOLS, bill, path, remark, title, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from cfn.diff import Change
    from ops.planning import Plan, StackPlan
    from scripts.commands.plan.rows import Costs, Row

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
    parts += [part for stack in shown(plan) for part in _block(stack, costs)]
    return Group(*parts)


def _headline(plan: Plan) -> Text:
    return Text.assemble(
        (f"{plan.before} → {plan.after}: ", BOLD), title(plan), "\n", ("a month ", "dim"), bill(plan)
    )


def _front(plan: Plan) -> Iterator[RenderableType]:
    """What must be seen before the rest."""
    if losses := at_risk(plan):
        yield _listed("Data at risk", losses, "bold red")
    if blocked := not_as_they_stand(plan):
        yield _listed("Not as they stand", blocked, "bold yellow")
    if others := good_to_know(plan):
        yield bullets("Good to know", others)


def _listed(heading: str, items: list[str], style: str) -> Group:
    grid = Table.grid(padding=(0, 1))
    for item in items:
        grid.add_row(Text("!", style=style), Text(item, style=style))
    return Group(Padding(Text(heading, style=style), (1, 0, 0, 0)), Padding(grid, (0, 0, 0, 1)))


def _block(stack: StackPlan, costs: Costs) -> Iterator[RenderableType]:
    heading = Text.assemble(
        (f"{SYMBOLS[stack.kind]} ", STYLES[stack.kind]),
        (stack.name, BOLD),
        f" {stack.status}".rstrip(),
        f"  {counted(stack)}",
    )
    yield Padding(heading, (1, 0, 0, 0))
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, min_width=2)
    table.add_column(overflow="fold", min_width=NAMES)
    table.add_column(overflow="fold", min_width=VALUES)
    table.add_column(no_wrap=True, justify="right")
    for row in rows(stack, costs):
        for cells in _row(row):
            table.add_row(*cells)
    for cells in _rest(stack):
        table.add_row(*cells)
    yield Padding(table, (0, 0, 0, 2))


def _row(row: Row) -> Iterator[tuple[Text, ...]]:
    told = Text(row.told, style="dim")
    if row.remark:
        told.append(f"  {row.remark}", style=STYLES[row.kind])
    yield Text(SYMBOLS[row.kind], style=STYLES[row.kind]), Text(row.name), told, Text(row.cost)
    yield from map(_change, row.changes)


def _change(change: Change) -> tuple[Text, ...]:
    told = Text(values(change))
    if words := remark(change):
        told.append(f"  {words}", style=GRAVE.get(change.effect, "dim"))
    return Text(""), Text(f"  {MARKS[change.kind]} {path(change)}"), told, Text("")


def _rest(stack: StackPlan) -> Iterator[tuple[Text, ...]]:
    """Settings of the stack, and its outputs."""
    for name, told in settings(stack, MOST * 2):
        yield Text("~", style="yellow"), Text(name), Text(told), Text("")
    for mark, names in outputs(stack).items():
        yield Text(mark, style="dim"), Text("outputs"), Text(", ".join(names), style="dim"), Text("")
