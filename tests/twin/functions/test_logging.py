"""What a function leaves in logs and metrics, and when it leaves nothing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from twin.functions import sandbox

if TYPE_CHECKING:
    from tests.twin.functions.world import World

TALKING = """
import json
print("starting")
def handle(event, context):
    if event == "fail":
        raise ValueError("no such thing")
    if event == "exit":
        import os; os._exit(7)
    print(event if isinstance(event, str) else json.dumps(event))
"""
REQUEST = "[0-9a-f-]{36}"
FIGURES = r"Duration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB"
STREAM = r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}"


def test_a_stream_reads_as_lambdas_own(world: World) -> None:
    world.deploy("talking", TALKING)
    for event in ("a word", "fail", "exit", "after"):
        world.run("talking", event)
    [(name, lines)] = world.streams("/aws/lambda/talking").items()
    expected = [
        r"INIT_START Runtime Version: python:3\.11\.v0\tRuntime Version ARN: arn:aws:lambda:.*",
        "starting",
        rf"START RequestId: {REQUEST} Version: \$LATEST",
        "a word",
        rf"END RequestId: {REQUEST}",
        rf"REPORT RequestId: {REQUEST}\t{FIGURES}\tInit Duration: \d+\.\d\d ms",
        rf"START RequestId: {REQUEST} Version: \$LATEST",
        r"\[ERROR\] ValueError: no such thing\nTraceback \(most (.|\n)*/var/task/module.py(.|\n)*",
        rf"END RequestId: {REQUEST}",
        rf"REPORT RequestId: {REQUEST}\t{FIGURES}",
        rf"START RequestId: {REQUEST} Version: \$LATEST",
        rf"RequestId: {REQUEST} Error: Runtime exited with error: exit status 7\nRuntime\.ExitError",
        rf"END RequestId: {REQUEST}",
        rf"REPORT RequestId: {REQUEST}\t{FIGURES}\tStatus: error\tError Type: Runtime\.ExitError",
        rf"START RequestId: {REQUEST} Version: \$LATEST",
        "starting",
        "after",
        rf"END RequestId: {REQUEST}",
        rf"REPORT RequestId: {REQUEST}\t{FIGURES}",
    ]

    assert re.fullmatch(STREAM, name)
    assert len(expected) == len(lines), lines
    for pattern, line in zip(expected, lines, strict=True):
        assert re.fullmatch(pattern, line)


def test_a_log_in_json_has_the_levels_that_are_asked_for(world: World) -> None:
    logging = {
        "LogFormat": "JSON",
        "LogGroup": "/of/my/own",
        "ApplicationLogLevel": "WARN",
        "SystemLogLevel": "WARN",
    }
    world.deploy("structured", TALKING, LoggingConfig=logging)
    said = [{"level": level, "timestamp": "now"} for level in ("INFO", "WARN", "ERROR")]
    for event in (*said, {"level": "INFO"}, "plain", "exit"):
        world.run("structured", event)
    [lines] = world.streams("/of/my/own").values()
    records = [json.loads(line) for line in lines if line.startswith("{")]

    assert [*said[1:], {"level": "INFO"}] == records[:3]
    assert ["platform.report"] == [record["type"] for record in records[3:]]
    assert ("error", "Runtime.ExitError") == (
        records[3]["record"]["status"],
        records[3]["record"]["errorType"],
    )
    assert "plain" in lines


def test_the_events_of_lambda_in_json(world: World) -> None:
    world.deploy("platform", TALKING, LoggingConfig={"LogFormat": "JSON"})
    outcome = world.run("platform", "a word")
    records = [json.loads(line) for line in world.lines("platform") if line.startswith("{")]

    assert ["platform.initStart", "platform.start", "platform.report"] == [each["type"] for each in records]
    assert {outcome.request_id} == {each["record"]["requestId"] for each in records[1:]}
    assert {"functionName": "platform", "phase": "init"}.items() <= records[0]["record"].items()


def test_the_tail_is_that_of_the_invocation(world: World) -> None:
    world.deploy("tailed", TALKING)
    world.run("tailed", "before")
    outcome = world.run("tailed", "x" * 5000)
    tail = outcome.log_tail.decode()

    assert 4096 == len(tail)
    assert tail.startswith("xxx")
    assert tail.splitlines()[-1].startswith(f"REPORT RequestId: {outcome.request_id}")
    assert world.run("tailed", "short").log_tail.startswith(b"START")


# Whether it may.


def policy(*actions: str, resource: str = "*") -> str:
    """A policy that allows some actions."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ALL = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
