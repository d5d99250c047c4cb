"""What is before the function, all well, as botocore tells of it."""

from __future__ import annotations

import copy
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ops.deploying.smoke import HEALTH
from ops.doctor.asking import Reply
from ops.doctor.check import checks
from ops.doctor.evidence.whole import Evidence
from runtime.contract import ROUTES
from tests.ops.doctor.reading import environment_of, made_up, refusal

if TYPE_CHECKING:
    from ops.doctor.answer import Answer

ACCOUNT: Final = "770011223344"
API: Final = "a1b2c3d4e5"
REGION: Final = "us-east-1"
EDGE: Final = "https://d111.cloudfront.net"
ENDPOINT: Final = f"https://{API}.execute-api.{REGION}.amazonaws.com"
FUNCTION: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:api"
SOURCE: Final = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}"
ABSENT: Final = refusal("ResourceNotFoundException")
PARAMETERS: Final = {
    "service/api-id": API,
    "service/api-function-name": "api",
    "edge/distribution-id": "E111",
    "edge/public-address": EDGE,
}
GATEWAY_500: Final = '{"message":"Internal Server Error"}'


def statement(source: str = f"{SOURCE}/*", **changes: Any) -> dict[str, Any]:
    """A permission as AddPermission writes it."""
    return {
        "Sid": "permission",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"{FUNCTION}:live",
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
        **changes,
    }


def policy(*statements: dict[str, Any], qualifier: str | None = "live", function: str = "api") -> Any:
    """Answers GetPolicy: these statements under one qualifier, and no policy under any other."""

    def answer(**asked: Any) -> Any:
        if (asked["FunctionName"], asked.get("Qualifier")) != (function, qualifier) or not statements:
            return ABSENT
        return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}

    return answer


def reply(
    status: int | None = 200, body: str = '{"status": "ok"}', address: str = EDGE, **rest: Any
) -> Reply:
    """What the live request has come to."""
    seconds = rest.pop("seconds", 0.1)
    at = datetime(2026, 11, 26, 8, tzinfo=UTC)
    return Reply(f"{address}{HEALTH}", at, seconds, status, body=body, **rest)


def judged(fault: str, evidence: Evidence) -> Answer:
    """What the check of a fault answers."""
    return next(each for each in checks() if each.id == fault).answer(evidence)


def evidence_with(
    answers: dict[str, Any] | None = None,
    live: Reply | None = None,
    *,
    direct: Reply | None = None,
    environment: Any = "staging",
    address: str | None = None,
) -> Evidence:
    """Evidence of the healthy system, but for these answers, and for these replies."""
    found, itself = live or reply(), direct or reply(address=ENDPOINT)

    def ask(asked: str) -> Reply:
        return itself if asked == ENDPOINT and direct else found

    reading = made_up({**copy.deepcopy(HEALTHY), **(answers or {})}, environment)
    return Evidence(reading, ask=ask, patience=0.0, address=address)


def staging(**changes: Any) -> Any:
    """The settings of staging with other sections."""
    return environment_of("staging").model_copy(update=changes)


def _parameter(Name: str) -> Any:  # noqa: N803  (as botocore calls it)
    value = next((text for path, text in PARAMETERS.items() if Name.endswith(path)), None)
    return {"Parameter": {"Value": value}} if value else refusal("ParameterNotFound")


