"""Every rule about topic, dashboard and budget notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacks.invariants.rule import RULES
from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

MUTATIONS: list[Mutation] = []
PUBLISH = "AlarmTopicPolicy/PolicyDocument/Statement/0"
REFUSE = "AlarmTopicPolicy/PolicyDocument/Statement/1"


def _spoils(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "observability", path, wrong, *rules)


_spoils("AlarmTopic/KmsMasterKeyId", [REMOVED, UNKNOWN, "alias/aws/sns"], "SNS.1")
_spoils("!AlarmTopicPolicy", [REMOVED], "SNS.4", "MIYABI.WATCH.1")
_spoils("!Budget", [REMOVED], "MIYABI.WATCH.4")
_spoils("AlarmTopicPolicy/Topics", [REMOVED, UNKNOWN, []], "SNS.4", "MIYABI.WATCH.1")
_spoils("AlarmTopicPolicy/PolicyDocument", [REMOVED, UNKNOWN], "SNS.4", "MIYABI.WATCH.1", "MIYABI.IAM.1")
_spoils(f"{PUBLISH}/Principal", ["*", {"AWS": "*"}, {"AWS": UNKNOWN}, {"Service": "*"}], "SNS.4")
_spoils(f"{PUBLISH}/Condition", [REMOVED, {"StringEquals": {"aws:SourceAccount": UNKNOWN}}], "SNS.4")
_spoils(f"{PUBLISH}/Condition", [{"StringLike": {"aws:SourceAccount": "*"}}], "SNS.4")
_spoils(f"{REFUSE}/Effect", ["Allow"], "SNS.4", "MIYABI.WATCH.1")
_spoils(f"{REFUSE}/Principal", [{"Service": "budgets.amazonaws.com"}], "MIYABI.WATCH.1")
_spoils(f"{REFUSE}/Action", [["sns:Subscribe"]], "MIYABI.WATCH.1")
_spoils(f"{REFUSE}/Resource", [["arn:*:sns:*:*:another"]], "MIYABI.WATCH.1")
_spoils(
    f"{REFUSE}/Condition",
    [
        REMOVED,
        {"Bool": {"aws:SecureTransport": "true"}},
        {"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}},
    ],
    "MIYABI.WATCH.1",
)
_spoils("Dashboard/DashboardBody", [REMOVED, UNKNOWN, "{", "[]", '{"widgets": []}'], "MIYABI.WATCH.2")
_spoils("Dashboard/DashboardBody", [{"Fn::Sub": '{"widgets": ["${AWS::StackName}"]}'}], "MIYABI.WATCH.2")
_spoils("Budget/Budget/BudgetLimit/Amount", [REMOVED, UNKNOWN, 0, "much"], "MIYABI.WATCH.3")
_spoils("Budget/NotificationsWithSubscribers", [REMOVED, UNKNOWN, []], "MIYABI.WATCH.3")
_spoils("Budget/NotificationsWithSubscribers/0/Subscribers", [REMOVED, UNKNOWN, []], "MIYABI.WATCH.3")
_spoils(
    "Budget/NotificationsWithSubscribers/0/Subscribers/0/Address", [REMOVED, UNKNOWN, "me"], "MIYABI.WATCH.3"
)
_spoils("Budget/NotificationsWithSubscribers/0/Notification/Threshold", [REMOVED, UNKNOWN], "MIYABI.WATCH.3")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


def test_every_rule_about_the_topic_the_dashboard_and_the_budget_has_a_mutation() -> None:
    tested = {rule for mutation in MUTATIONS for rule in mutation.rules}

    assert {rule for rule in RULES if rule.startswith(("SNS.", "MIYABI.WATCH."))} <= tested
