"""What an HTTP API leaves behind: a line in its access log, and figures for CloudWatch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from stacks.http_api import ACCESS_LOG
from tests.twin.http_api.deploying import Outcome, ask, deploy
from twin.http_api.access_log import VARIABLES

if TYPE_CHECKING:
    from tests.twin.http_api.deploying import Api, StandIn
    from twin.aws.clients import Aws
    from twin.http_api import HttpApis
    from twin.recording import Recorder

GROUP = "/api/access"
COMMON = '$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.routeKey $context.protocol" $context.status $context.responseLength $context.requestId $context.nothing'  # noqa: E501  (one line of a log)


def log(api: Api, template: str) -> None:
    """Have the stage write an access log."""
    api.aws.client("logs").create_log_group(logGroupName=GROUP)
    arn = api.aws.arn("logs", f"log-group:{GROUP}:*")
    api.stage(AccessLogSettings={"DestinationArn": arn, "Format": template})


def written(api: Api, recorder: Recorder) -> list[str]:
    """All lines of the log."""
    recorder.flush()
    found = api.aws.client("logs").filter_log_events(logGroupName=GROUP)["events"]
    return [event["message"] for event in found]


def test_a_line_tells_of_a_request_in_the_deployed_format(
    aws: Aws, apis: HttpApis, recorder: Recorder
) -> None:
    api = deploy(aws, "GET /notes/{id}")
    log(api, json.dumps(ACCESS_LOG))
    answer = ask(apis.address(api.api_id), target="/notes/7?a=1", user_agent='a "quoted" one')
    [line] = map(json.loads, written(api, recorder))

    assert answer.headers["apigw-requestid"] == line["requestId"]
    expected = {
        "ip": "127.0.0.1",
        "routeKey": "GET /notes/{id}",
        "path": "/notes/7",
        "status": "200",
        "responseLength": str(len(answer.body)),
        "integrationStatus": "200",
        "integrationErrorMessage": "-",
        "integrationRequestId": "11111111-2222-3333-4444-555555555555",
        "errorMessage": "-",
        "userAgent": 'a "quoted" one',
    }
    assert expected == {name: line[name] for name in expected}
    assert line["integrationLatency"].isdigit()
    assert line["responseLatency"].isdigit()


def test_every_variable_of_our_own_format_is_known() -> None:
    assert set() == {text.removeprefix("$context.") for text in ACCESS_LOG.values()} - VARIABLES.keys()


def test_what_is_not_known_is_a_dash(aws: Aws, apis: HttpApis, recorder: Recorder) -> None:
    api = deploy(aws, "GET /")
    log(api, COMMON)
    ask(apis.address(api.api_id))

    assert written(api, recorder)[0].endswith(" -")
    assert '"GET GET / HTTP/1.1" 200 ' in written(api, recorder)[0]


PERMISSION = (
    "The IAM role configured on the integration or API Gateway doesn't have permissions to call the "
    "integration. Check the permissions and try again."
)
"""From http-api-troubleshooting-lambda.html of the developer guide."""
FAILED = (
    'The Lambda function returned the following error: "no". Check your Lambda function code and try again.'
)


def test_a_missing_permission_shows_here_and_nowhere_else(
    aws: Aws, apis: HttpApis, recorder: Recorder
) -> None:
    api = deploy(aws, "$default", permitted=False)
    log(api, json.dumps(ACCESS_LOG))
    ask(apis.address(api.api_id))
    [line] = map(json.loads, written(api, recorder))

    assert ("500", PERMISSION) == (line["status"], line["integrationErrorMessage"])
    assert ("-", "-", "-") == (
        line["integrationStatus"],
        line["integrationRequestId"],
        line["integrationLatency"],
    )
    assert "Internal Server Error" == line["errorMessage"]


def test_a_functions_error_is_told_in_its_own_words(
    aws: Aws, apis: HttpApis, recorder: Recorder, functions: StandIn
) -> None:
    failed = Outcome(json.dumps({"errorMessage": '"no"'}).encode(), "Unhandled")
    functions.handler = lambda _: failed
    api = deploy(aws, "$default")
    log(api, json.dumps(ACCESS_LOG))
    ask(apis.address(api.api_id))
    [line] = map(json.loads, written(api, recorder))

    assert ("500", "200", FAILED) == (
        line["status"],
        line["integrationStatus"],
        line["integrationErrorMessage"],
    )


def test_a_request_without_a_stage_leaves_nothing(aws: Aws, apis: HttpApis, recorder: Recorder) -> None:
    api = deploy(aws, "$default")
    log(api, COMMON)
    ask(apis.address(api.api_id), Host="d1.cloudfront.net")

    assert ([], {}) == (written(api, recorder), figures(aws))


@pytest.mark.parametrize("detailed", [False, True])
def test_requests_are_counted_by_api_and_stage_and_by_route_if_that_is_wished(
    aws: Aws, apis: HttpApis, recorder: Recorder, functions: StandIn, *, detailed: bool
) -> None:
    statuses = iter((200, 404, 500))
    functions.handler = lambda _: {"statusCode": next(statuses), "body": "four"}
    api = deploy(aws, "POST /notes")
    if detailed:
        api.stage(DefaultRouteSettings={"DetailedMetricsEnabled": True})
    for _ in range(3):
        ask(apis.address(api.api_id), "POST", "/notes", b"1234567")
    recorder.flush()

    by_api, by_stage = f"ApiId={api.api_id}", f"ApiId={api.api_id} Stage=$default"
    found = figures(aws)
    for dimensions in (by_api, by_stage):
        assert {"Count": 3, "4xx": 1, "5xx": 1, "DataProcessed": 33} == {
            name: found[dimensions][name] for name in ("Count", "4xx", "5xx", "DataProcessed")
        }
        assert found[dimensions]["Latency"] >= found[dimensions]["IntegrationLatency"] >= 0
    of_route = {f"{by_stage} Method=POST Resource=/notes"} if detailed else set()
    assert {by_api, by_stage} | of_route == set(found)


def figures(aws: Aws) -> dict[str, dict[str, float]]:
    """The sums of all metrics, by dimensions and name."""
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    client = aws.client("cloudwatch")
    found: dict[str, dict[str, float]] = {}
    for metric in client.list_metrics(Namespace="AWS/ApiGateway")["Metrics"]:
        asked: dict[str, Any] = {key: metric[key] for key in ("Namespace", "MetricName", "Dimensions")}
        points = client.get_metric_statistics(
            **asked,
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=5),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        dimensions = " ".join(f"{each['Name']}={each['Value']}" for each in metric["Dimensions"])
        found.setdefault(dimensions, {})[metric["MetricName"]] = sum(point["Sum"] for point in points)
    return found
