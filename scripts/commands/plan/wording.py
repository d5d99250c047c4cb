"""A plan in words and cells: what a terminal and a pull request have in common."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from cfn.diff import Effect, Fate, Kind
from cfn.values import Reference, Unknown
from cost.changes.wording import amounts_due, headline
from cost.free_tier import Offer
from cost.money import cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from cfn.diff import Change, ResourceChange
    from ops.planning import Plan, StackPlan

SYMBOLS: Final = {
    Kind.ADDED: "+",
    Kind.CHANGED: "~",
    Kind.REPLACED: "-/+",
    Kind.MAY_BE_REPLACED: "~/+",
    Kind.REMOVED: "-",
    Kind.RETAINED: "-",
    Kind.UNTOUCHED: " ",
}
MARKS: Final = {"Add": "+", "Modify": "~", "Remove": "-"}
MOST: Final = 44
"""Letters of a value that are shown."""
LEAD: Final = 12
"""Letters that stay in front of the first difference of two long texts."""
ALIKE: Final = 4
"""As many resources of one type that are all added, or all go, get a row each; more share one."""
CENT: Final = 2
NAMED: Final = 2
"""Resources of a shared row that are named."""
UNSURE: Final = "only AWS knows whether it becomes another"
EFFECTS: Final = {
    Effect.NOTHING: "nothing is done",
    Effect.IN_PLACE: "",
    Effect.INTERRUPTS: "interrupts",
    Effect.MAY_REPLACE: "may replace",
    Effect.REPLACES: "replaces",
}


def summary(kinds: Iterable[Kind]) -> str:
    """`2 changed, 1 added; nothing is replaced`."""
    found = list(kinds)
    order = (Kind.REPLACED, Kind.MAY_BE_REPLACED, Kind.REMOVED, Kind.RETAINED, Kind.CHANGED, Kind.ADDED)
    counted = [f"{found.count(kind)} {kind}" for kind in order if kind in found]
    return ", ".join(counted) or "nothing changes"


def title(plan: Plan) -> str:
    """What becomes of all resources, in one line."""
    sentence = summary(one.kind for one in plan.resources)
    if not any(one.kind is not Kind.UNTOUCHED for one in plan.resources):
        sentence = "no resource changes" if any(stack.acts for stack in plan.stacks) else "nothing changes"
    elif not any(one.kind in (Kind.REPLACED, Kind.MAY_BE_REPLACED) for one in plan.resources):
        sentence += "; nothing is replaced"
    return sentence


def bill(plan: Plan) -> str:
    """What it costs a month, before and after."""
    if plan.bill is None:
        return f"not priced: {plan.unpriced}"
    return f"{amounts_due(plan.bill, Offer())}: {headline(plan.bill, Offer())}"


def signed_cost(amount: Decimal | None) -> str:
    """`+$1.20`; nothing where it rounds to nothing."""
    if amount is None or not round(amount, CENT):
        return ""
    return f"{'+' if amount > 0 else '-'}${cents(abs(amount))}"


def text(value: Any) -> str:
    """A value in one line, as long as it is; tags as `Key=Value`."""
    if isinstance(value, list) and value and all(_is_tag(item) for item in value):
        return ", ".join(f"{item['Key']}={text(item['Value'])}" for item in value)
    if isinstance(value, str):
        return " ".join(value.split()) or '""'
    if isinstance(value, Reference | Unknown):
        return str(value)
    return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)


def _is_tag(item: Any) -> bool:
    return isinstance(item, dict) and item.keys() == {"Key", "Value"}


def cut(words: str, most: int = MOST) -> str:
    """The text, cut where it is too long."""
    return words if len(words) <= most else f"{words[: most - 1]}…"


def values(change: Change, most: int = MOST) -> str:
    """`false → true`; of long texts the part that differs."""
    if change.is_moved:
        return f"{cut(text(change.after), most)} stands for another"
    if change.kind == "Add":
        return cut(text(change.after), most)
    if change.kind == "Remove":
        return cut(text(change.before), most)
    before, after = text(change.before), text(change.after)
    same = next(
        (place for place, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0
    )
    if max(len(before), len(after)) > most and same > LEAD:
        before, after = (f"…{words[same - LEAD :]}" for words in (before, after))
    return f"{cut(before, most)} → {cut(after, most)}"


def path(change: Change) -> str:
    """`Tags/0/Value` of a property; an attribute of the resource as it is called."""
    steps = change.steps[1:] if change.steps[0] == "Properties" else change.steps
    return "/".join(steps)


def remark(change: Change) -> str:
    """What is done about a change, and what AWS says of it."""
    words = [EFFECTS[change.effect], change.because, change.note]
    if not change.is_sure:
        words = [EFFECTS[change.effect], change.because if change.is_moved else "", UNSURE, change.note]
    return "; ".join(word for word in words if word)


def is_tags(one: ResourceChange) -> bool:
    """Whether nothing but tags of a resource changes."""
    return one.kind is Kind.CHANGED and all("Tags" in path(change).split("/")[0] for change in one.changes)


def short_type(kind: str) -> str:
    """`RDS::DBInstance`."""
    return kind.removeprefix("AWS::")


def grouped(stack: StackPlan) -> Iterator[list[ResourceChange]]:
    """The stack's resources, row by row: the gravest first, and many that are alike together."""
    order = list(SYMBOLS)
    rank = {kind: place for place, kind in enumerate(sorted(order, key=_gravity))}
    alike: dict[tuple[str, ...], list[ResourceChange]] = {}
    for one in stack.resources:
        if one.kind is Kind.UNTOUCHED:
            continue
        if is_tags(one):
            key: tuple[str, ...] = ("tags",)
        else:
            key = (one.kind, one.type, str(one.fate), "" if one.kind is Kind.ADDED else one.logical_id)
        alike.setdefault(key, []).append(one)
    rows = [
        part
        for key, members in alike.items()
        for part in ([members] if key[0] == "tags" or len(members) > ALIKE else [[one] for one in members])
    ]
    yield from sorted(rows, key=lambda row: (rank[row[0].kind], len(row) > 1, row[0].logical_id))


