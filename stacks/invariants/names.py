"""Rules for names: CloudFormation chooses those that it can, and the others carry the system's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacks.invariants.reading import literal, said
from stacks.invariants.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.invariants.rule import Subject
    from stacks.settings import Environment

MAY_BE_UNNAMED = {
    "AWS::Budgets::Budget": "Budget.BudgetName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::RDS::DBParameterGroup": "DBParameterGroupName",
    "AWS::RDS::DBSubnetGroup": "DBSubnetGroupName",
    "AWS::RDS::EventSubscription": "SubscriptionName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SecretsManager::Secret": "Name",
}
"""Where a type takes a name that CloudFormation otherwise makes up; roles have MIYABI.IAM.8."""

MUST_BE_NAMED = {
    "AWS::Backup::BackupPlan": "BackupPlan.BackupPlanName",
    "AWS::Backup::BackupVault": "BackupVaultName",
    "AWS::CloudFront::Function": "Name",
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig.Name",
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig.Name",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::SSM::Parameter": "Name",
    "AWS::WAFv2::WebACL": "Name",
}
"""Where a type demands a name, or where we need a known one: by it parameters are read and metrics found."""


@rule(
    "MIYABI.NAME.1",
    *sorted(MAY_BE_UNNAMED),
    remedy="leave the name out: CloudFormation finds one that lets the resource be replaced",
)
def names_are_left_to_cloudformation(subject: Subject) -> Iterator[str]:
    """A resource has a fixed name only if the environment adopts one, or AWS asks for just that name."""
    path = MAY_BE_UNNAMED[subject.resource.type]
    name = subject.get(path)
    if name is not None and not _is_adopted(subject.environment, name):
        yield said(path, name)


def _is_adopted(environment: Environment, name: Any) -> bool:
    adopted = (
        environment.database.identifier,
        environment.database.subnet_group_name,
        environment.api.function_name,
        environment.api.function_name and f"/aws/lambda/{environment.api.function_name}",
    )
    asked_for = (f"/aws/rds/instance/{environment.database.identifier}/", "aws-waf-logs-")
    return name in adopted or (literal(name) or "").startswith(asked_for)


@rule(
    "MIYABI.NAME.2",
    *sorted(MUST_BE_NAMED),
    remedy="begin the name with miyabi-<system>, a parameter's with /miyabi/<system>/",
)
def needed_names_are_the_systems(subject: Subject) -> Iterator[str]:
    """A name that a type demands begins with the system's, so that two systems fit into one account."""
    path, system = MUST_BE_NAMED[subject.resource.type], subject.environment.system
    name = literal(subject.get(path)) or ""
    if name != f"miyabi-{system}" and not name.startswith((f"miyabi-{system}-", f"/miyabi/{system}/")):
        yield said(path, subject.get(path))
