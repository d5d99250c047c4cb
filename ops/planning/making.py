"""Makes a plan of two sides: what is there, or was, and what is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cfn.diff import Difference, Kind, compare
from ops.planning.model import Plan, Setting, StackPlan, StackSettings
from ops.planning.risks import protected, risks, setting_risks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from cfn import Deployment
    from cost import Traffic
    from cost.changes import Changes
    from ops.planning.model import Risk


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a plan."""

    name: str
    deployment: Deployment
    settings: Mapping[str, StackSettings] = field(default_factory=dict)
    """By short name of the stack, as far as they are known."""
    traffic: Traffic | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    """Of stacks that are deployed, by short name."""
    remedies: Mapping[str, str] = field(default_factory=dict)
    """What has to be done first about stacks that can't be updated, by short name."""


def plan(before: Side, after: Side, *, only: Collection[str] = (), as_of: date | None = None) -> Plan:
    """What it takes to come from one side to the other; raises CfnError.

    Args:
        before: What is there.
        after: What is wanted.
        only: Short names of the stacks to show; all when empty.
        as_of: The day for which it is priced; left out, today.

    """
    called = _called(before.deployment, after.deployment)
    found = compare(before.deployment, after.deployment, called)
    shown = Difference(tuple(one for one in found.stacks if not only or one.name in only))
    stacks = tuple(_stacks(before, after, shown, only))
    bill, unpriced = _bill(before, after, called, as_of)
    told = [risk for name in _common(before, after, only) for risk in _setting_risks(before, after, name)]
    return Plan(before.name, after.name, stacks, (*told, *risks(shown)), bill, unpriced)


def _called(before: Deployment, after: Deployment) -> dict[str, str]:
    from cost.changes import paired_stacks

    return paired_stacks(before, after)


def _stacks(before: Side, after: Side, difference: Difference, only: Collection[str]) -> Iterator[StackPlan]:
    changes = {one.name: one for one in difference.stacks}
    names = [one.name for one in after.deployment.templates]
    for name in dict.fromkeys([*names, *changes, *before.remedies]):
        if only and name not in only:
            continue
        change, settings = changes.get(name), tuple(_settings(before, after, name))
        status, remedy = before.statuses.get(name, ""), before.remedies.get(name, "")
        if change or settings or remedy:
            kind = change.kind if change else Kind.UNTOUCHED
            kind = Kind.CHANGED if settings and kind is Kind.UNTOUCHED else kind
            yield StackPlan(name, kind, change, settings, status, remedy)


def _common(before: Side, after: Side, only: Collection[str]) -> list[str]:
    """Stacks whose settings are known on both sides."""
    return [name for name in after.settings if name in before.settings and (not only or name in only)]


def _settings(before: Side, after: Side, name: str) -> Iterator[Setting]:
    if name not in _common(before, after, ()):
        return
    old, new = before.settings[name], after.settings[name]
    changed = [key for key in {**old.tags, **new.tags} if old.tags.get(key) != new.tags.get(key)]
    if changed:
        yield Setting("tags", *(_listed(one.tags, changed) for one in (old, new)))
    if old.policy != new.policy:
        yield Setting("stack policy", *(_protecting(one) for one in (old, new)))
    if old.termination_protection != new.termination_protection:
        words = ("on" if one.termination_protection else "off" for one in (old, new))
        yield Setting("termination protection", *words)


def _listed(tags: Mapping[str, str], keys: Iterable[str]) -> str:
    return ", ".join(f"{key}={tags[key]}" for key in sorted(keys) if key in tags) or "none"


def _protecting(settings: StackSettings) -> str:
    """What a stack's policy lets nobody replace or delete, in words."""
    if settings.policy is None:
        return "none"
    return f"protects {', '.join(sorted(protected(settings))) or 'nothing'}"


def _setting_risks(before: Side, after: Side, name: str) -> list[Risk]:
    left = after.deployment.template(name).resources
    return list(setting_risks(name, before.settings[name], after.settings[name], left))


def _bill(
    before: Side, after: Side, called: Mapping[str, str], as_of: date | None
) -> tuple[Changes | None, str]:
    """Both sides priced, or why they can't be."""
    from cost import CostError, estimate
    from cost.changes import compare as compare_bills

    try:
        first, second = (
            estimate(side.deployment, side.traffic, name=side.name, as_of=as_of) for side in (before, after)
        )
    except CostError as error:
        return None, str(error)
    return compare_bills(first, second, called), ""
