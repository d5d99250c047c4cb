"""Events that nobody waits for: how often they are tried, and where they go in the end."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.functions.world import RUNS, World, zipped
from tests.twin.observing import wait_until
from twin.aws.changes import changed
from twin.aws.mends import awslambda_account
from twin.functions import DestinationUnknown, Retries
from twin.functions.events import Waiting
from twin.functions.retries import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = """
import os
from http.client import HTTPConnection
while True:
    connection = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    event = connection.getresponse()
    path = "/2018-06-01/runtime/invocation/" + event.headers["Lambda-Runtime-Aws-Request-Id"] + "/response"
    event.read()
    connection.request("POST", path, b"it's done")
    connection.getresponse().read()
    connection.close()
"""
FAILING = "def handle(event, context):\n    raise ValueError('no such thing')\n"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """An account whose events don't wait to be tried again, and whose role may send messages."""
    with World("161803398805", retries=AT_ONCE) as opened:
        statement = {"Effect": "Allow", "Action": ["sqs:SendMessage", "sns:Publish"], "Resource": "*"}
        opened.aws.client("iam").put_role_policy(
            RoleName="runs",
            PolicyName="sends",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        yield opened


def queue(world: World, name: str) -> tuple[str, str]:
    """The ARN and the URL of a new queue."""
    url = world.aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return world.aws.arn("sqs", name), url


def received(world: World, url: str) -> dict[str, Any]:
    """The message that a queue gets."""
    found: list[dict[str, Any]] = []

    def receive() -> bool:
        told = world.aws.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])
        found.extend(told.get("Messages", []))
        return bool(found)

    wait_until(receive)
    [message] = found
    return message


def send(world: World, name: str, event: Any = "an event", qualifier: str | None = None) -> str:
    """Invoke a function without waiting."""
    return world.functions.invoke_later(name, json.dumps(event).encode(), qualifier=qualifier)


def test_an_event_is_handled_without_anybody_waiting(world: World) -> None:
    world.deploy("handled")
    send(world, "handled")
    wait_until(lambda: world.total("Invocations", FunctionName="handled") == 1)

    assert (1, None) == (
        world.total("AsyncEventsReceived", FunctionName="handled"),
        world.total("AsyncEventsDropped", FunctionName="handled"),
    )


def test_an_event_that_fails_is_tried_three_times_and_then_a_dead_letter(world: World) -> None:
    arn, url = queue(world, "dead")
    world.deploy("dying", FAILING, DeadLetterConfig={"TargetArn": arn})
    request_id = send(world, "dying")
    letter = received(world, url)
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    started = [line for line in world.lines("dying") if line.startswith(f"START RequestId: {request_id}")]

    assert '"an event"' == letter["Body"]
    assert {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "no such thing"} == attributes
    assert 3 == len(started)
    assert (3, 3, 1) == tuple(
        world.total(name, FunctionName="dying") for name in ("Invocations", "Errors", "AsyncEventsDropped")
    )


def test_what_became_of_an_event_is_sent_where_the_alias_says(world: World) -> None:
    client = world.aws.client("lambda")
    good, good_url = queue(world, "good")
    bad, bad_url = queue(world, "bad")
    world.deploy("reporting", "def handle(event, context):\n    return {'is': event['is'] / event['by']}\n")
    client.publish_version(FunctionName="reporting")
    client.create_alias(FunctionName="reporting", Name="live", FunctionVersion="1")
    client.put_function_event_invoke_config(
        FunctionName="reporting",
        Qualifier="live",
        MaximumRetryAttempts=1,
        DestinationConfig={"OnSuccess": {"Destination": good}, "OnFailure": {"Destination": bad}},
    )
    request_id = send(world, "reporting", {"is": 4, "by": 2}, "live")
    told = json.loads(received(world, good_url)["Body"])
    send(world, "reporting", {"is": 4, "by": 0}, "live")
    failed = json.loads(received(world, bad_url)["Body"])

    assert {
        "requestId": request_id,
        "functionArn": world.aws.arn("lambda", "function:reporting:1"),
        "condition": "Success",
        "approximateInvokeCount": 1,
    } == told["requestContext"]
    assert ({"is": 4, "by": 2}, {"is": 2.0}) == (told["requestPayload"], told["responsePayload"])
    assert {"statusCode": 200, "executedVersion": "1"} == told["responseContext"]
    assert ("RetriesExhausted", 2, "Unhandled", "ZeroDivisionError") == (
        failed["requestContext"]["condition"],
        failed["requestContext"]["approximateInvokeCount"],
        failed["responseContext"]["functionError"],
        failed["responsePayload"]["errorType"],
    )


