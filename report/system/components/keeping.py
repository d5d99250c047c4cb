"""What keeps things: secrets, keys and backups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cfn.values import many
from report.system.components.making import fact, yes
from report.system.facts import Fact, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from report.system.components.making import Maker
    from report.system.facts import Component

SECRET: Final = "AWS::SecretsManager::Secret"  # noqa: S105  (a type, not a secret)
KEY: Final = "AWS::KMS::Key"
PLAN: Final = "AWS::Backup::BackupPlan"
GROUP: Final = "Secrets, keys and backups"


def secrets(maker: Maker) -> Iterator[Component]:
    """All secrets that CloudFormation makes, in one component: where they are, never what they are."""
    found = maker.of(SECRET)
    if found:
        facts = [Fact(one.logical_id, (maker.told.id(one, "Name"), *_purpose(maker, one))) for one in found]
        yield maker.component(
            GROUP,
            "Secrets Manager",
            "Generated secrets",
            facts,
            found,
            layers=("credentials",),
            parts=("secrets",),
        )


def _purpose(maker: Maker, secret: Resource) -> Iterator[Value]:
    described = maker.get(secret, "Description")
    if isinstance(described, str):
        yield Value(described)


def keys(maker: Maker) -> Iterator[Component]:
    """Every key of our own."""
    for one in maker.of(KEY):
        facts = [
            Fact("ID", (maker.told.id(one),)),
            yes("Renewed every year", maker.get(one, "EnableKeyRotation")),
            *maker.told.fact(one, "What for", "Description"),
        ]
        yield maker.component(GROUP, "KMS key", one.logical_id, facts, [one])


def backups(maker: Maker) -> Iterator[Component]:
    """Every plan of AWS Backup."""
    for one in maker.of(PLAN):
        rules = [rule for rule in many(maker.get(one, "BackupPlan.BackupPlanRule")) if isinstance(rule, dict)]
        facts = [
            Fact("Name", (maker.told.id(one, "BackupPlan.BackupPlanName"),)),
            *(_rule(maker, rule) for rule in rules),
        ]
        yield maker.component(GROUP, "AWS Backup plan", one.logical_id, facts, [one])


def _rule(maker: Maker, rule: dict[str, Any]) -> Fact:
    lifecycle = rule.get("Lifecycle", {})
    days = lifecycle.get("DeleteAfterDays") if isinstance(lifecycle, dict) else None
    kept = "kept for ever" if days is None else f"kept {maker.told.text(days)} days"
    when = maker.told.text(rule.get("ScheduleExpression"))
    return fact(maker.told.text(rule.get("RuleName")), f"{when} UTC, {kept}")
