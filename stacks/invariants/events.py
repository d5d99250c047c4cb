"""Rules for what RDS itself reports: somebody is told of the instance and of what decides about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cfn.values import many
from stacks.invariants.expectations import made_here
from stacks.invariants.rule import Subject, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE = "AWS::RDS::DBInstance"
PARAMETER_GROUP = "AWS::RDS::DBParameterGroup"
SUBSCRIPTION = "AWS::RDS::EventSubscription"
TOPIC = "AWS::SNS::Topic"


def _announced(
    identifier: str, kind: str, source: str, categories: tuple[str, ...], *, by_name: bool, sentence: str
) -> None:
    """Make a rule: somebody is told when RDS reports of such a source, be it named or one of all."""

    def check(subject: Subject) -> Iterator[str]:
        if not any(tells(each, subject) for each in subject.system.of_type(SUBSCRIPTION)):
            yield f"no event subscription tells of {source}: {', '.join(categories)}"

    def tells(subscription: Subject, subject: Subject) -> bool:
        named, told = subscription.get("SourceIds"), subscription.get("EventCategories")
        sources = [subject.deployment.resource(name) for name in many(named)]
        return (
            subscription.get("SourceType") == source
            and subscription.get("Enabled", default=True) is True
            and made_here(TOPIC)(subscription, subscription.get("SnsTopicArn"))
            and (named is None or (by_name and subject.resource in sources))
            and (told is None or set(categories) <= {name for name in many(told) if isinstance(name, str)})
        )

    check.__doc__ = sentence
    remedy = f"add an enabled AWS::RDS::EventSubscription of type {source} that tells the alarm topic"
    rule(identifier, kind, remedy=remedy)(check)


_announced(
    "RDS.20",
    DATABASE,
    "db-instance",
    ("configuration change", "failure", "maintenance"),
    by_name=True,
    sentence="Somebody is told of the instance's failures, maintenance and changes.",
)
_announced(
    "RDS.21",
    PARAMETER_GROUP,
    "db-parameter-group",
    ("configuration change",),
    by_name=True,
    sentence="Somebody is told when the parameter group is changed.",
)
_announced(
    "RDS.22",
    DATABASE,
    "db-security-group",
    ("configuration change", "failure"),
    by_name=False,
    sentence="Somebody is told when a database security group is changed.",
)
