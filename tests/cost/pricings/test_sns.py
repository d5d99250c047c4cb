"""Topics and subscriptions: every delivery once, by chunks or by messages."""

from __future__ import annotations

from typing import Any

import pytest

from cost import FreeTier, PropertyRefused
from cost.money import cents
from cost.pricings.sns.subscription import AT_TOPIC, COUNTED_AT_TOPIC
from cost.pricings.sns.topic import BESIDE, NO_SIZE
from cost.shared.notifications import TO_THE_UNITED_STATES
from tests.cost.bills import prices, quantities, told, used
from tests.cost.systems import Resources, ref, resource


def topic(**properties: Any) -> Resources:
    return {"Topic": resource("AWS::SNS::Topic", **properties)}


def subscription(protocol: str, to: Any = None) -> Resources:
    return {"Sub": resource("AWS::SNS::Subscription", Protocol=protocol, TopicArn=to or ref("Topic"))}


@pytest.mark.parametrize(
    ("protocol", "key", "delivered"),
    [
        ("http", "delivery_http", 30),
        ("https", "delivery_http", 30),
        ("firehose", "delivery_firehose", 30),
        ("email", "delivery_email", 10),
        ("email-json", "delivery_email", 10),
        ("application", "delivery_mobile_push", 10),
        ("sms", "delivery_sms", 10),
    ],
)
def test_what_goes_out_is_counted_by_chunks_or_by_messages(protocol: str, key: str, delivered: int) -> None:
    bill = used(topic() | subscription(protocol), Topic={"monthly_requests": 10, "request_size_kb": 150})

    assert {"messages": 30} == quantities(bill, "Topic")
    assert {"deliveries": delivered} == quantities(bill, "Sub")
    assert {"deliveries": f"AmazonSNS/{key}"} == prices(bill, "Sub")


@pytest.mark.parametrize("protocol", ["sqs", "lambda"])
def test_queues_and_functions_get_messages_for_nothing(protocol: str) -> None:
    bill = used(topic() | subscription(protocol), Topic={"monthly_requests": 10})

    assert ["Topic"] == [line.resource.logical_id for line in bill.lines]
    assert () == bill.not_priced


def test_a_subscription_can_get_fewer_messages_than_its_topic() -> None:
    bill = used(topic() | subscription("https"), Topic={"monthly_requests": 10}, Sub={"monthly_requests": 4})

    assert {"deliveries": 4} == quantities(bill, "Sub")


def test_subscriptions_that_usage_counts_stand_for_those_of_the_templates() -> None:
    inside = topic(Subscription=[{"Protocol": "http"}, {"Protocol": "email"}])

    bill = used(inside | subscription("https"), Topic={"monthly_requests": 10, "http_subscriptions": 5})

    delivered = [line for line in bill.lines if line.component == "deliveries"]
    assert {"Topic"} == {line.resource.logical_id for line in delivered}
    assert [50, 10] == [int(line.quantity) for line in delivered]
    assert COUNTED_AT_TOPIC in told(bill)


def test_an_sms_costs_what_usage_says() -> None:
    figures = {"monthly_requests": 1000, "sms_subscriptions": 1}

    guessed = used(topic(), Topic=figures)
    bill = used(topic(), Topic=figures | {"sms_notification_price": "0.05"})

    assert TO_THE_UNITED_STATES in told(guessed)
    assert TO_THE_UNITED_STATES not in told(bill)
    assert ["50.00", "45.00"] == [
        cents(sum(line.amount(mode) for line in bill.lines if line.component == "deliveries"))  # type: ignore[arg-type]
        for mode in (FreeTier.NONE, FreeTier.ALWAYS)
    ]


def test_a_fifo_topic_charges_for_messages_and_payload_in_and_out() -> None:
    fifo = topic(FifoTopic=True, Subscription=[{"Protocol": "sqs", "Endpoint": "arn"}])

    bill = used(
        fifo | subscription("sqs"),
        Topic={"monthly_requests": 1024, "request_size_kb": 1024},
        Sub={"monthly_requests": 512},
    )

    assert {
        "messages": 1024,
        "message payload": 1,
        "deliveries": 1536,
        "delivery payload": 1.5,
    } == quantities(bill, "Topic")
    assert {} == quantities(bill, "Sub")
    assert AT_TOPIC in told(bill)


def test_payload_whose_size_nobody_tells_is_said_to_be_left_out() -> None:
    assert NO_SIZE in told(used(topic(FifoTopic=True), Topic={"monthly_requests": 1}))


def test_a_topic_whose_subscriptions_make_no_sense_is_refused() -> None:
    with pytest.raises(PropertyRefused, match="Subscription is made of ops"):
        used(topic(Subscription=["ops"]))


@pytest.mark.parametrize("name", BESIDE)
def test_what_a_topic_does_beside_sending_is_told(name: str) -> None:
    found = used({"Topic": resource("AWS::SNS::Topic", **{name: {}})})

    assert BESIDE[name] in told(found)
