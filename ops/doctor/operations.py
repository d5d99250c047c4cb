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
        "DescribeStackResources",
        "DescribeStacks",
        "GetTemplate",
        "ListStackResources",
    ),
    "cloudfront": (
        "GetCachePolicy",
        "GetDistribution",
        "GetDistributionConfig",
        "GetOriginRequestPolicy",
        "ListDistributions",
    ),
    "cloudtrail": ("LookupEvents",),
    "cloudwatch": ("DescribeAlarms", "GetMetricData", "ListMetrics"),
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
        "GetPolicy",
        "GetPolicyVersion",
        "GetRole",
        "GetRolePolicy",
        "ListAttachedRolePolicies",
        "ListRolePolicies",
        "SimulatePrincipalPolicy",
    ),
    "kms": ("DescribeKey", "GetKeyPolicy", "ListGrants"),
    "lambda": (
        "GetAccountSettings",
        "GetAlias",
        "GetFunction",
        "GetFunctionConcurrency",
        "GetFunctionConfiguration",
        "GetFunctionRecursionConfig",
        "GetLayerVersion",
        "GetPolicy",
        "GetProvisionedConcurrencyConfig",
        "ListAliases",
        "ListEventSourceMappings",
        "ListFunctions",
        "ListVersionsByFunction",
    ),
    "logs": (
        "DescribeLogGroups",
        "DescribeLogStreams",
        "DescribeResourcePolicies",
        "DescribeSubscriptionFilters",
        "FilterLogEvents",
    ),
    "rds": (
        "DescribeCertificates",
        "DescribeDBInstances",
        "DescribeDBParameterGroups",
        "DescribeDBParameters",
        "DescribeDBProxies",
        "DescribeDBProxyTargets",
        "DescribeDBSubnetGroups",
        "DescribeEvents",
        "DescribePendingMaintenanceActions",
    ),
    "route53": ("ListHostedZonesByName", "ListResourceRecordSets"),
    "secretsmanager": ("DescribeSecret", "ListSecretVersionIds", "ListSecrets"),
    "service-quotas": ("GetServiceQuota",),
    "ssm": ("GetParameter", "GetParametersByPath"),
    "sts": ("GetCallerIdentity",),
    "wafv2": ("GetSampledRequests", "GetWebACL", "ListWebACLs"),
}
"""By botocore's name of a service, its operations in botocore's spelling."""
PROBE: Final = "lambda:Invoke"
"""Called of the migrator alone, and only by whoever wants to look from inside of the network."""
PREFIXES: Final[Mapping[str, str]] = {"service-quotas": "servicequotas"}
"""How actions of a service begin, where that is not botocore's name of it."""
SPECIAL: Final[Mapping[str, str | None]] = {
    PROBE: "lambda:InvokeFunction",
    "lambda:GetLayerVersion": "lambda:GetLayerVersion",
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
    service, _, name = operation.partition(":")
    if service == "apigatewayv2":
        return GATEWAY
    return f"{PREFIXES.get(service, service)}:{name}"


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
