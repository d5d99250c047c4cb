"""Every rule about log groups notices its own mutations, and nothing else does."""

from __future__ import annotations

import pytest

from stacks.invariants.rule import RULES
from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, newly_found

MUTATIONS: list[Mutation] = []
ANOTHER = "/somewhere/else"

spoils(MUTATIONS, "service", "ApiLogGroup/RetentionInDays", [REMOVED, UNKNOWN, 0], "CloudWatch.16")
spoils(MUTATIONS, "service", "ApiLogGroup/KmsKeyId", [REMOVED, UNKNOWN, "alias/aws/logs"], "MIYABI.LOG.1")
spoils(
    MUTATIONS,
    "service",
    "ApiFunction/LoggingConfig/LogGroup",
    [REMOVED, UNKNOWN, ANOTHER, {"Ref": "HttpApi"}],
    "MIYABI.LOG.2",
    "MIYABI.IAM.11",
    "MIYABI.IAM.12",
)
spoils(
    MUTATIONS,
    "service",
    "DefaultStage/AccessLogSettings/DestinationArn",
    [REMOVED, UNKNOWN, ANOTHER, {"Ref": "HttpApi"}],
    "MIYABI.LOG.2",
    "APIGateway.9",
    "MIYABI.TEMPLATE.7",
)
spoils(MUTATIONS, "network", "FlowLog/LogGroupName", [REMOVED, UNKNOWN, ANOTHER], "MIYABI.LOG.2")
spoils(
    MUTATIONS,
    "database",
    "!Database/DependsOn",
    [REMOVED, ["PostgresqlLogGroup"]],
    "MIYABI.LOG.2",
    "MIYABI.TEMPLATE.7",
)
spoils(
    MUTATIONS,
    "edge",
    "FirewallLogging/LogDestinationConfigs",
    [REMOVED, UNKNOWN, [ANOTHER], [{"Fn::GetAtt": ["Firewall", "Arn"]}]],
    "MIYABI.LOG.2",
    "MIYABI.TEMPLATE.7",
)
for _stack, _name in (
    ("database", "PostgresqlLogGroup/LogGroupName"),
    ("database", "Database/DBInstanceIdentifier"),
    ("edge", "FirewallLogGroup/LogGroupName"),
):
    spoils(MUTATIONS, _stack, _name, [REMOVED], "MIYABI.LOG.2")
    spoils(MUTATIONS, _stack, _name, [UNKNOWN, "another"], "MIYABI.LOG.2", "MIYABI.NAME.1")
spoils(MUTATIONS, "service", "!ApiLogGroup", [REMOVED], "MIYABI.LOG.2", environment="reported")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)


def test_every_rule_about_log_groups_has_a_mutation() -> None:
    tested = {rule for mutation in MUTATIONS for rule in mutation.rules}

    assert {rule for rule in RULES if rule.startswith("MIYABI.LOG.")} | {"CloudWatch.16"} <= tested
