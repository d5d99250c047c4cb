"""A plan and its bill as one comment on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
from scripts.commands.plan.wording import MARKS, SYMBOLS, bill, path, remark, title, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ops.planning import Plan, StackPlan
    from scripts.commands.plan.rows import Costs, Row

MOST_CHARACTERS: Final = 60_000
"""A comment of GitHub holds 65,536."""
VALUE: Final = 60


def to_markdown(plan: Plan) -> str:
    """The plan with its bill; what would make it longer than a comment may be is left out, and said so."""
    for page in (_whole, _without_values, _without_resources):
        text = page(plan)
        if len(text) <= MOST_CHARACTERS:
            return text
    return f"{text[: MOST_CHARACTERS - 2]}…\n"


def _whole(plan: Plan) -> str:
    from cost.changes.markdown import to_markdown as bill_to_markdown

    priced = ["", bill_to_markdown(plan.bill)] if plan.bill else []
    return "\n".join([*_front(plan), *_stacks(plan, _resources), *priced])


def _without_values(plan: Plan) -> str:
    note = "_Values and the lines of the bill are left out: the comment would be too long._"
    return "\n".join([*_front(plan), "", note, *_stacks(plan, _names)])


def _without_resources(plan: Plan) -> str:
    note = "_Resources are left out: the comment would be too long._"
    return "\n".join([*_front(plan), "", note, *_stacks(plan, lambda _stack, _costs: iter(()))])


def _front(plan: Plan) -> Iterator[str]:
    yield f"### Plan: {title(plan)}"
    yield ""
    yield f"`{plan.before}` → `{plan.after}`; a month {bill(plan)}."
    yield from _alert("CAUTION", "Data at risk", at_risk(plan))
    yield from _alert("WARNING", "Not as they stand", not_as_they_stand(plan))
    if others := good_to_know(plan):
        yield from ("", "Good to know:", "", *(f"- {_cell(one)}" for one in others))


def _alert(kind: str, heading: str, items: list[str]) -> Iterator[str]:
    if items:
        yield from ("", f"> [!{kind}]", f"> **{heading}**", *(f"> - {_cell(one)}" for one in items))


def _stacks(plan: Plan, lines: Callable[[StackPlan, Costs], Iterator[str]]) -> Iterator[str]:
    for stack in shown(plan):
        symbol = SYMBOLS[stack.kind].strip()
        yield from (
            "",
            f"<details><summary><code>{symbol}</code> <b>{stack.name}</b>: {counted(stack)}</summary>",
            "",
        )
        if table := list(lines(stack, plan.costs())):
            yield from ("| | what | how | USD a month |", "|---|---|---|---:|", *table, "")
        yield "</details>"


def _resources(stack: StackPlan, costs: Costs) -> Iterator[str]:
    for row in rows(stack, costs):
        yield _head(row)
        for change in row.changes:
            words = remark(change)
            told = f"{_code(values(change, VALUE))}{f' {_cell(words)}' if words else ''}"
            yield f"| | {MARKS[change.kind]} `{path(change)}` | {told} | |"
    for name, told in settings(stack, MOST_CHARACTERS):
        yield f"| ~ | {name} | {_cell(told)} | |"
    for mark, names in outputs(stack).items():
        yield f"| {mark} | outputs | {', '.join(names)} | |"


def _names(stack: StackPlan, costs: Costs) -> Iterator[str]:
    yield from map(_head, rows(stack, costs))


def _head(row: Row) -> str:
    symbol = SYMBOLS[row.kind].strip()
    if row.is_tags:
        return f"| {symbol} | {row.name} | {row.told} | {row.cost} |"
    told = f"{row.told}{f': **{_cell(row.remark)}**' if row.remark else ''}"
    return f"| `{symbol}` | **{row.name}** | {told} | {row.cost} |"


def _code(text: str) -> str:
    """Text as code: a backtick within it would end it, and a bar the cell."""
    return f"`{_cell(text.replace('`', chr(0x02CB)))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
