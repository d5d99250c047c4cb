"""SNS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.handlers.life import STACK, Life, live, make
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws

TAGS = [{"Key": "Component", "Value": "observability"}, {"Key": "Owner", "Value": "backend"}]
OTHER_TAGS = [{"Key": "Owner", "Value": "frontend"}, {"Key": "Project", "Value": "Miyabi Society"}]


def topic(aws: Aws, name: str = "alarms") -> str:
    """The ARN of a new topic."""
    arn: str = aws.client("sns").create_topic(Name=name)["TopicArn"]
    return arn


def policy(*topics: str, sid: str = "ServicesPublish") -> dict[str, Any]:
    """A policy like ours."""
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]},
        "Action": ["sns:Publish"],
        "Resource": list(topics),
        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def held_policy(aws: Aws, arn: str) -> Any:
    """The policy of a topic, as the service tells it."""
    return json.loads(aws.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])


LIVES = (
    Life(
        "AWS::SNS::Topic",
        lambda aws: {
            "DisplayName": "Miyabi production",
            "KmsMasterKeyId": aws.arn("kms", "key/alarms"),
            "TracingConfig": "Active",
            "SignatureVersion": "2",
            "Subscription": [{"Protocol": "https", "Endpoint": "https://example.org/one"}],
            "Tags": TAGS,
        },
        lambda _: {
            "DisplayName": "Alarms",
            "KmsMasterKeyId": None,
            "SignatureVersion": "1",
            "Subscription": [{"Protocol": "https", "Endpoint": "https://example.org/other"}],
            "Tags": OTHER_TAGS,
        },
        attributes=("TopicArn", "TopicName"),
        ref=rf"arn:aws:sns:us-east-1:\d{{12}}:{STACK}-Thing-[0-9A-F]{{12}}",
    ),
    Life(
        "AWS::SNS::TopicPolicy",
        lambda aws: {"Topics": [topic(aws, "a"), topic(aws, "b")], "PolicyDocument": policy("a", "b")},
        lambda aws: {
            "Topics": [topic(aws, "b"), topic(aws, "c")],
            "PolicyDocument": policy("b", "c", sid="Publish"),
        },
        attributes=("Id",),
        ref=f"{STACK}-Thing-[0-9A-F]{{12}}",
    ),
    Life(
        "AWS::SNS::Subscription",
        lambda aws: {
            "TopicArn": topic(aws),
            "Protocol": "sqs",
            "Endpoint": aws.arn("sqs", "alarms"),
            "FilterPolicy": {"severity": ["high"]},
            "FilterPolicyScope": "MessageBody",
            "RawMessageDelivery": "true",
            "RedrivePolicy": {"deadLetterTargetArn": aws.arn("sqs", "lost")},
        },
        lambda _: {
            "FilterPolicy": {"severity": ["low"]},
            "RawMessageDelivery": False,
            "RedrivePolicy": None,
        },
        attributes=("Arn",),
        ref=r"arn:aws:sns:us-east-1:\d{12}:alarms:[0-9a-f-]{36}",
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_a_topic_has_its_first_policy_again_when_its_own_is_gone(aws: Aws) -> None:
    arn, other = topic(aws), topic(aws, "other")
    first = held_policy(aws, arn)
    living = make(aws, "AWS::SNS::TopicPolicy", {"Topics": [arn, other], "PolicyDocument": policy(arn)})
    assert "ServicesPublish" in str(held_policy(aws, arn))

    living.update({"Topics": [other], "PolicyDocument": policy(arn)})
    assert first == held_policy(aws, arn)
    assert "ServicesPublish" in str(held_policy(aws, other))

    living.delete()
    assert "ServicesPublish" not in str(held_policy(aws, other))


def test_a_name_that_is_taken_is_refused(aws: Aws) -> None:
    topic(aws, "alarms")

    with pytest.raises(HandlerError, match="alarms is there; give another name"):
        make(aws, "AWS::SNS::Topic", {"TopicName": "alarms"})


def test_a_policy_with_an_id_of_its_own_is_refused(aws: Aws) -> None:
    document = {"Id": "mine", **policy("alarms")}

    with pytest.raises(HandlerError, match="has an Id of its own; take it out"):
        make(aws, "AWS::SNS::TopicPolicy", {"Topics": [topic(aws)], "PolicyDocument": document})


def test_an_email_address_waits_to_be_confirmed(aws: Aws) -> None:
    arn, sns = topic(aws), aws.client("sns")

    make(aws, "AWS::SNS::Subscription", {"TopicArn": arn, "Protocol": "email", "Endpoint": "a@example.org"})
    sns.subscribe(TopicArn=arn, Protocol="https", Endpoint="https://example.org/")

    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert ("1", "1") == (attributes["SubscriptionsPending"], attributes["SubscriptionsConfirmed"])
    listed = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    assert ["PendingConfirmation"] == [
        found["SubscriptionArn"] for found in listed if found["Protocol"] == "email"
    ]
    asked_again = sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="a@example.org")
    assert "pending confirmation" == asked_again["SubscriptionArn"]
