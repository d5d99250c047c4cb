"""What of a difference may lose data, takes a protection away, or lets more people in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cfn.diff import Fate, Kind
from ops.planning.holding_data import HOLDING_DATA
from ops.planning.model import Risk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from cfn.diff import Change, Difference, ResourceChange
    from ops.planning.model import StackSettings

GONE: Final = {
    Kind.REMOVED: "is removed",
    Kind.RETAINED: "leaves its stack",
    Kind.REPLACED: "is replaced by an empty one",
    Kind.MAY_BE_REPLACED: "may be replaced by an empty one",
}
LEFT: Final = {
    Fate.DELETED: "nothing is left of its data",
    Fate.SNAPSHOT: "a snapshot is left, and no automated backup",
    Fate.RETAINED: "it stays as it is, outside the stack",
}
WORLD: Final = ("0.0.0.0/0", "::/0")
_LASTING: Final = {"Delete": 0, "Snapshot": 1, "RetainExceptOnCreate": 2, "Retain": 3}
"""Deletion policies from the one that leaves least."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A property that keeps data, and how one sees that it does so less than before."""

    type: str
    path: tuple[str, ...]
    """Its last steps."""
    is_lost: Callable[[Any, Any], bool]
    what: str
    """With the values before and after."""


def _off(before: Any, after: Any) -> bool:
    return before is True and after is not True


def _on(before: Any, after: Any) -> bool:
    return before is not True and after is True


def _lower(before: Any, after: Any) -> bool:
    """Whether there are fewer days; left out, RDS keeps backups for one."""
    days = [1 if value is None else value for value in (before, after)]
    return all(isinstance(value, int) for value in days) and bool(days[1] < days[0])


def _sooner(before: Any, after: Any) -> bool:
    """Whether recovery points are deleted sooner; left out, they never are."""
    return isinstance(after, int) and (before is None or (isinstance(before, int) and after < before))


GUARDS: Final = (
    Guard("AWS::RDS::DBInstance", ("DeletionProtection",), _off, "loses its deletion protection"),
    Guard("AWS::RDS::DBCluster", ("DeletionProtection",), _off, "loses its deletion protection"),
    Guard("AWS::Logs::LogGroup", ("DeletionProtectionEnabled",), _off, "loses its deletion protection"),
    Guard("AWS::DynamoDB::Table", ("DeletionProtectionEnabled",), _off, "loses its deletion protection"),
    Guard(
        "AWS::RDS::DBInstance",
        ("BackupRetentionPeriod",),
        _lower,
        "keeps its automated backups for {after} days and no longer for {before}",
    ),
    Guard(
        "AWS::RDS::DBInstance",
        ("DeleteAutomatedBackups",),
        _on,
        "takes its automated backups with it when it goes",
    ),
    Guard(
        "AWS::Backup::BackupPlan",
        ("DeleteAfterDays",),
        _sooner,
        "deletes recovery points after {after} days and no longer after {before}",
    ),
    Guard(
        "AWS::S3::Bucket",
        ("VersioningConfiguration", "Status"),
        lambda before, after: before == "Enabled" and after != "Enabled",
        "keeps no former versions any more",
    ),
)


def risks(difference: Difference) -> Iterator[Risk]:
    """What has to be seen first, stack by stack; what loses data in front."""
    found = [risk for one in difference.resources for risk in _of(one)]
    yield from sorted(found, key=lambda risk: not risk.loses_data)


def setting_risks(
    stack: str, before: StackSettings, after: StackSettings, left: Collection[str]
) -> Iterator[Risk]:
    """Protections of a stack that are taken away; `left` are the logical ids that it still has."""
    if before.termination_protection and not after.termination_protection:
        yield Risk(stack, "", "loses its termination protection")
    lost = sorted((protected(before) - protected(after)).intersection([*left, "*"]))
    if lost:
        yield Risk(stack, "", f"loses the part of its policy that protects {', '.join(lost)}")


