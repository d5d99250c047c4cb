"""Budgets: budgets with their notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.tagging import without

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_BEYOND_THE_SCHEMA = ("CalculatedSpend", "HealthStatus", "LastUpdatedTime")


def _create_budget(request: Request) -> Identifier:
    wanted = {"BudgetName": request.name(100), **request.desired["Budget"]}
    request.client("budgets").create_budget(
        AccountId=request.aws.account,
        Budget=_as_budget(wanted),
        NotificationsWithSubscribers=request.desired.get("NotificationsWithSubscribers", []),
        ResourceTags=request.desired.get("ResourceTags", []),
    )
    return {"Id": wanted["BudgetName"]}


def _read_budget(aws: Aws, identifier: Identifier) -> Properties:
    budgets, which = aws.client("budgets"), _which(aws, identifier)
    try:
        budget = budgets.describe_budget(**which)["Budget"]
    except budgets.exceptions.NotFoundException:
        raise Absent(f"budget {identifier['Id']} does not exist") from None
    tags = budgets.list_tags_for_resource(ResourceARN=_arn(aws, identifier))["ResourceTags"]
    return {
        **identifier,
        "Budget": _from_budget(budget),
        "NotificationsWithSubscribers": _notifications(budgets, which),
        "ResourceTags": without(tags),
    }


def _update_budget(request: Request, identifier: Identifier) -> None:
    budgets, arn = request.client("budgets"), _arn(request.aws, identifier)
    if request.changed("Budget"):
        wanted = {**request.desired["Budget"], "BudgetName": identifier["Id"]}
        budgets.update_budget(AccountId=request.aws.account, NewBudget=_as_budget(wanted))
    if request.changed("ResourceTags"):
        # All of them, for the schema says that their order counts.
        names = [tag["Key"] for tag in request.previous.get("ResourceTags", [])]
        budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=names)
        budgets.tag_resource(ResourceARN=arn, ResourceTags=request.desired.get("ResourceTags", []))


def _delete_budget(aws: Aws, identifier: Identifier) -> None:
    aws.client("budgets").delete_budget(**_which(aws, identifier))


def _notifications(budgets: Any, which: dict[str, str]) -> list[Properties]:
    """Each notification with those whom it tells."""
    found = budgets.describe_notifications_for_budget(**which)["Notifications"]
    return [
        {
            "Notification": notification,
            "Subscribers": budgets.describe_subscribers_for_notification(**which, Notification=notification)[
                "Subscribers"
            ],
        }
        for notification in found
    ]


def _as_budget(properties: Properties) -> dict[str, Any]:
    """A budget as the service takes it: its amounts are text there."""
    budget = dict(properties)
    if "BudgetLimit" in budget:
        budget["BudgetLimit"] = _as_spend(budget["BudgetLimit"])
    if "PlannedBudgetLimits" in budget:
        planned = budget["PlannedBudgetLimits"].items()
        budget["PlannedBudgetLimits"] = {start: _as_spend(limit) for start, limit in planned}
    return budget


def _from_budget(budget: dict[str, Any]) -> Properties:
    properties = {name: value for name, value in budget.items() if name not in _BEYOND_THE_SCHEMA}
    if "BudgetLimit" in properties:
        properties["BudgetLimit"] = _from_spend(budget["BudgetLimit"])
    if "PlannedBudgetLimits" in properties:
        planned = budget["PlannedBudgetLimits"].items()
        properties["PlannedBudgetLimits"] = {start: _from_spend(limit) for start, limit in planned}
    if "TimePeriod" in properties:
        # Templates give these in seconds since 1970, as text.
        period = budget["TimePeriod"].items()
        properties["TimePeriod"] = {end: f"{time.timestamp():.0f}" for end, time in period}
    return properties


def _as_spend(limit: Properties) -> dict[str, str]:
    return {**limit, "Amount": str(limit["Amount"])}


def _from_spend(limit: dict[str, str]) -> Properties:
    return {**limit, "Amount": float(limit["Amount"])}


def _which(aws: Aws, identifier: Identifier) -> dict[str, str]:
    return {"AccountId": aws.account, "BudgetName": identifier["Id"]}


def _arn(aws: Aws, identifier: Identifier) -> str:
    """Budgets have no region."""
    return f"arn:{aws.partition}:budgets::{aws.account}:budget/{identifier['Id']}"


HANDLERS = (
    Handler(
        type="AWS::Budgets::Budget",
        create=_create_budget,
        read=_read_budget,
        update=_update_budget,
        delete=_delete_budget,
    ),
)