def test_a_role_that_may_not_send_is_counted(world: World) -> None:
    arn, _ = queue(world, "closed")
    iam = world.aws.client("iam")
    role = iam.create_role(RoleName="mute", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    world.deploy("mute", FAILING, Role=role, DeadLetterConfig={"TargetArn": arn})
    send(world, "mute")
    wait_until(lambda: world.total("DeadLetterErrors", FunctionName="mute") == 1)


def test_an_event_waits_until_its_function_is_no_longer_throttled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deploy("throttled")
    with monkeypatch.context() as account:
        account.setattr(awslambda_account, "EXECUTIONS", 0)
        send(world, "throttled")
        wait_until(lambda: (world.total("Throttles", FunctionName="throttled") or 0) >= 1)
        assert world.total("AsyncEventsDropped", FunctionName="throttled") is None
    changed(world.aws.account, "lambda")
    wait_until(lambda: world.total("Invocations", FunctionName="throttled") == 1)


def test_an_event_for_a_function_that_may_not_run_is_given_up_at_once(world: World) -> None:
    client = world.aws.client("lambda")
    arn, url = queue(world, "halted")
    world.deploy("halted")
    client.put_function_concurrency(FunctionName="halted", ReservedConcurrentExecutions=0)
    client.put_function_event_invoke_config(
        FunctionName="halted", DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    send(world, "halted")
    told = json.loads(received(world, url)["Body"])
    client.delete_function_concurrency(FunctionName="halted")

    assert ("ZeroReservedConcurrency", 0) == (
        told["requestContext"]["condition"],
        told["requestContext"]["approximateInvokeCount"],
    )
    assert "responseContext" not in told
    assert (1, None) == (
        world.total("AsyncEventsDropped", FunctionName="halted"),
        world.total("Invocations", FunctionName="halted"),
    )


def test_what_a_bootstrap_gives_that_is_no_json_is_sent_on_as_text(world: World) -> None:
    arn, url = queue(world, "text")
    packed = zipped({"bootstrap": f"#!{sys.executable} -S\n{PLAIN}"}, {"bootstrap": RUNS})
    world.deploy("plain", packed, Runtime="provided.al2023", Handler="bootstrap")
    world.aws.client("lambda").put_function_event_invoke_config(
        FunctionName="plain", DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    send(world, "plain")

    assert "it's done" == json.loads(received(world, url)["Body"])["responsePayload"]


def test_an_event_that_grows_too_old_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awslambda_account, "EXECUTIONS", 0)
    with World("161803398806", retries=Retries(throttled_first=0.02, most_age=0.05)) as world:
        world.deploy("old")
        send(world, "old")
        wait_until(lambda: world.total("AsyncEventsDropped", FunctionName="old") == 1)

        assert world.total("Invocations", FunctionName="old") is None


def test_how_old_an_event_may_grow_is_said_by_its_function(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Waiting, "age", 61.0)
    world.deploy("aged")
    world.aws.client("lambda").put_function_event_invoke_config(
        FunctionName="aged", MaximumEventAgeInSeconds=60
    )
    send(world, "aged")
    wait_until(lambda: world.total("AsyncEventsDropped", FunctionName="aged") == 1)

    assert world.total("Invocations", FunctionName="aged") is None


def test_a_destination_that_nothing_can_be_sent_to_is_refused_by_name(world: World) -> None:
    world.deploy("unknown")
    arn = world.aws.arn("events", "event-bus/default")
    world.aws.client("lambda").put_function_event_invoke_config(
        FunctionName="unknown", DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    with pytest.raises(DestinationUnknown, match="event-bus/default"):
        send(world, "unknown")


def test_an_event_that_can_not_be_run_here_is_told(world: World) -> None:
    world.deploy("foreign", Runtime="nodejs22.x")
    send(world, "foreign")
    wait_until(
        lambda: any("function foreign was not given an event" in told for told in world.functions.unchecked)
    )


@pytest.mark.parametrize(("times", "seconds"), [(1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (10_000, 300)])
def test_waits_after_throttling_double_up_to_five_minutes(times: int, seconds: float) -> None:
    assert seconds == Retries().after_throttling(times)
