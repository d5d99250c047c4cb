"""Operations that only tell, which moto has not: exports, CloudTrail's history, WAF's samples."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.aws.clients import Aws


def exported(gateway: Any, api: str, **more: Any) -> dict[str, Any]:
    """The paths of an export, with the methods of each."""
    answer = gateway.export_api(ApiId=api, OutputType="JSON", Specification="OAS30", **more)
    return {path: sorted(methods) for path, methods in json.loads(answer["body"].read())["paths"].items()}


def test_an_export_of_a_stage_has_what_it_serves_and_not_what_the_api_has(aws: Aws) -> None:
    gateway = aws.client("apigatewayv2")
    api = gateway.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    for key in ("GET /a", "ANY /b/{id}", "$default"):
        gateway.create_route(ApiId=api, RouteKey=key)
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    gateway.update_stage(ApiId=api, StageName="$default", AutoDeploy=False)
    gateway.create_route(ApiId=api, RouteKey="POST /a")

    every = "x-amazon-apigateway-any-method"
    served = {"/a": ["get"], "/b/{id}": [every], "/$default": [every]}
    assert served == exported(gateway, api, StageName="$default")
    assert served | {"/a": ["get", "post"]} == exported(gateway, api)


def test_an_export_of_a_stage_tells_where_its_routes_led(aws: Aws) -> None:
    gateway = aws.client("apigatewayv2")
    api = gateway.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    function = aws.arn("lambda", "function:notes")
    made = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="GET /a", Target=f"integrations/{made}")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    gateway.update_stage(ApiId=api, StageName="$default", AutoDeploy=False)
    gateway.update_integration(ApiId=api, IntegrationId=made, IntegrationUri=f"{function}-2")

    answer = gateway.export_api(
        ApiId=api, OutputType="JSON", Specification="OAS30", StageName="$default", IncludeExtensions=True
    )
    led = json.loads(answer["body"].read())["paths"]["/a"]["get"]["x-amazon-apigateway-integration"]
    assert (function, "2.0", "aws_proxy") == (led["uri"], led["payloadFormatVersion"], led["type"])


def test_nobody_has_done_anything(aws: Aws) -> None:
    asked = [{"AttributeKey": "EventName", "AttributeValue": "RemovePermission20150331v2"}]

    assert [] == aws.client("cloudtrail").lookup_events(LookupAttributes=asked)["Events"]


def test_a_firewall_has_no_samples(aws: Aws) -> None:
    now = datetime.now(UTC)

    answer = aws.client("wafv2").get_sampled_requests(
        WebAclArn=f"arn:aws:wafv2:us-east-1:{aws.account}:global/webacl/a/b",
        RuleMetricName="rate",
        Scope="CLOUDFRONT",
        TimeWindow={"StartTime": now - timedelta(minutes=5), "EndTime": now},
        MaxItems=100,
    )

    assert ([], 0) == (answer["SampledRequests"], answer["PopulationSize"])
