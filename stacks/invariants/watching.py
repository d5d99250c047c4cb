"""Rules for what people look at and are told by: the topic, the dashboard and the budget."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cfn import Text, Unknown
from cfn.values import many
from stacks.invariants.expectations import expect, made_here
from stacks.invariants.principals import foreigners, is_for_this_account, policy
from stacks.invariants.reading import inside, literal, mappings, number, said
from stacks.invariants.rule import Subject, System, rule, system_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.iam import Statement

BUDGET = "AWS::Budgets::Budget"
DASHBOARD = "AWS::CloudWatch::Dashboard"
KEY = "AWS::KMS::Key"
TOPIC = "AWS::SNS::Topic"
TOPIC_POLICY = "AWS::SNS::TopicPolicy"

PUBLISH = "sns:Publish"

expect(
    "SNS.1",
    TOPIC,
    {"KmsMasterKeyId": made_here(KEY)},
    sentence="Messages are encrypted with our key while the topic keeps them.",
    remedy="set own_key = true; the AWS managed key can't be used by CloudWatch",
    also=("CKV_AWS_26",),
)


@rule(
    "SNS.4",
    TOPIC,
    also=("CKV_AWS_169", "CKV_AWS_385"),
    remedy="add a topic policy that lets AWS's services publish where aws:SourceAccount is this account",
)
def only_our_services_publish(topic: Subject) -> Iterator[str]:
    """The topic's policy lets nobody publish but services of AWS on behalf of this account."""
    policies = _policies(topic)
    if not policies:
        yield "it has no policy that is known"
    for each in policies:
        for foreigner in foreigners(each, "PolicyDocument"):
            yield f"{each.resource.logical_id} lets {foreigner} in"
        for statement in policy(each, "PolicyDocument"):
            if statement.effect != "Deny" and not is_for_this_account(each, statement):
                yield f"{statement.sid or 'a statement'} does not ask for this account"


@rule(
    "MIYABI.WATCH.1",
    TOPIC,
    also=("AwsSolutions-SNS3",),
    remedy="deny sns:Publish to everybody where aws:SecureTransport is false",
)
def nobody_publishes_in_the_clear(topic: Subject) -> Iterator[str]:
    """The topic's policy refuses what does not come over TLS."""
    given = [statement for each in _policies(topic) for statement in policy(each, "PolicyDocument")]
    if not any(_refuses_plain_http(statement, topic) for statement in given):
        yield "no statement refuses plain HTTP"


def _policies(topic: Subject) -> list[Subject]:
    """The policies of a topic that say something known."""
    return [
        each
        for each in topic.system.of_type(TOPIC_POLICY)
        if any(topic.deployment.resource(name) is topic.resource for name in many(each.get("Topics")))
        and policy(each, "PolicyDocument")
    ]


def _refuses_plain_http(statement: Statement, topic: Subject) -> bool:
    [condition] = statement.conditions if len(statement.conditions) == 1 else [None]
    return (
        statement.effect == "Deny"
        and ("AWS", "*") in statement.principals
        and any(topic.deployment.resource(name) is topic.resource for name in statement.resources)
        and bool({PUBLISH, "sns:*", "*"}.intersection(map(str, statement.actions)))
        and condition is not None
        and (condition.operator, condition.key) == ("Bool", "aws:SecureTransport")
        and [str(value).lower() for value in condition.values] == ["false"]
    )


@rule(
    "MIYABI.WATCH.2",
    DASHBOARD,
    remedy="write DashboardBody as JSON with widgets; CloudWatch refuses anything else when it is deployed",
)
def dashboard_can_be_shown(dashboard: Subject) -> Iterator[str]:
    """The dashboard's body is JSON that holds widgets, and every id in it is known when it is deployed."""
    body = dashboard.get("DashboardBody")
    if any(isinstance(part, Unknown) for part in (body.parts if isinstance(body, Text) else ())):
        yield "DashboardBody holds what no template knows"
    if not inside(_json(body), "widgets"):
        yield "DashboardBody is no JSON with widgets"


def _json(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


@rule(
    "MIYABI.WATCH.3",
    BUDGET,
    remedy="write BudgetLimit with an Amount, and a notification with a subscriber",
)
def budget_warns_in_time(budget: Subject) -> Iterator[str]:
    """The budget has a limit, and whoever is told when it is reached."""
    limit = budget.get("Budget.BudgetLimit.Amount")
    if (number(limit) or 0) <= 0:
        yield said("BudgetLimit.Amount", limit)
    notifications = [*mappings(budget.get("NotificationsWithSubscribers"))]
    if not notifications:
        yield "it notifies nobody"
    for each in notifications:
        threshold = inside(each, "Notification.Threshold")
        if number(threshold) is None:
            yield said("Threshold", threshold)
        if not any(_is_told(budget, subscriber) for subscriber in mappings(each.get("Subscribers"))):
            yield f"nobody is told of {said('Threshold', threshold)}"


def _is_told(budget: Subject, subscriber: dict[str, Any]) -> bool:
    address = subscriber.get("Address")
    return made_here(TOPIC)(budget, address) or "@" in (literal(address) or "")


@system_rule("MIYABI.WATCH.4", remedy="set observability.budget_usd")
def there_is_a_budget(system: System) -> Iterator[tuple[str, str, str]]:
    """Somebody is told before a month costs more than it should."""
    if not system.of_type(BUDGET):
        yield "observability", "Budget", "there is none"
