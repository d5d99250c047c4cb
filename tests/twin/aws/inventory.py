"""Everything that an account has, as its services list it: what a deployment makes and a deletion leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.aws.clients import Aws

LISTS: tuple[tuple[str, str, dict[str, Any], str, str], ...] = (
    ("apigatewayv2", "get_apis", {}, "Items", "ApiId"),
    ("backup", "list_backup_plans", {}, "BackupPlansList", "BackupPlanId"),
    ("backup", "list_backup_vaults", {}, "BackupVaultList", "BackupVaultName"),
    ("cloudfront", "list_distributions", {}, "DistributionList.Items", "Id"),
    ("cloudfront", "list_functions", {}, "FunctionList.Items", "Name"),
    ("cloudfront", "list_origin_access_controls", {}, "OriginAccessControlList.Items", "Id"),
    ("cloudwatch", "describe_alarms", {}, "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", {}, "DashboardEntries", "DashboardName"),
    ("ec2", "describe_flow_logs", {}, "FlowLogs", "FlowLogId"),
    ("ec2", "describe_route_tables", {}, "RouteTables", "RouteTableId"),
    ("ec2", "describe_security_group_rules", {}, "SecurityGroupRules", "SecurityGroupRuleId"),
    ("ec2", "describe_security_groups", {}, "SecurityGroups", "GroupId"),
    ("ec2", "describe_subnets", {}, "Subnets", "SubnetId"),
    ("ec2", "describe_vpcs", {}, "Vpcs", "VpcId"),
    ("iam", "list_roles", {}, "Roles", "RoleName"),
    ("lambda", "list_functions", {"FunctionVersion": "ALL"}, "Functions", "FunctionArn"),
    ("logs", "describe_log_groups", {}, "logGroups", "logGroupName"),
    ("rds", "describe_db_instances", {}, "DBInstances", "DBInstanceIdentifier"),
    ("rds", "describe_db_parameter_groups", {}, "DBParameterGroups", "DBParameterGroupName"),
    ("rds", "describe_db_snapshots", {}, "DBSnapshots", "DBSnapshotIdentifier"),
    ("rds", "describe_db_subnet_groups", {}, "DBSubnetGroups", "DBSubnetGroupName"),
    ("rds", "describe_event_subscriptions", {}, "EventSubscriptionsList", "CustSubscriptionId"),
    ("s3", "list_buckets", {}, "Buckets", "Name"),
    ("secretsmanager", "list_secrets", {}, "SecretList", "ARN"),
    ("sns", "list_topics", {}, "Topics", "TopicArn"),
    ("ssm", "describe_parameters", {}, "Parameters", "Name"),
    ("wafv2", "list_web_acls", {"Scope": "CLOUDFRONT"}, "WebACLs", "Id"),
)
"""Service, operation, its arguments, where its answer has the items, and what names one."""


def inventory(aws: Aws) -> set[tuple[str, str]]:
    """Operation and name of each thing that there is, but what AWS itself brings."""
    return (
        {
            (operation, name)
            for service, operation, arguments, key, named in LISTS
            for name in _listed(aws, service, operation, arguments, key, named)
        }
        | set(_budgets(aws))
        | set(_keys(aws))
    )


def _listed(
    aws: Aws, service: str, operation: str, arguments: dict[str, Any], key: str, named: str
) -> Iterator[str]:
    client = aws.client(service)
    pages = (
        client.get_paginator(operation).paginate(**arguments)
        if client.can_paginate(operation)
        else [getattr(client, operation)(**arguments)]
    )
    for page in pages:
        found: Any = page
        for step in key.split("."):
            found = found.get(step, [])
        yield from (item[named] for item in found)


def _budgets(aws: Aws) -> Iterator[tuple[str, str]]:
    found = aws.client("budgets").describe_budgets(AccountId=aws.account).get("Budgets", [])
    return (("describe_budgets", budget["BudgetName"]) for budget in found)


def _keys(aws: Aws) -> Iterator[tuple[str, str]]:
    """Keys of the account; one that waits for its deletion is as good as gone."""
    kms = aws.client("kms")
    for key in kms.list_keys()["Keys"]:
        told = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if told["KeyManager"] == "CUSTOMER" and told["KeyState"] != "PendingDeletion":
            yield "list_keys", key["KeyId"]
