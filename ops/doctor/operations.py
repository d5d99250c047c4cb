"""Every operation of AWS that the doctor may call, with the right that each needs; all of them read.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

READS: Final[Mapping[str, tuple[str, ...]]] = {
    "acm": ("DescribeCertificate",),
    "apigatewayv2": (
        "ExportApi",
        "GetApi",
        "GetApiMappings",
        "GetApis",
        "GetAuthorizers",
        "GetDeployments",
        "GetDomainNames",
        "GetIntegrations",
        "GetRoutes",
        "GetStages",
    ),
    "cloudformation": (
        "DescribeStackEvents",
        "DescribeStacks",
        "GetTemplate",
        "ListStackResources",
    ),
    "cloudfront": (
        "GetCachePolicy",
        "GetDistribution",
        "GetOriginRequestPolicy",
        "ListDistributions",
    ),
    "cloudtrail": ("LookupEvents",),
    "cloudwatch": (
        "DescribeAlarms",
        "GetMetricData",
    ),
    "ec2": (
        "DescribeDhcpOptions",
        "DescribeInternetGateways",
        "DescribeManagedPrefixLists",
        "DescribeNatGateways",
        "DescribeNetworkAcls",
        "DescribeNetworkInterfaces",
        "DescribeRouteTables",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "DescribeVpcAttribute",
        "DescribeVpcEndpoints",
        "DescribeVpcs",
        "GetManagedPrefixListEntries",
    ),
    "iam": (
        "GetRole",
        "SimulatePrincipalPolicy",
    ),
    "kms": ("DescribeKey",),
    "lambda": (
        "GetAccountSettings",
        "GetAlias",
        "GetFunction",
        "GetFunctionConcurrency",
        "GetFunctionConfiguration",
        "GetLayerVersion",
        "GetPolicy",
        "ListAliases",
        "ListEventSourceMappings",
        "ListFunctionEventInvokeConfigs",
        "ListVersionsByFunction",
    ),
    "logs": (
        "DescribeLogGroups",
        "DescribeLogStreams",
        "DescribeSubscriptionFilters",
        "FilterLogEvents",
    ),
    "rds": (
        "DescribeDBInstances",
        "DescribeDBParameters",
        "DescribeDBProxies",
        "DescribeDBProxyTargets",
        "DescribeEvents",
        "DescribePendingMaintenanceActions",
    ),
    "route53": (
        "ListHostedZonesByName",
        "ListResourceRecordSets",
    ),
    "secretsmanager": (
        "DescribeSecret",
        "ListSecretVersionIds",
    ),
    "ssm": (
        "GetParameter",
        "GetParametersByPath",
    ),
    "sts": ("GetCallerIdentity",),
    "wafv2": (
        "GetSampledRequests",
        "GetWebACL",
    ),
}
"""By botocore's name of a service, its operations in botocore's spelling."""
PROBE: Final = "lambda:Invoke"
"""Called of the migrator alone, and only by whoever wants to look from inside of the network."""
SPECIAL: Final[Mapping[str, str | None]] = {
    PROBE: "lambda:InvokeFunction",
    "sts:GetCallerIdentity": None,
}
"""Actions that are not called as their operation; None needs no right."""
GATEWAY: Final = "apigateway:GET"
"""API Gateway's one right to read: its actions are the verbs of HTTP."""


class OperationUndeclared(Exception):
    """Code of the doctor calls what the table has not: a bug, since `--policy` would be wrong."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(f"the doctor may not call {operation}; declare it in ops/doctor/operations.py")


def operations() -> list[str]:
    """All of them as `service:Operation`."""
    return [f"{service}:{name}" for service, names in READS.items() for name in names]


def is_declared(operation: str) -> bool:
    """Whether the doctor may call it, such as `lambda:GetPolicy`."""
    service, _, name = operation.partition(":")
    return name in READS.get(service, ())


def right_for(operation: str) -> str | None:
    """The action that a policy must allow for an operation; None where none is needed."""
    if operation in SPECIAL:
        return SPECIAL[operation]
    if operation.startswith("apigatewayv2:"):
        return GATEWAY
    return operation


def policy(*, probe: bool = False) -> dict[str, Any]:
    """The least policy for the doctor: one statement, since operations that list take no resource.

    With `probe` it may invoke functions, which looking from inside of the network takes.
    """
    called = [*operations(), PROBE] if probe else operations()
    actions = sorted({right for each in called if (right := right_for(each))})
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "MiyabiDoctor", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
