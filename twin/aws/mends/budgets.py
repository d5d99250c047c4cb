"""Budgets: changes of a budget, who is told by its notifications, and tags.

Seen in moto 5.2.5: UpdateBudget, DescribeSubscribersForNotification and the operations on tags are missing.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import Budget
from moto.budgets.responses import BudgetsResponse

if TYPE_CHECKING:
    from collections.abc import Callable


@cache
def mend() -> None:
    """Mend moto's Budgets."""
    for name, answer in (
        ("create_budget", _tagging(BudgetsResponse.create_budget)),
        ("update_budget", update_budget),
        ("describe_subscribers_for_notification", describe_subscribers_for_notification),
        ("list_tags_for_resource", list_tags_for_resource),
        ("tag_resource", tag_resource),
        ("untag_resource", untag_resource),
    ):
        setattr(BudgetsResponse, name, answer)


def _tagging(create_budget: Callable[[Any], str]) -> Callable[[Any], str]:
    def answer(self: Any) -> str:
        told = create_budget(self)
        budget = _budget(self, self._get_param("Budget")["BudgetName"])
        _tags(budget).update(_asked_tags(self))
        return told

    return answer


def update_budget(self: Any) -> str:
    """Answer UpdateBudget: notifications and tags stay."""
    wanted = self._get_param("NewBudget")
    budget = _budget(self, wanted["BudgetName"])
    budget.budget = Budget(wanted, []).budget
    return "{}"


def describe_subscribers_for_notification(self: Any) -> str:
    """Answer DescribeSubscribersForNotification; all are on one page."""
    wanted = self._get_param("Notification")
    for notification in _budget(self, self._get_param("BudgetName")).notifications:
        if notification.details == wanted:
            return json.dumps({"Subscribers": notification.subscribers})
    raise NotFoundException("Unable to get subscribers - the notification doesn't exist.")


def list_tags_for_resource(self: Any) -> str:
    """Answer ListTagsForResource."""
    tags = _tags(_named_by_arn(self))
    return json.dumps({"ResourceTags": [{"Key": name, "Value": text} for name, text in tags.items()]})


def tag_resource(self: Any) -> str:
    """Answer TagResource."""
    _tags(_named_by_arn(self)).update(_asked_tags(self))
    return "{}"


def untag_resource(self: Any) -> str:
    """Answer UntagResource."""
    tags = _tags(_named_by_arn(self))
    for name in self._get_param("ResourceTagKeys"):
        tags.pop(name, None)
    return "{}"


def _named_by_arn(self: Any) -> Budget:
    """The budget of an ARN such as `arn:aws:budgets::123456789012:budget/monthly`."""
    return _budget(self, self._get_param("ResourceARN").split("/", 1)[1])


def _budget(self: Any, name: str) -> Budget:
    account = self._get_param("AccountId") or self.current_account
    found: Budget | None = self.backend.budgets[account].get(name)
    if found is None:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return found


def _tags(budget: Budget) -> dict[str, str]:
    held: dict[str, str] = budget.__dict__.setdefault("tags", {})
    return held


def _asked_tags(self: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags") or []}
