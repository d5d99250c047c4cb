"""Secrets, keys, alarms, dashboards, notifications: so much each a month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cost import FreeTier
from cost.money import cents
from tests.cost.bills import price, prices, quantities
from tests.cost.systems import resource

STAT = {"MetricStat": {"Metric": {"MetricName": "5xx"}, "Period": 60, "Stat": "Sum"}}


def test_replicas_of_a_secret_are_secrets() -> None:
    replicated = resource("AWS::SecretsManager::Secret", ReplicaRegions=[{"Region": "us-west-2"}])

    assert Decimal(2) == quantities(price({"Secret": replicated}), "Secret")["secret"]


def test_a_key_costs_a_dollar() -> None:
    assert Decimal(1) == price({"Key": resource("AWS::KMS::Key", EnableKeyRotation=True)}).total()


@pytest.mark.parametrize(
    ("properties", "metrics", "key"),
    [
        ({"Period": 300}, 1, "alarm_standard"),
        ({"Period": 10}, 1, "alarm_high_resolution"),
        ({"Metrics": [STAT, STAT, {"Expression": "100 * m1 / m2"}]}, 2, "alarm_standard"),
        ({"Metrics": [STAT, {"Expression": "ANOMALY_DETECTION_BAND(m1)"}]}, 3, "alarm_standard"),
    ],
    ids=["one metric", "high resolution", "math", "anomaly"],
)
def test_an_alarm_is_charged_for_each_metric(properties: Any, metrics: int, key: str) -> None:
    bill = price({"Alarm": resource("AWS::CloudWatch::Alarm", **properties)})

    assert {"alarm metrics": Decimal(metrics)} == quantities(bill, "Alarm")
    assert {"alarm metrics": f"AmazonCloudWatch/{key}"} == prices(bill, "Alarm")


def test_a_fourth_dashboard_is_the_first_that_costs() -> None:
    bill = price({f"Dashboard{number}": resource("AWS::CloudWatch::Dashboard") for number in range(4)})

    assert ["12.00", "3.00", "3.00"] == [cents(bill.total(mode)) for mode in FreeTier]


def test_a_metric_filter_makes_custom_metrics() -> None:
    metrics = [{"MetricName": "Logins"}, {"MetricName": "Refusals"}]

    bill = price({"Filter": resource("AWS::Logs::MetricFilter", MetricTransformations=metrics)})

    assert "0.60" == cents(bill.total())


def test_the_first_thousand_mails_of_a_month_are_free() -> None:
    bill = price({"Mail": resource("AWS::SNS::Subscription", Protocol="email")})

    assert Decimal(100) == quantities(bill, "Mail")["deliveries"]
    assert [Decimal("0.002"), Decimal(0), Decimal(0)] == [bill.total(mode) for mode in FreeTier]


def test_a_composite_alarm_costs_half_a_dollar() -> None:
    assert "0.50" == cents(price({"Alarm": resource("AWS::CloudWatch::CompositeAlarm")}).total())


def test_a_subscription_inside_a_topic_is_charged_like_one_beside_it() -> None:
    inside = resource("AWS::SNS::Topic", Subscription=[{"Protocol": "https"}, {"Protocol": "sqs"}])

    assert {"messages": 100, "deliveries": 100} == quantities(price({"Topic": inside}), "Topic")
