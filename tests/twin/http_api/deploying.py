"""A small HTTP API with one function, deployed to a local AWS by boto3, and functions that stand in."""

from __future__ import annotations

import http.client
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from twin.aws.clients import Aws

Handler = Callable[[dict[str, Any]], Any]
FUNCTION = "notes"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an invocation."""

    payload: bytes
    error: str | None = None
    request_id: str = "11111111-2222-3333-4444-555555555555"


@dataclass(slots=True)
class StandIn:
    """Runs a function of this process in place of every deployed one."""

    handler: Handler = field(default=lambda event: {"statusCode": 200, "body": json.dumps(event)})
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """ARN and qualifier of each invocation."""

    def run(self, name: str, payload: bytes, *, qualifier: str | None = None) -> Outcome:
        """Run it; what it raises is the function's failure, unless it is an `Outcome` already."""
        self.asked.append((name, qualifier))
        answer = self.handler(json.loads(payload))
        return answer if isinstance(answer, Outcome) else Outcome(json.dumps(answer).encode())


@dataclass(frozen=True, slots=True)
class Api:
    """A deployed API."""

    aws: Aws
    api_id: str
    integration_id: str
    function_arn: str

    @property
    def gateway(self) -> Any:
        """The client of API Gateway."""
        return self.aws.client("apigatewayv2")

    def route(self, key: str, **parameters: Any) -> None:
        """Add a route to the function."""
        target = {"Target": f"integrations/{self.integration_id}"}
        self.gateway.create_route(ApiId=self.api_id, RouteKey=key, **(target | parameters))

    def stage(self, **changes: Any) -> None:
        """Change the stage."""
        self.gateway.update_stage(ApiId=self.api_id, StageName="$default", **changes)

    def integration(self, **changes: Any) -> None:
        """Change the integration."""
        self.gateway.update_integration(ApiId=self.api_id, IntegrationId=self.integration_id, **changes)

    def permit(self, source: str = "*", qualifier: str | None = None) -> None:
        """Let the API invoke the function, from a source such as `$default/GET/notes`."""
        qualified = {"Qualifier": qualifier} if qualifier else {}
        self.aws.client("lambda").add_permission(
            FunctionName=FUNCTION,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=self.aws.arn("execute-api", f"{self.api_id}/{source}"),
            **qualified,
        )

    def forbid(self) -> None:
        """Take that back."""
        self.aws.client("lambda").remove_permission(FunctionName=FUNCTION, StatementId="api")


def deploy(aws: Aws, *routes: str, permitted: bool = True) -> Api:
    """An API with a stage that deploys by itself, and routes to one function."""
    function = _function(aws)
    gateway = aws.client("apigatewayv2")
    api_id = gateway.create_api(Name="notes", ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )
    gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    api = Api(aws, api_id, integration["IntegrationId"], function)
    for key in routes:
        api.route(key)
    if permitted:
        api.permit()
    return api


def _function(aws: Aws) -> str:
    role = aws.client("iam").create_role(RoleName="notes", AssumeRolePolicyDocument=json.dumps(TRUST))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n")
    made = aws.client("lambda").create_function(
        FunctionName=FUNCTION,
        Role=role["Role"]["Arn"],
        Runtime="python3.13",
        Handler="index.handler",
        Code={"ZipFile": content.getvalue()},
    )
    return str(made["FunctionArn"])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client got."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def document(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body)


def ask(
    address: str, method: str = "GET", target: str = "/", body: bytes | None = None, **headers: str
) -> Answer:
    """Ask by HTTP; an underscore in a header's name is a hyphen."""
    parts = urlsplit(address)
    with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)) as connection:
        connection.request(
            method, target, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
