"""Deploys one function behind an HTTP API to a local AWS, with no more than a request needs."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from scripts.bench_applications import REGION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.aws.clients import Aws

ACCOUNT: Final = "577215664900"
TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
LOGS: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    ],
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """A function; `python` is the version of its runtime, such as `3.13`."""

    name: str
    content: bytes
    handler: str
    python: str
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of some files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, each in files.items():
            archive.writestr(name, each)
    return content.getvalue()


def deploy(aws: Aws, deployment: Deployment) -> str:
    """Deploy it with its log group, its role and the permission, all routes leading to it; the API's id."""
    name = deployment.name
    iam, gateway = aws.client("iam"), aws.client("apigatewayv2")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="logs", PolicyDocument=json.dumps(LOGS))
    aws.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
    function = _create_function(aws, deployment, role)
    api: str = gateway.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="$default", Target=f"integrations/{integration}")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    aws.client("lambda").add_permission(
        FunctionName=name,
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*/*",
    )
    return api


def _create_function(aws: Aws, deployment: Deployment, role: str) -> str:
    """Create it; its ARN."""
    created: dict[str, Any] = aws.client("lambda").create_function(
        FunctionName=deployment.name,
        Runtime=f"python{deployment.python}",
        Role=role,
        Handler=deployment.handler,
        Code={"ZipFile": deployment.content},
        Timeout=29,
        MemorySize=512,
        Environment={"Variables": dict(deployment.variables)},
    )
    return str(created["FunctionArn"])
