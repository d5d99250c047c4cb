"""Budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.handlers.life import STACK, Life, live

if TYPE_CHECKING:
    from twin.aws.clients import Aws


def notification(aws: Aws, kind: str, percent: float) -> dict[str, Any]:
    """A notification as our templates have them."""
    return {
        "Notification": {
            "NotificationType": kind,
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": percent,
            "ThresholdType": "PERCENTAGE",
        },
        "Subscribers": [{"SubscriptionType": "SNS", "Address": aws.arn("sns", "alarms")}],
    }


def budget(usd: float, **more: Any) -> dict[str, Any]:
    """A budget for a month, with every property that our templates give one."""
    return {
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": usd, "Unit": "USD"},
        **more,
    }


LIVES = (
    Life(
        "AWS::Budgets::Budget",
        lambda aws: {
            "Budget": budget(200.0),
            "NotificationsWithSubscribers": [
                notification(aws, "ACTUAL", 80),
                notification(aws, "FORECASTED", 100),
            ],
            "ResourceTags": [{"Key": "Project", "Value": "Miyabi"}, {"Key": "Owner", "Value": "backend"}],
        },
        lambda _: {
            "Budget": budget(
                250.5,
                CostFilters={"TagKeyValue": ["user:Project$Miyabi"]},
                CostTypes={"IncludeTax": False},
                TimePeriod={"Start": "1767225600", "End": "1798761600"},
            ),
            "ResourceTags": [{"Key": "Owner", "Value": "frontend"}, {"Key": "Component", "Value": "costs"}],
        },
        ref=f"{STACK}-Thing-[0-9A-F]{{12}}",
    ),
)

PLANNED = Life(
    "AWS::Budgets::Budget",
    lambda _: {
        "Budget": {
            "BudgetName": "planned",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "PlannedBudgetLimits": {"1767225600": {"Amount": 10.5, "Unit": "USD"}},
        },
    },
    ref="planned",
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_a_budget_of_planned_limits_is_held_as_it_was_asked_for(aws: Aws) -> None:
    live(aws, PLANNED)
