"""FilterLogEvents lets through what a pattern says, in the order of time, page by page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from twin.aws.log_patterns import PatternRefused, read_pattern

if TYPE_CHECKING:
    from twin.aws.clients import Aws

GROUP = "/aws/lambda/f"
LINE = json.dumps(
    {
        "level": "ERROR",
        "status": 502,
        "message": "no connection: timeout",
        "route": "GET /api/v1/tasks",
        "cold": True,
        "user": None,
        "tags": [{"name": "a"}, {"name": "b"}],
        "a-b": "x",
    }
)


@pytest.mark.parametrize(
    "pattern",
    [
        None,
        "",
        "ERROR",
        "ERROR timeout",
        '"no connection"',
        "?WARN ?ERROR",
        "ERROR -WARN",
        "%stat[ue]s%",
        '{ $.level = "ERROR" }',
        "{ $.level = ERR* }",
        "{ $.level != INFO }",
        '{ $.route = "GET *tasks" }',
        '{ $.route = "*v1*" && $.status >= 500 }',
        "{ $.status = 502 }",
        "{ $.status > 501.5 && $.status < 503 }",
        "{ $.status = 200 || $.level = ERROR }",
        "{ ($.status = 200 || $.level = ERROR) && $.cold IS TRUE }",
        "{ $.level = ERROR || $.level = WARN && $.status = 200 }",
        "{ $.user IS NULL }",
        "{ $.other NOT EXISTS }",
        "{ $.tags[1].name = b }",
        "{ $.tags[*].name = b }",
        "{ $.level = %^ERR% }",
        "{ $['a-b'] = x }",
    ],
)
def test_a_pattern_lets_the_line_through(pattern: str | None) -> None:
    assert read_pattern(pattern)(LINE)


@pytest.mark.parametrize(
    "pattern",
    [
        "error",
        "ERROR WARN",
        "-ERROR",
        '"connection no"',
        "?WARN ?INFO",
        "%^stat%",
        '{ $.level = "ERR" }',
        "{ $.level = error }",
        "{ $.status = 50 }",
        "{ $.status > 502 }",
        '{ $.status = "50" }',
        "{ $.other = x }",
        "{ $.other != x }",
        "{ $.level.deeper = x }",
        "{ $.user NOT EXISTS }",
        "{ $.cold IS FALSE }",
        "{ $.tags[2].name = b }",
        "{ ($.level = ERROR || $.level = WARN) && $.status = 200 }",
    ],
)
def test_a_pattern_keeps_the_line_back(pattern: str) -> None:
    assert not read_pattern(pattern)(LINE)


def test_a_condition_on_json_keeps_back_what_is_none() -> None:
    assert not any(read_pattern("{ $.x NOT EXISTS }")(line) for line in ("plain", "1", "[]", "{"))


@pytest.mark.parametrize(
    "pattern",
    ["{ $.x }", "{ $.x = }", "{ x = 1 }", "{ $.x = 1", "{ $.x > a }", "{ $.x = 1 && }", "a-b", '"a', "%(a)%"],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused):
        read_pattern(pattern)


def test_a_pattern_of_columns_is_told_to_be_none_of_ours() -> None:
    with pytest.raises(NotImplementedError):
        read_pattern("[ip, user]")


@pytest.fixture
def logs(aws: Aws) -> Any:
    """A client of a group with two streams of five lines each, of which two at a time are of one moment."""
    client = aws.client("logs")
    client.create_log_group(logGroupName=GROUP)
    begin = int(datetime.now(UTC).timestamp() * 1000) - 5000
    for stream in "ab":
        client.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        events = [{"timestamp": begin + 10 * n, "message": f"line {n} of {stream}"} for n in range(5)]
        client.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
    return client


def pages(logs: Any, **more: Any) -> list[list[str]]:
    """The messages of each page."""
    asked = {"logGroupName": GROUP} | more
    return [
        [event["message"] for event in page["events"]]
        for page in logs.get_paginator("filter_log_events").paginate(**asked)
    ]


def test_streams_are_told_in_the_order_of_time(logs: Any) -> None:
    [messages] = pages(logs)

    assert [f"line {n} of {stream}" for n in range(5) for stream in "ab"] == messages


def test_pages_hold_everything_once(logs: Any) -> None:
    found = pages(logs, limit=3)

    assert [3, 3, 3, 1] == [len(page) for page in found]
    assert pages(logs)[0] == [message for page in found for message in page]


def test_times_streams_and_patterns_narrow_it(logs: Any) -> None:
    times = [event["timestamp"] for event in logs.filter_log_events(logGroupName=GROUP)["events"]]

    assert [4] == [len(page) for page in pages(logs, startTime=times[2], endTime=times[4])]
    assert [5] == [len(page) for page in pages(logs, logStreamNamePrefix="b")]
    assert [["line 3 of a"]] == pages(logs, logStreamNames=["a"], filterPattern='"line 3"')
    arn = f"arn:aws:logs:us-east-1:423581236540:log-group:{GROUP}"
    assert 10 == len(logs.filter_log_events(logGroupIdentifier=arn)["events"])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"logGroupName": "another"}, "ResourceNotFoundException"),
        ({"logStreamNames": ["c"]}, "ResourceNotFoundException"),
        ({"logStreamNames": ["a"], "logStreamNamePrefix": "a"}, "InvalidParameterException"),
        ({"filterPattern": "{ broken"}, "InvalidParameterException"),
        ({"nextToken": "made up"}, "InvalidParameterException"),
    ],
)
def test_it_refuses_as_cloudwatch_does(logs: Any, more: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError, match=code):
        pages(logs, **more)