def _gravity(kind: Kind) -> int:
    order = (Kind.REPLACED, Kind.MAY_BE_REPLACED, Kind.REMOVED, Kind.RETAINED, Kind.CHANGED, Kind.ADDED)
    return order.index(kind) if kind in order else len(order)


def outputs(stack: StackPlan) -> dict[str, list[str]]:
    """Names of outputs by what becomes of them: +, ~ or -."""
    found: dict[str, list[str]] = {}
    for change in stack.change.sections if stack.change else ():
        if change.steps[0] != "Outputs":
            continue
        side = change.after if change.after is not None else change.before
        names = [change.steps[1]] if len(change.steps) > 1 else sorted(side)
        mark = MARKS[change.kind] if len(change.steps) <= CENT else "~"
        for name in names:
            if name not in found.setdefault(mark, []):
                found[mark].append(name)
    return found


def row_name(row: list[ResourceChange]) -> str:
    """A resource's logical id, or how many there are of which type."""
    return row[0].logical_id if len(row) == 1 else f"{len(row)} x {short_type(row[0].type)}"


def row_told(row: list[ResourceChange]) -> str:
    """A resource's type; of several the first names."""
    if len(row) == 1:
        return short_type(row[0].type)
    names = ", ".join(one.logical_id for one in row[:NAMED])
    return f"{names} and {len(row) - NAMED} others" if len(row) > NAMED else names


def row_remark(one: ResourceChange) -> str:
    """What is left of a resource that goes, and why CloudFormation refuses."""
    words = []
    if one.kind in (Kind.REPLACED, Kind.MAY_BE_REPLACED):
        words = [str(one.kind), f"the old one is {one.fate}"]
    elif one.kind is Kind.RETAINED:
        words = ["leaves the stack and stays as it is"]
    elif one.fate is Fate.SNAPSHOT:
        words = [str(one.fate)]
    if one.refused:
        words.append(f"CloudFormation refuses it: {one.refused}")
    return "; ".join(words)
