"""A plan and its bill as one comment on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cfn.diff import Kind
from scripts.commands.plan.wording import (
    MARKS,
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
    from collections.abc import Callable, Iterator, Mapping
    from decimal import Decimal

    from cfn.diff import ResourceChange
    from ops.planning import Plan, StackPlan

    Costs = Mapping[tuple[str, str], Decimal]

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
    if plan.losses:
        yield from ("", "> [!CAUTION]", "> **Data at risk**")
        yield from (f"> - {_cell(str(risk))}" for risk in plan.losses)
    if plan.blocked:
        yield from ("", "> [!WARNING]", "> **Not as they stand**")
        yield from (f"> - stack {one.name} is in {one.status}: {_cell(one.remedy)}" for one in plan.blocked)
    others = [risk for risk in plan.risks if not risk.loses_data]
    if others:
        yield from ("", "Good to know:", "", *(f"- {_cell(str(risk))}" for risk in others))


def _stacks(plan: Plan, rows: Callable[[StackPlan, Costs], Iterator[str]]) -> Iterator[str]:
    for stack in plan.stacks:
        if stack.kind is Kind.UNTOUCHED and not stack.remedy:
            continue
        counted = summary(one.kind for one in stack.resources if one.kind is not Kind.UNTOUCHED)
        symbol = SYMBOLS[stack.kind].strip()
        yield from (
            "",
            f"<details><summary><code>{symbol}</code> <b>{stack.name}</b>: {counted}</summary>",
            "",
        )
        shown = list(rows(stack, plan.costs()))
        if shown:
            yield from ("| | what | how | USD a month |", "|---|---|---|---:|", *shown, "")
        yield "</details>"


def _resources(stack: StackPlan, costs: Costs) -> Iterator[str]:
    for row in grouped(stack):
        yield _head(row, costs)
        for change in () if is_tags(row[0]) else row[0].changes:
            words = remark(change)
            told = f"{_code(values(change, VALUE))}{f' {_cell(words)}' if words else ''}"
            yield f"| | {MARKS[change.kind]} `{path(change)}` | {told} | |"
    for setting in stack.settings:
        yield f"| ~ | {setting.name} of the stack | {_cell(cut(setting.before))} → {_cell(setting.after)} | |"
    for mark, names in outputs(stack).items():
        yield f"| {mark} | outputs | {', '.join(names)} | |"


def _names(stack: StackPlan, costs: Costs) -> Iterator[str]:
    yield from (_head(row, costs) for row in grouped(stack))


def _head(row: list[ResourceChange], costs: Costs) -> str:
    one = row[0]
    amounts = [costs[place] for each in row if (place := (each.stack, each.logical_id)) in costs]
    cost = signed_cost(sum(amounts[1:], amounts[0])) if amounts else ""
    if is_tags(one):
        return f"| ~ | tags | of {', '.join(each.logical_id for each in row)} | {cost} |"
    words = row_remark(one)
    told = f"{row_told(row)}{f': **{_cell(words)}**' if words else ''}"
    return f"| `{SYMBOLS[one.kind].strip()}` | **{row_name(row)}** | {told} | {cost} |"


def _code(text: str) -> str:
    """Text as code: a backtick within it would end it, and a bar the cell."""
    return f"`{_cell(text.replace('`', chr(0x02CB)))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
