"""How often schedules and canaries run in a month of 730 hours."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import PropertyRefused
from cost.pricings.scheduler.schedule import BY_EXPRESSION
from tests.cost.bills import quantities, told, used
from tests.cost.systems import Resources, resource


def schedule(expression: Any, **properties: Any) -> Resources:
    return {"It": resource("AWS::Scheduler::Schedule", ScheduleExpression=expression, **properties)}


@pytest.mark.parametrize(
    ("expression", "runs_a_year"),
    [
        ("rate(1 minute)", 525_600),
        ("rate(5 minutes)", 105_120),
        ("rate(2 hours)", 4380),
        ("rate(7 days)", Decimal(365) / 7),
        ("at(2026-12-24T18:00:00)", 12),
        ("cron(0 3 * * ? *)", 365),
        ("cron(0 3 ? * * *)", 365),
        ("cron(*/15 * * * ? *)", 96 * 365),
        ("cron(5/10 8-17 * * ? 2026)", 60 * 365),
        ("cron(0,30 9 ? * MON-FRI *)", Decimal(2 * 5 * 365) / 7),
        ("cron(0 9 ? * 2,4 *)", Decimal(2 * 365) / 7),
        ("cron(0 9 ? * FRI-MON *)", Decimal(4 * 365) / 7),
        ("cron(0 8 1 * ? *)", 12),
        ("cron(0 8 31 * ? *)", 7),
        ("cron(0 8 1,15 * ? *)", 24),
        ("cron(0 8 L * ? *)", 12),
        ("cron(0 8 LW * ? *)", 12),
        ("cron(0 8 15W JAN,JUL ? *)", 2),
        ("cron(0 8 L-3 1-6 ? *)", 6),
        ("cron(0 8 ? * 6#3 *)", 12),
        ("cron(0 8 ? * FRIL *)", 12),
        ("cron(0 8 ? * 6#5 *)", Decimal(365 - 12 * 28) / 7),
        ("cron(0 8 ? * L *)", Decimal(365) / 7),
    ],
)
def test_a_schedule_runs_as_often_as_its_expression_says(expression: str, runs_a_year: Any) -> None:
    bill = used(schedule(expression))

    assert round(Decimal(runs_a_year) / 12, 9) == round(quantities(bill, "It")["invocations"], 9)
    assert BY_EXPRESSION in told(bill)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "rate(5)",
        "rate(five minutes)",
        "cron(0 3 * * *)",
        "cron(60 3 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 3 0 * ? *)",
        "cron(0 3 * 13 ? *)",
        "cron(0 3 ? * 8 *)",
        "cron(0 3 ? * DAY *)",
        "cron(0/0 3 * * ? *)",
        "cron(- 3 * * ? *)",
        "nightly",
    ],
)
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(PropertyRefused, match=r"It: ScheduleExpression is .*six fields"):
        used(schedule(expression))


@given(st.text("0123456789*?/,-LW#MONFRI ", max_size=30))
def test_a_cron_expression_is_read_or_refused(fields: str) -> None:
    try:
        found = used(schedule(f"cron({fields})"))
    except PropertyRefused:
        return
    assert 0 <= quantities(found, "It").get("invocations", Decimal(0)) <= 45_000


def test_a_disabled_schedule_does_not_run() -> None:
    assert () == used(schedule("rate(1 minute)", State="DISABLED")).lines


def test_runs_that_are_told_go_before_the_expression() -> None:
    bill = used(schedule("nonsense"), It={"monthly_invocations": 20_000_000})

    assert {"invocations": 20_000_000} == quantities(bill, "It")
    assert BY_EXPRESSION not in told(bill)


@pytest.mark.parametrize(("expression", "runs"), [("rate(5 minutes)", 8760), ("rate(0 minute)", 1)])
def test_a_canary_is_charged_by_the_run(expression: str, runs: int) -> None:
    canary = resource("AWS::Synthetics::Canary", Schedule={"Expression": expression})

    assert {"runs": runs} == quantities(used({"It": canary}), "It")
