"""The words for a plan's parts: kinds of change, values before and after, remarks, amounts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from cfn.diff import Effect, Kind
from cfn.values import Reference, Unknown
from cost.changes.wording import amounts_due, headline
from cost.free_tier import Offer
from cost.money import cents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from cfn.diff import Change
    from ops.planning import Plan

SYMBOLS: Final = {
    Kind.ADDED: "+",
    Kind.CHANGED: "~",
    Kind.REPLACED: "-/+",
    Kind.MAY_BE_REPLACED: "~/+",
    Kind.REMOVED: "-",
    Kind.RETAINED: "-",
    Kind.UNTOUCHED: " ",
}
GRAVEST: Final = (
    Kind.REPLACED,
    Kind.MAY_BE_REPLACED,
    Kind.REMOVED,
    Kind.RETAINED,
    Kind.CHANGED,
    Kind.ADDED,
)
"""Kinds of change, the gravest first."""
MARKS: Final = {"Add": "+", "Modify": "~", "Remove": "-"}
MOST: Final = 44
"""Letters of a value that are shown."""
LEAD: Final = 12
"""Letters that stay in front of the first difference of two long texts."""
CENT: Final = 2
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
    counted = [f"{found.count(kind)} {kind}" for kind in GRAVEST if kind in found]
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


def signed_cost(amount: Decimal) -> str:
    """`+$1.20`; nothing where it rounds to nothing."""
    if not round(amount, CENT):
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