GROUP = "arn:aws:logs:us-east-1:*:log-group:/aws/lambda/{name}:*"


@pytest.mark.parametrize(
    ("actions", "resource", "is_there", "streams"),
    [
        (ALL, "*", False, 1),
        (ALL, GROUP, True, 1),
        (ALL[1:], GROUP, True, 1),
        (ALL[1:], GROUP, False, 0),
        (ALL[:2], "*", True, 0),
        ((ALL[0], ALL[2]), "*", True, 0),
        (ALL, "arn:aws:logs:us-east-1:*:log-group:/aws/lambda/another:*", True, 0),
        (("s3:GetObject",), "*", True, 0),
    ],
    ids=["all", "group", "no-making", "no-group", "no-putting", "no-stream", "other-group", "nothing"],
)
def test_a_function_logs_where_its_role_may(
    world: World,
    request: pytest.FixtureRequest,
    actions: tuple[str, ...],
    resource: str,
    is_there: bool,  # noqa: FBT001  (a column of the table)
    streams: int,
) -> None:
    name = f"logs-{request.node.callspec.id}"
    iam: Any = world.aws.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    document = policy(*actions, resource=resource.format(name=name))
    iam.put_role_policy(RoleName=name, PolicyName="logs", PolicyDocument=document)
    if is_there:
        world.aws.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
    world.deploy(name, Role=role)
    outcome = world.run(name)

    assert outcome.error is None
    assert streams == len(world.streams(f"/aws/lambda/{name}"))
    assert 1 == world.total("Invocations", FunctionName=name)


def test_a_right_that_comes_later_counts_from_then_on(world: World) -> None:
    iam: Any = world.aws.client("iam")
    role = iam.create_role(RoleName="late", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    world.deploy("late", TALKING, Role=role)
    world.run("late", "unheard")
    iam.put_role_policy(RoleName="late", PolicyName="logs", PolicyDocument=policy("logs:*"))
    world.run("late", "heard")

    assert "heard" in world.lines("late")
    assert "unheard" not in world.lines("late")


def test_what_is_said_beyond_measure_is_left_out_and_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "LONG_LOG", 1000)
    world.deploy("flooding", TALKING)
    world.run("flooding", "\n".join(f"line {number}" for number in range(500)))
    world.run("flooding", "after")
    said = [line for line in world.lines("flooding") if line.startswith("line")]

    assert 50 < len(said) < 200
    assert "after" in world.lines("flooding")
    assert any("function flooding said more than" in each for each in world.functions.unchecked)


# What is counted.


def test_invocations_are_counted_by_function_alias_and_version(world: World) -> None:
    client = world.aws.client("lambda")
    world.deploy("counted", TALKING)
    client.publish_version(FunctionName="counted")
    client.create_alias(FunctionName="counted", Name="live", FunctionVersion="1")
    for event, qualifier in (("a", "live"), ("fail", "live"), ("a", "1"), ("exit", None)):
        world.run("counted", event, qualifier=qualifier)
    name = {"FunctionName": "counted"}
    resources = [{"Resource": each} for each in ("counted:live", "counted:1", "counted")]
    executed = {"Resource": "counted:live", "ExecutedVersion": "1"}

    assert [4, 2, 1, 1] == [world.total("Invocations", **name, **each) for each in ({}, *resources)]
    assert [2, 1, 0, 1] == [world.total("Errors", **name, **each) for each in ({}, *resources)]
    assert (2, 1) == (
        world.total("Invocations", **name, **executed),
        world.total("Errors", **name, **executed),
    )
    assert world.total("Invocations", **name, Resource="counted:1", ExecutedVersion="1") is None
    assert (world.total("Duration", **name) or 0) > 0
    assert world.total("Throttles", **name) is None
    assert 4 == world.total("ConcurrentExecutions", **name)
