"""The resource types that the local AWS can make: a module for each service, a handler for each type."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.aws.handler import Handler

MODULES = {
    "ApiGatewayV2": "apigatewayv2",
    "Backup": "backup",
    "Budgets": "budgets",
    "CloudFront": "cloudfront",
    "CloudWatch": "cloudwatch",
    "EC2": "ec2",
    "IAM": "iam",
    "KMS": "kms",
    "Lambda": "awslambda",
    "Logs": "logs",
    "RDS": "rds",
    "Route53": "route53",
    "S3": "s3",
    "SNS": "sns",
    "SSM": "ssm",
    "SecretsManager": "secretsmanager",
    "WAFv2": "wafv2",
}
"""Which module has the handlers of a service, by the second part of its types' names."""


def handler_of(resource_type: str) -> Handler | None:
    """The handler of a type; None for a type that the local AWS can't make."""
    service = resource_type.split("::")[1] if resource_type.count("::") == 2 else ""  # noqa: PLR2004  (AWS::Service::Type)
    return _handlers(MODULES[service]).get(resource_type) if service in MODULES else None


def supported_types() -> list[str]:
    """All types that the local AWS can make, sorted."""
    return sorted(name for module in MODULES.values() for name in _handlers(module))


@cache
def _handlers(module: str) -> dict[str, Handler]:
    found = importlib.import_module(f"twin.aws.handlers.{module}").HANDLERS
    return {handler.type: handler for handler in found}
