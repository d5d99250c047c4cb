"""SNS: topics, their policies and subscriptions."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent, HandlerError
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.tagging import as_pairs, retag, without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twin.aws.clients import Aws

_TOPIC_ATTRIBUTES = (
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "SignatureVersion",
    "TracingConfig",
)
_SUBSCRIPTION_ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicyScope",  # before the policy, which is checked against it
    "FilterPolicy",
    "RawMessageDelivery",
    "RedrivePolicy",
    "ReplayPolicy",
    "SubscriptionRoleArn",
)
_IN_JSON = {
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DeliveryPolicy",
    "FifoTopic",
    "FilterPolicy",
    "MaximumMessageSize",
    "RawMessageDelivery",
    "RedrivePolicy",
    "ReplayPolicy",
}
"""Attributes, which are text to the service, whose property is an object, a number or a boolean."""


def _create_topic(request: Request) -> Identifier:
    sns, wanted = request.client("sns"), request.desired
    ending = ".fifo" if wanted.get("FifoTopic") else ""
    name = wanted.get("TopicName") or request.name(256 - len(ending)) + ending
    if "TopicName" in wanted:
        _claim(request.aws, {"TopicArn": request.aws.arn("sns", name)})
    attributes = _as_text(wanted, _TOPIC_ATTRIBUTES)
    made = sns.create_topic(Name=name, Attributes=attributes, Tags=as_pairs(wanted.get("Tags")))
    identifier = request.begin(TopicArn=made["TopicArn"])
    for subscription in wanted.get("Subscription", ()):
        sns.subscribe(**identifier, **subscription)
    return identifier


def _read_topic(aws: Aws, identifier: Identifier) -> Properties:
    sns, arn = aws.client("sns"), identifier["TopicArn"]
    try:
        attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    except sns.exceptions.NotFoundException:
        raise Absent(f"topic {arn} does not exist") from None
    return {
        **_from_text(attributes, _TOPIC_ATTRIBUTES),
        "TopicArn": arn,
        "TopicName": arn.split(":")[-1],
        "Subscription": [
            {"Protocol": found["Protocol"], "Endpoint": found["Endpoint"]}
            for found in _subscriptions(sns, arn)
        ],
        "Tags": without(sns.list_tags_for_resource(ResourceArn=arn)["Tags"]),
    }


def _update_topic(request: Request, identifier: Identifier) -> None:
    sns, arn = request.client("sns"), identifier["TopicArn"]
    for name, text in _changed(request, _TOPIC_ATTRIBUTES).items():
        sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=text)
    before, after = request.previous.get("Subscription", []), request.desired.get("Subscription", [])
    for subscription in after:
        if subscription not in before:
            sns.subscribe(TopicArn=arn, **subscription)
    gone = [subscription for subscription in before if subscription not in after]
    for found in list(_subscriptions(sns, arn)):
        if {"Protocol": found["Protocol"], "Endpoint": found["Endpoint"]} in gone:
            sns.unsubscribe(SubscriptionArn=found["SubscriptionArn"])
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: sns.tag_resource(ResourceArn=arn, Tags=as_pairs(tags)),
        lambda names: sns.untag_resource(ResourceArn=arn, TagKeys=names),
    )


def _delete_topic(aws: Aws, identifier: Identifier) -> None:
    aws.client("sns").delete_topic(**identifier)


def _claim(aws: Aws, identifier: Identifier) -> None:
    """Refuse a name that is taken: the service would give the topic that has it."""
    with suppress(Absent):
        _read_topic(aws, identifier)
        raise HandlerError(
            "AlreadyExists", f"topic {identifier['TopicArn']} is there; give another name, or import it"
        )


def _subscriptions(sns: Any, topic: str) -> Iterator[dict[str, str]]:
    for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic):
        yield from page["Subscriptions"]


def _create_topic_policy(request: Request) -> Identifier:
    identifier = request.begin(Id=request.name(256))
    _put_policy(request, identifier)
    return identifier


def _read_topic_policy(aws: Aws, identifier: Identifier) -> Properties:
    found = dict(_policies(aws, identifier))
    if not found:
        raise Absent(f"no topic has the policy {identifier['Id']}")
    document = next(iter(found.values()))
    return {
        **identifier,
        "Topics": list(found),
        "PolicyDocument": {key: value for key, value in document.items() if key != "Id"},
    }


def _update_topic_policy(request: Request, identifier: Identifier) -> None:
    _put_policy(request, identifier)
    for topic in set(request.previous["Topics"]) - set(request.desired["Topics"]):
        _reset_policy(request.aws, topic)


def _delete_topic_policy(aws: Aws, identifier: Identifier) -> None:
    for topic, _ in list(_policies(aws, identifier)):
        _reset_policy(aws, topic)


def _put_policy(request: Request, identifier: Identifier) -> None:
    """Give the topics the policy, under its own id: that alone tells whose it is."""
    document = request.desired["PolicyDocument"]
    if isinstance(document, str):
        document = json.loads(document)
    if "Id" in document:
        raise HandlerError(
            "InvalidRequest",
            f"the policy document of {request.logical_id} has an Id of its own; take it out, "
            "for the local AWS knows a topic's policy by it",
        )
    for topic in request.desired["Topics"]:
        _set_policy(request.aws, topic, {**document, **identifier})


def _policies(aws: Aws, identifier: Identifier) -> Iterator[tuple[str, dict[str, Any]]]:
    """The topics that have the policy, each with its document."""
    sns = aws.client("sns")
    for page in sns.get_paginator("list_topics").paginate():
        for topic in page["Topics"]:
            policy = json.loads(sns.get_topic_attributes(**topic)["Attributes"]["Policy"])
            if policy.get("Id") == identifier["Id"]:
                yield topic["TopicArn"], policy


def _reset_policy(aws: Aws, topic: str) -> None:
    """Give a topic the policy that SNS gives a new one: its account may do what it likes."""
    actions = (
        "GetTopicAttributes",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "DeleteTopic",
        "Subscribe",
        "ListSubscriptionsByTopic",
        "Publish",
    )
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in actions],
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": aws.account}},
    }
    default = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    _set_policy(aws, topic, default)


def _set_policy(aws: Aws, topic: str, document: dict[str, Any]) -> None:
    aws.client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(document)
    )


def _create_subscription(request: Request) -> Identifier:
    wanted = {key: value for key, value in request.desired.items() if key not in _SUBSCRIPTION_ATTRIBUTES}
    attributes = _as_text(request.desired, _SUBSCRIPTION_ATTRIBUTES)
    made = request.client("sns").subscribe(**wanted, Attributes=attributes, ReturnSubscriptionArn=True)
    return {"Arn": made["SubscriptionArn"]}


def _read_subscription(aws: Aws, identifier: Identifier) -> Properties:
    sns, arn = aws.client("sns"), identifier["Arn"]
    try:
        attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    except sns.exceptions.NotFoundException:
        raise Absent(f"subscription {arn} does not exist") from None
    same = ("TopicArn", "Protocol", "Endpoint")
    return {"Arn": arn, **_from_text(attributes, (*same, *_SUBSCRIPTION_ATTRIBUTES))}


def _update_subscription(request: Request, identifier: Identifier) -> None:
    for name, text in _changed(request, _SUBSCRIPTION_ATTRIBUTES).items():
        request.client("sns").set_subscription_attributes(
            SubscriptionArn=identifier["Arn"], AttributeName=name, AttributeValue=text
        )


def _delete_subscription(aws: Aws, identifier: Identifier) -> None:
    aws.client("sns").unsubscribe(SubscriptionArn=identifier["Arn"])


def _as_text(properties: Properties, names: Iterable[str]) -> dict[str, str]:
    wanted = {name: properties[name] for name in names if name in properties}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in wanted.items()}


def _from_text(attributes: dict[str, str], names: Iterable[str]) -> Properties:
    told = {name: attributes[name] for name in names if attributes.get(name)}
    return {name: json.loads(text) if name in _IN_JSON else text for name, text in told.items()}


def _changed(request: Request, names: Iterable[str]) -> dict[str, str]:
    """Attributes as they are to become; empty stands for the default."""
    wanted = _as_text(request.desired, names)
    return {name: wanted.get(name, "") for name in names if request.changed(name)}


HANDLERS = (
    Handler(
        type="AWS::SNS::Topic",
        create=_create_topic,
        read=_read_topic,
        update=_update_topic,
        delete=_delete_topic,
    ),
    Handler(
        type="AWS::SNS::TopicPolicy",
        create=_create_topic_policy,
        read=_read_topic_policy,
        update=_update_topic_policy,
        delete=_delete_topic_policy,
    ),
    Handler(
        type="AWS::SNS::Subscription",
        create=_create_subscription,
        read=_read_subscription,
        update=_update_subscription,
        delete=_delete_subscription,
    ),
)
