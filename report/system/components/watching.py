"""Who is told when something breaks or costs more than it may; the alarms have a section of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cfn.values import many
from report.system.components.making import fact
from report.system.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from report.system.components.making import Maker
    from report.system.facts import Component

TOPIC: Final = "AWS::SNS::Topic"
ALARM: Final = "AWS::CloudWatch::Alarm"
BUDGET: Final = "AWS::Budgets::Budget"
SUBSCRIPTION: Final = "AWS::SNS::Subscription"
GROUP: Final = "Watching"


def topics(maker: Maker) -> Iterator[Component]:
    """Every topic that alarms go to."""
    for one in maker.of(TOPIC):
        told = len(many(maker.get(one, "Subscription"))) + len(
            maker.pointing_at(one, "TopicArn", SUBSCRIPTION)
        )
        facts = [
            Fact("Name", (maker.told.id(one, "TopicName"),)),
            fact("Alarms", str(len(maker.of(ALARM)))),
            fact("Subscribed in the templates", str(told) if told else "nobody: subscribe somebody"),
        ]
        yield maker.component(GROUP, "SNS topic", one.logical_id, facts, [one], parts=("alarms",))


def budgets(maker: Maker) -> Iterator[Component]:
    """Every budget."""
    for one in maker.of(BUDGET):
        limit = maker.get(one, "Budget.BudgetLimit.Amount")
        unit = maker.told.text(maker.get(one, "Budget.BudgetLimit.Unit", "USD"))
        facts = [
            Fact("Name", (maker.told.id(one, "Budget.BudgetName"),)),
            fact("Limit", f"{maker.told.text(limit)} {unit} a month" if limit is not None else "none"),
        ]
        yield maker.component(GROUP, "Budget", one.logical_id, facts, [one])