STAGE: Final[dict[str, Any]] = {
    "StageName": "$default",
    "AutoDeploy": True,
    "DeploymentId": "d1",
    "DefaultRouteSettings": {"ThrottlingRateLimit": 50.0, "ThrottlingBurstLimit": 100},
}
INTEGRATION: Final[dict[str, Any]] = {
    "IntegrationId": "i1",
    "IntegrationType": "AWS_PROXY",
    "IntegrationUri": f"{FUNCTION}:live",
    "PayloadFormatVersion": "2.0",
    "TimeoutInMillis": 30_000,
}
ROUTES_TOLD: Final[list[dict[str, Any]]] = [
    {"RouteId": f"r{place}", "RouteKey": each.key, "Target": "integrations/i1", "AuthorizationType": "NONE"}
    for place, each in enumerate(ROUTES)
]
CONFIG: Final[dict[str, Any]] = {
    "Enabled": True,
    "WebACLId": f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/wall/w1",
    "Origins": {
        "Items": [
            {"Id": "frontend", "DomainName": "pages.s3.us-east-1.amazonaws.com"},
            {
                "Id": "api",
                "DomainName": f"{API}.execute-api.{REGION}.amazonaws.com",
                "OriginPath": "",
                "CustomHeaders": {"Items": [{"HeaderName": "x-origin-secret", "HeaderValue": "made-up"}]},
                "CustomOriginConfig": {
                    "OriginProtocolPolicy": "https-only",
                    "HTTPSPort": 443,
                    "OriginSslProtocols": {"Items": ["TLSv1.2"]},
                    "OriginReadTimeout": 35,
                },
            },
        ]
    },
    "DefaultCacheBehavior": {
        "TargetOriginId": "frontend",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    },
    "CacheBehaviors": {
        "Items": [
            {
                "PathPattern": "/api/*",
                "TargetOriginId": "api",
                "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                "OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
                "AllowedMethods": {"Items": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]},
            }
        ]
    },
}
FIREWALL: Final[dict[str, Any]] = {
    "Name": "wall",
    "Id": "w1",
    "ARN": CONFIG["WebACLId"],
    "DefaultAction": {"Allow": {}},
    "Rules": [
        {"Name": "RateLimit", "Action": {"Block": {}}, "VisibilityConfig": {"MetricName": "rate"}},
        {"Name": "Watch", "OverrideAction": {"Count": {}}, "VisibilityConfig": {"MetricName": "watch"}},
    ],
}
CONFIGURATION: Final[dict[str, Any]] = {
    "FunctionName": "api",
    "Role": f"arn:aws:iam::{ACCOUNT}:role/api",
    "Runtime": "python3.13",
    "Timeout": 29,
    "Environment": {"Variables": {"ORIGIN_SECRET": "made-up"}},
    "VpcConfig": {"SubnetIds": ["subnet-1"]},
}


def distribution(**changes: Any) -> dict[str, Any]:
    """Answers GetDistribution: the healthy one with other parts of its configuration."""
    config = {**copy.deepcopy(CONFIG), **changes}
    told = {
        "Id": "E111",
        "DomainName": "d111.cloudfront.net",
        "Status": "Deployed",
        "DistributionConfig": config,
    }
    return {"Distribution": told}


def behaviour(**changes: Any) -> dict[str, Any]:
    """Answers GetDistribution: with another behaviour of the API's paths."""
    return distribution(CacheBehaviors={"Items": [{**CONFIG["CacheBehaviors"]["Items"][0], **changes}]})


def origin(**changes: Any) -> dict[str, Any]:
    """Answers GetDistribution: with another origin for the API."""
    frontend, api = CONFIG["Origins"]["Items"]
    return distribution(Origins={"Items": [frontend, {**copy.deepcopy(api), **changes}]})


def export(*keys: str) -> Any:
    """Answers ExportApi: an API with these routes, as OpenAPI."""
    paths: dict[str, Any] = {}
    for key in keys:
        method, _, path = key.partition(" ")
        if method == "$default":
            paths["/$default"] = {"x-amazon-apigateway-any-method": {"isDefaultRoute": True}}
        else:
            paths.setdefault(path, {})[method.lower()] = {}
    return {"body": io.BytesIO(json.dumps({"openapi": "3.0.1", "paths": paths}).encode())}


HEALTHY: Final[dict[str, Any]] = {
    "sts:GetCallerIdentity": {"Account": ACCOUNT},
    "ssm:GetParameter": _parameter,
    "apigatewayv2:GetApi": {"ApiId": API, "Name": "miyabi-api", "ApiEndpoint": ENDPOINT},
    "apigatewayv2:GetApis": {"Items": [{"ApiId": API, "Name": "miyabi-api", "ProtocolType": "HTTP"}]},
    "apigatewayv2:GetStages": {"Items": [STAGE]},
    "apigatewayv2:GetDeployments": {"Items": []},
    "apigatewayv2:GetRoutes": {"Items": ROUTES_TOLD},
    "apigatewayv2:GetIntegrations": {"Items": [INTEGRATION]},
    "apigatewayv2:GetAuthorizers": {"Items": []},
    "apigatewayv2:GetDomainNames": {"Items": []},
    "lambda:GetFunctionConfiguration": CONFIGURATION,
    "lambda:GetPolicy": policy(statement()),
    "lambda:ListAliases": {"Aliases": [{"Name": "live"}, {"Name": "blue"}]},
    "cloudtrail:LookupEvents": {"Events": []},
    "cloudfront:GetDistribution": distribution(),
    "wafv2:GetWebACL": {"WebACL": FIREWALL},
    "wafv2:GetSampledRequests": {"SampledRequests": []},
    "iam:SimulatePrincipalPolicy": {"EvaluationResults": [{"EvalDecision": "allowed"}]},
    "logs:FilterLogEvents": {"events": []},
    "logs:DescribeLogGroups": {"logGroups": []},
}
"""By operation; every other question is refused."""
