"""What a plan says row by row, wherever it is shown: warnings, resources, settings and outputs of stacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cfn.diff import Fate, Kind
from scripts.commands.plan.wording import GRAVEST, MARKS, cut, path, signed_cost, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from cfn.diff import Change, ResourceChange
    from ops.planning import Plan, StackPlan

    Costs = Mapping[tuple[str, str], Decimal]

ALIKE: Final = 4
"""As many resources of one type that are all added, or all go, get a row each; more share one."""
NAMED: Final = 2
"""Resources of a shared row that are named."""
OF_A_WHOLE_OUTPUT: Final = 2
"""Steps to an output, beyond which a change is within it."""


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of a resource, or of several that are alike."""

    kind: Kind
    name: str
    told: str
    """Its type; of several, some of their names."""
    cost: str
    """USD a month more or less, with its sign; empty where it is none."""
    remark: str = ""
    changes: tuple[Change, ...] = ()
    """Of its properties, each to be shown below it."""
    is_tags: bool = False
    """Whether nothing but tags changes, of however many."""


def at_risk(plan: Plan) -> list[str]:
    """The data that may be lost."""
    return [str(risk) for risk in plan.losses]


def not_as_they_stand(plan: Plan) -> list[str]:
    """The stacks that can't be deployed to as they are, and the way out."""
    return [f"stack {one.name} is in {one.status}: {one.remedy}" for one in plan.blocked]


def good_to_know(plan: Plan) -> list[str]:
    """The risks that lose no data."""
    return [str(risk) for risk in plan.risks if not risk.loses_data]


def shown(plan: Plan) -> list[StackPlan]:
    """The stacks of which there is something to say."""
    return [one for one in plan.stacks if one.kind is not Kind.UNTOUCHED or one.remedy]


def counted(stack: StackPlan) -> str:
    """How many of its resources change in which way."""
    return summary(one.kind for one in stack.resources if one.kind is not Kind.UNTOUCHED)


def rows(stack: StackPlan, costs: Costs) -> Iterator[Row]:
    """The stack's resources: the gravest first, and many that are alike together."""
    for group in _grouped(stack):
        one, cost = group[0], _cost(group, costs)
        if _is_tags(one):
            yield Row(one.kind, "tags", f"of {_names(group)}", cost, is_tags=True)
        else:
            yield Row(one.kind, _name(group), _told(group), cost, _remark(one), tuple(one.changes))


def settings(stack: StackPlan, most: int) -> Iterator[tuple[str, str]]:
    """What changes of the stack's own settings: name, and value before and after of `most` letters."""
    for one in stack.settings:
        yield f"{one.name} of the stack", f"{cut(one.before)} → {cut(one.after, most)}"


def outputs(stack: StackPlan) -> dict[str, list[str]]:
    """Names of outputs by what becomes of them: +, ~ or -."""
    found: dict[str, list[str]] = {}
    for change in stack.change.sections if stack.change else ():
        if change.steps[0] != "Outputs":
            continue
        side = change.after if change.after is not None else change.before
        names = [change.steps[1]] if len(change.steps) > 1 else sorted(side)
        mark = MARKS[change.kind] if len(change.steps) <= OF_A_WHOLE_OUTPUT else "~"
        for name in names:
            if name not in found.setdefault(mark, []):
                found[mark].append(name)
    return found


def _grouped(stack: StackPlan) -> list[list[ResourceChange]]:
    alike: dict[tuple[str, ...], list[ResourceChange]] = {}
    for one in stack.resources:
        if one.kind is Kind.UNTOUCHED:
            continue
        if _is_tags(one):
            key: tuple[str, ...] = ("tags",)
        else:
            key = (one.kind, one.type, str(one.fate), "" if one.kind is Kind.ADDED else one.logical_id)
        alike.setdefault(key, []).append(one)
    groups = [
        part
        for key, members in alike.items()
        for part in ([members] if key[0] == "tags" or len(members) > ALIKE else [[one] for one in members])
    ]
    return sorted(
        groups, key=lambda group: (GRAVEST.index(group[0].kind), len(group) > 1, group[0].logical_id)
    )


def _is_tags(one: ResourceChange) -> bool:
    return one.kind is Kind.CHANGED and all("Tags" in path(change).split("/")[0] for change in one.changes)


def _cost(group: list[ResourceChange], costs: Costs) -> str:
    amounts = [costs[place] for each in group if (place := (each.stack, each.logical_id)) in costs]
    return signed_cost(sum(amounts[1:], amounts[0])) if amounts else ""


def _names(group: list[ResourceChange]) -> str:
    return ", ".join(one.logical_id for one in group)


def _name(group: list[ResourceChange]) -> str:
    """A resource's logical id, or how many there are of which type."""
    return group[0].logical_id if len(group) == 1 else f"{len(group)} x {_short_type(group[0])}"


def _told(group: list[ResourceChange]) -> str:
    """A resource's type; of several the first names."""
    if len(group) == 1:
        return _short_type(group[0])
    names = _names(group[:NAMED])
    return f"{names} and {len(group) - NAMED} others" if len(group) > NAMED else names


def _short_type(one: ResourceChange) -> str:
    """`RDS::DBInstance`."""
    return one.type.removeprefix("AWS::")


def _remark(one: ResourceChange) -> str:
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
