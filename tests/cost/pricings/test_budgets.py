"""Budgets: free to watch; what acts costs something a day from the third on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cost.money import cents
from cost.pricings.budgets.budgets_action import FIRST_FREE
from tests.cost.bills import quantities, told, used
from tests.cost.systems import Resources, ref, resource


def budget(name: str) -> dict[str, Any]:
    return resource("AWS::Budgets::Budget", Budget={"BudgetName": name, "BudgetType": "COST"})


def action(budget: Any) -> dict[str, Any]:
    return resource("AWS::Budgets::BudgetsAction", BudgetName=budget)


def acting(*budgets: Any) -> Resources:
    return {f"Action{number}": action(each) for number, each in enumerate(budgets)}


def test_a_budget_that_watches_is_free() -> None:
    found = used({"Monthly": budget("monthly")})

    assert () == found.lines
    assert {"AWS::Budgets::Budget": 1} == found.free_of_charge


def test_two_budgets_with_actions_are_free_however_many_actions_they_have() -> None:
    found = used(acting("a", "b", "a", "b", "b"))

    assert () == found.lines
    assert any(FIRST_FREE in text for text in told(found))


def test_the_third_budget_with_actions_costs_ten_cents_a_day() -> None:
    found = used(acting("a", "b", "c", "c"))

    assert {"budget with actions": Decimal(730) / 24} == quantities(found, "Action2")
    assert {} == quantities(found, "Action3")
    assert "3.04" == cents(found.total())


def test_a_budget_is_the_same_by_its_name_and_by_reference() -> None:
    budgets = {"Monthly": budget("monthly"), "Yearly": budget("yearly")}

    assert () == used(budgets | acting(ref("Monthly"), "monthly", ref("Yearly"), "yearly")).lines
