"""The observability stack: the topic people listen to, alarms, events, dashboard, budget and backups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import awacs.sns
from awacs.aws import Bool, Condition, Deny, Principal, Statement
from troposphere import budgets, rds, sns

from stacks import values
from stacks.alarm import add_alarm
from stacks.alarms import thresholds
from stacks.backups import add_backups
from stacks.dashboard import add_dashboard
from stacks.key import PUBLISHERS
from stacks.policies import document, service_may
from stacks.stack import Stack

if TYPE_CHECKING:
    from stacks.sections import ObservabilitySettings
    from stacks.settings import Environment

INSTANCE_EVENTS = [
    "availability",
    "configuration change",
    "deletion",
    "failover",
    "failure",
    "low storage",
    "maintenance",
    "notification",
    "recovery",
]
PARAMETER_EVENTS = ["configuration change"]
SECURITY_EVENTS = ["configuration change", "failure"]


def build_observability(environment: Environment) -> Stack:
    """Alarms and everything else that calls a person, of an environment that has them."""
    assert environment.observability is not None  # noqa: S101  (the caller builds it where there is one)
    stack = Stack("observability", environment, "alarms, dashboard, budget and backups")
    topic = _add_topic(stack, environment.observability)
    alarms = [add_alarm(stack, threshold, topic.ref()) for threshold in thresholds(stack)]
    _add_database_events(stack, topic.ref())
    _add_budget(stack, environment.observability, topic.ref())
    if environment.observability.dashboard:
        add_dashboard(stack)
    if environment.backup:
        alarms += add_backups(stack, environment.backup, topic.ref())
    return stack


def _add_topic(stack: Stack, settings: ObservabilitySettings) -> sns.Topic:
    """The one topic; only AWS's own services of this account publish to it, and only over TLS."""
    name = f"Miyabi {stack.environment.system}"
    topic = stack.add(sns.Topic("AlarmTopic", DisplayName=name, **stack.encrypted_by("KmsMasterKeyId")))
    tls_only = Statement(
        Sid="RefusePlainHttp",
        Effect=Deny,
        Principal=Principal("*"),
        Action=[awacs.sns.Publish],
        Resource=[topic.ref()],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )
    publish = service_may("ServicesPublish", PUBLISHERS, [awacs.sns.Publish], topic.ref())
    stack.add(
        sns.TopicPolicy("AlarmTopicPolicy", Topics=[topic.ref()], PolicyDocument=document(publish, tls_only))
    )
    for number, address in enumerate(settings.alarm_emails, start=1):
        stack.add(
            sns.SubscriptionResource(
                f"AlarmEmail{number}", TopicArn=topic.ref(), Protocol="email", Endpoint=address
            )
        )
    stack.output("AlarmTopicArn", topic.ref(), "Every alarm, database event and budget warning goes here")
    return topic


def _add_database_events(stack: Stack, topic: Any) -> None:
    """What RDS itself reports: of the instance, its parameter group and its security group."""
    sources = [
        ("Instance", "db-instance", INSTANCE_EVENTS, values.DATABASE_ID),
        ("SecurityGroup", "db-security-group", SECURITY_EVENTS, None),
    ]
    if stack.environment.database.parameter_group:
        sources.append(("ParameterGroup", "db-parameter-group", PARAMETER_EVENTS, values.PARAMETER_GROUP))
    for name, kind, categories, source in sources:
        stack.add(
            rds.EventSubscription(
                f"{name}Events",
                SnsTopicArn=topic,
                SourceType=kind,
                EventCategories=categories,
                Enabled=True,
                **_only(stack, source),
            )
        )


def _only(stack: Stack, source: values.Value | None) -> dict[str, Any]:
    """Events of one source; of all in the account where RDS knows none by our id."""
    return {"SourceIds": [stack.read(source)]} if source else {}


def _add_budget(stack: Stack, settings: ObservabilitySettings, topic: Any) -> None:
    """Warn at 80 % spent and when the month is forecast to exceed the limit."""

    def warn(kind: str, percent: int) -> budgets.NotificationWithSubscribers:
        return budgets.NotificationWithSubscribers(
            Notification=budgets.Notification(
                NotificationType=kind,
                ComparisonOperator="GREATER_THAN",
                Threshold=percent,
                ThresholdType="PERCENTAGE",
            ),
            Subscribers=[budgets.Subscriber(SubscriptionType="SNS", Address=topic)],
        )

    stack.add(
        budgets.Budget(
            "Budget",
            Budget=budgets.BudgetData(
                BudgetType="COST",
                TimeUnit="MONTHLY",
                BudgetLimit=budgets.Spend(Amount=float(settings.budget_usd), Unit="USD"),
            ),
            NotificationsWithSubscribers=[warn("ACTUAL", 80), warn("FORECASTED", 100)],
        )
    )