def protected(settings: StackSettings) -> set[str]:
    """Logical ids that a stack's policy denies to replace or delete; `*` for all."""
    statements = (settings.policy or {}).get("Statement", ())
    denying = [one for one in statements if one.get("Effect") == "Deny"]
    found: set[str] = set()
    for one in denying:
        named = one.get("Resource", ())
        found.update([named] if isinstance(named, str) else named)
    return {name.removeprefix("LogicalResourceId/") for name in found}


def _of(one: ResourceChange) -> Iterator[Risk]:
    holds = one.type in HOLDING_DATA
    if holds and one.kind in GONE and one.fate is not None:
        stays = one.kind is Kind.RETAINED
        yield Risk(one.stack, one.logical_id, GONE[one.kind], LEFT[one.fate], loses_data=not stays)
    for change in one.changes:
        yield from _guards_lost(one, change)
        if holds and change.steps in (("DeletionPolicy",), ("UpdateReplacePolicy",)) and _weaker(change):
            what = f"has {change.steps[0]} {change.after or 'left out'} and no longer {change.before}"
            yield Risk(one.stack, one.logical_id, what)
    yield from _opened(one)


def _guards_lost(one: ResourceChange, change: Change) -> Iterator[Risk]:
    for guard in GUARDS:
        if guard.type != one.type or change.steps[0] != "Properties":
            continue
        for steps, before, after in _values(change):
            if steps[-len(guard.path) :] == guard.path and guard.is_lost(before, after):
                what = guard.what.format(before=_days(before), after=_days(after))
                yield Risk(one.stack, one.logical_id, what)


def _values(change: Change) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """A change, or each value within it where it adds or takes away several at once."""
    if isinstance(change.before, dict) or isinstance(change.after, dict):
        sides = [side if isinstance(side, dict) else {} for side in (change.before, change.after)]
        for key in sorted(sides[0].keys() | sides[1].keys()):
            yield (*change.steps, key), sides[0].get(key), sides[1].get(key)
    else:
        yield change.steps, change.before, change.after


def _days(value: Any) -> str:
    return "the default of" if value is None else str(value)


def _weaker(change: Change) -> bool:
    before, after = (_LASTING.get(str(value or "Delete"), 0) for value in (change.before, change.after))
    return after < before


def _opened(one: ResourceChange) -> Iterator[Risk]:
    """More people are let in: good to know, and no loss of data."""
    before, after = ((body or {}).get("Properties", {}) for body in (one.before, one.after))
    if one.type == "AWS::RDS::DBInstance" and _on(
        before.get("PubliclyAccessible"), after.get("PubliclyAccessible")
    ):
        yield Risk(one.stack, one.logical_id, "gets a public address", loses_data=False)
    if one.type.startswith("AWS::EC2::SecurityGroup") and not one.type.endswith("Egress"):
        opened = _world(after) - _world(before)
        for ports in sorted(opened):
            yield Risk(one.stack, one.logical_id, f"lets the whole internet in on {ports}", loses_data=False)
    if one.type == "AWS::S3::Bucket" and one.after is not None:
        old, new = (side.get("PublicAccessBlockConfiguration", {}) for side in (before, after))
        if any(old.get(key) is True and new.get(key) is not True for key in old):
            yield Risk(one.stack, one.logical_id, "blocks less public access", loses_data=False)


def _world(properties: dict[str, Any]) -> set[str]:
    """Ports that a group, or a rule of one, opens to everybody."""
    rules = properties.get("SecurityGroupIngress", [properties])
    return {
        _ports(rule)
        for rule in (rules if isinstance(rules, list) else [])
        if isinstance(rule, dict) and (rule.get("CidrIp") in WORLD or rule.get("CidrIpv6") in WORLD)
    }


def _ports(rule: dict[str, Any]) -> str:
    first, last = rule.get("FromPort"), rule.get("ToPort")
    if first is None or str(rule.get("IpProtocol")) == "-1":
        return "every port"
    return f"port {first}" if first == last else f"ports {first} to {last}"
