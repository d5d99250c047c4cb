"""Invoke finds the version that is asked for, keeps Lambda's limits, and refuses where nobody runs it."""

from __future__ import annotations

import io
import json
import zipfile
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from twin.aws.invoking import Answered, Busy, Invocation, run_functions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.aws.clients import Aws

MEGABYTE = 2**20


def run(invocation: Invocation) -> Answered:
    """Tells what it was asked; it fails or is busy if the event says so."""
    event = json.loads(invocation.payload)
    if event == "busy":
        raise Busy
    told = {"version": invocation.version, "letter": invocation.variables["LETTER"], "event": event}
    large = "a" * (6 * MEGABYTE + 100) if event == "large" else ""
    return Answered(
        json.dumps(told | {"large": large}).encode(), "Unhandled" if event == "fail" else None, b"x" * 5000
    )


@pytest.fixture
def function(aws: Aws) -> Iterator[Any]:
    """A client of Lambda, where a function has two versions, and an alias of the first."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("handler.py", "")
    role = aws.client("iam").create_role(RoleName="runs", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client = aws.client("lambda")
    settings = {"Runtime": "python3.13", "Role": role, "Handler": "handler.handle"}
    client.create_function(
        FunctionName="f",
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": {"LETTER": "a"}},
        **settings,
    )
    client.publish_version(FunctionName="f")
    client.update_function_configuration(FunctionName="f", Environment={"Variables": {"LETTER": "b"}})
    client.publish_version(FunctionName="f")
    client.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    run_functions(aws.account, run)
    yield client
    run_functions(aws.account, None)


def invoke(client: Any, event: Any = None, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Invoke, and return the answer and what it holds."""
    answer = client.invoke(**{"FunctionName": "f", "Payload": json.dumps(event).encode()} | more)
    content = answer["Payload"].read()
    return answer, json.loads(content) if content else {}


def refused(client: Any, event: Any = None, **more: Any) -> str:
    """The code by which Invoke refuses."""
    with pytest.raises(ClientError) as refusal:
        invoke(client, event, **more)
    code: str = refusal.value.response["Error"]["Code"]
    return code


@pytest.mark.parametrize(
    ("name", "qualifier", "version"),
    [
        ("f", None, "$LATEST"),
        ("f", "$LATEST", "$LATEST"),
        ("f", "2", "2"),
        ("f", "live", "1"),
        ("f:live", None, "1"),
        ("f:live", "live", "1"),
        ("arn:aws:lambda:us-east-1:423581236540:function:f", "live", "1"),
        ("arn:aws:lambda:us-east-1:423581236540:function:f:2", None, "2"),
    ],
)
def test_name_and_qualifier_say_which_version(
    function: Any, name: str, qualifier: str | None, version: str
) -> None:
    more = {"Qualifier": qualifier} if qualifier else {}
    answer, told = invoke(function, {"n": 1}, FunctionName=name, **more)

    assert (200, version, version) == (answer["StatusCode"], answer["ExecutedVersion"], told["version"])
    assert ("a" if version == "1" else "b", {"n": 1}) == (told["letter"], told["event"])


def test_an_alias_leads_to_the_version_that_it_is_changed_to(function: Any) -> None:
    seen = function.get_alias(FunctionName="f", Name="live")["RevisionId"]
    changed = {"FunctionName": "f", "Name": "live", "FunctionVersion": "2", "RevisionId": seen}
    function.update_alias(**changed)

    assert "2" == invoke(function, Qualifier="live")[1]["version"]
    with pytest.raises(ClientError, match="PreconditionFailedException"):
        function.update_alias(**changed | {"RevisionId": "another"})


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"FunctionName": "another-function:f"}, "ResourceNotFoundException"),
        ({"FunctionName": "g"}, "ResourceNotFoundException"),
        ({"Qualifier": "dead"}, "ResourceNotFoundException"),
        ({"Qualifier": "3"}, "ResourceNotFoundException"),
        ({"Qualifier": "3", "InvocationType": "DryRun"}, "ResourceNotFoundException"),
        ({"FunctionName": "f:1", "Qualifier": "2"}, "InvalidParameterValueException"),
        ({"Payload": b"{"}, "InvalidRequestContentException"),
        ({"Payload": b" " * (6 * MEGABYTE + 1)}, "RequestEntityTooLargeException"),
        ({"Payload": b" " * (MEGABYTE + 1), "InvocationType": "Event"}, "RequestEntityTooLargeException"),
        ({"Payload": b'"busy"'}, "TooManyRequestsException"),
    ],
)
def test_it_refuses_as_lambda_does(function: Any, more: dict[str, Any], code: str) -> None:
    assert code == refused(function, **more)


def test_each_type_of_invocation_has_its_answer(function: Any) -> None:
    answers = [invoke(function, InvocationType=kind)[0] for kind in ("RequestResponse", "Event", "DryRun")]

    assert [200, 202, 204] == [answer["StatusCode"] for answer in answers]
    assert ["$LATEST", None] == [answers[0].get("ExecutedVersion"), answers[2].get("ExecutedVersion")]


def test_a_failure_is_an_answer_and_the_log_is_told_to_who_asks(function: Any) -> None:
    failed, told = invoke(function, "fail", LogType="Tail")
    plain, _ = invoke(function)

    assert ("Unhandled", "fail", 5464) == (failed["FunctionError"], told["event"], len(failed["LogResult"]))
    assert not {"FunctionError", "LogResult"} & plain.keys()


def test_an_answer_has_its_limit(function: Any) -> None:
    answer, told = invoke(function, "large")

    assert ("Unhandled", "Function.ResponseSizeTooLarge") == (answer["FunctionError"], told["errorType"])


def test_a_function_runs_as_often_at_a_time_as_it_reserves(aws: Aws, function: Any) -> None:
    function.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    entered, leave = Event(), Event()

    def slow(invocation: Invocation) -> Answered:
        entered.set()
        leave.wait(20)
        return Answered(invocation.payload)

    run_functions(aws.account, slow)
    thread = Thread(target=invoke, args=(function,))
    thread.start()
    assert entered.wait(20)
    assert "TooManyRequestsException" == refused(function)
    leave.set()
    thread.join()
    assert 200 == invoke(function)[0]["StatusCode"]
    function.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    assert "TooManyRequestsException" == refused(function)


def test_executions_are_left_for_those_that_reserve_none(function: Any) -> None:
    function.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=900)

    assert 100 == function.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    with pytest.raises(ClientError, match="below its minimum value"):
        function.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=901)


def test_without_anybody_who_runs_functions_it_is_told(aws: Aws, function: Any) -> None:
    run_functions(aws.account, None)

    with pytest.raises(NotImplementedError, match="no function runs here"):
        invoke(function)
