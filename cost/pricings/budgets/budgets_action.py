"""Actions of budgets: each budget that has any costs something a day, but for the first two of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.lines import Charge, Note
from cost.month import DAYS
from cost.shared.places import meant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

TYPE = "AWS::Budgets::BudgetsAction"
USAGE: tuple[Key, ...] = ()
PRICES = ("AWSBudgets/action_enabled_budget_day",)
BUDGET = "AWS::Budgets::Budget"
FREE = 2
FIRST_FREE = "the first two budgets of an account that have actions are free"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Days of the budget, at the first of its actions, from the third budget on."""
    budgets: dict[str, Resource] = {}
    for action in context.resources(TYPE):
        budgets.setdefault(_budget(action, context), action)
    if resource in list(budgets.values())[FREE:]:
        yield Charge("budget with actions", DAYS, "AWSBudgets/action_enabled_budget_day", FIRST_FREE)
    else:
        yield Note(f"{FIRST_FREE}, and so is every further action of a budget")


def _budget(action: Resource, context: Context) -> str:
    """One name for each budget, whether its actions refer to it or name it."""
    value = context.get(action, "BudgetName")
    return str(meant(context, value, BUDGET, "Budget.BudgetName") or value)
