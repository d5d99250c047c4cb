"""Calls that arrive while an operation is under way: answered or refused, and nothing is torn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.aws.cloudformation.small import parameter, status, template
from twin.aws import handlers
from twin.aws.cloudformation.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.clients import Aws
    from twin.aws.cloudformation.state import Goal
    from twin.aws.handler import Identifier, Properties

TYPE = "AWS::SSM::Parameter"
READ = handlers._handlers("ssm")[TYPE].read
TWO = {"A": parameter(Name="/a"), "B": parameter(Name="/b")}


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has a function called by another thread each time that a parameter is read."""

    def put(function: Callable[[], None]) -> None:
        def read(aws: Aws, identifier: Identifier) -> Properties:
            with ThreadPoolExecutor(1) as thread:
                thread.submit(function).result(timeout=20)
            return READ(aws, identifier)

        table = handlers._handlers("ssm")
        monkeypatch.setitem(table, TYPE, replace(table[TYPE], read=read))

    return put


def test_a_stack_is_told_of_while_it_is_being_made(aws: Aws, meanwhile: Any) -> None:
    """A deployment shows its progress by the events."""
    cloudformation = aws.client("cloudformation")
    seen: list[tuple[str, int, int]] = []

    def look() -> None:
        events = cloudformation.describe_stack_events(StackName="s")["StackEvents"]
        held = cloudformation.list_stack_resources(StackName="s")["StackResourceSummaries"]
        seen.append((status(aws, "s"), len(events), len(held)))

    meanwhile(look)
    cloudformation.create_stack(StackName="s", TemplateBody=template(TWO))

    assert [("CREATE_IN_PROGRESS", 2, 0), ("CREATE_IN_PROGRESS", 5, 1)] == seen


def test_a_stack_takes_one_operation_at_a_time(aws: Aws, meanwhile: Any) -> None:
    cloudformation = aws.client("cloudformation")
    body = template({"A": parameter("w", Name="/a")})
    refused: list[str] = []

    def interfere() -> None:
        calls: dict[str, dict[str, Any]] = {
            "update_stack": {"TemplateBody": body},
            "create_change_set": {"ChangeSetName": "c", "TemplateBody": body},
            "delete_stack": {},
            "detect_stack_drift": {},
            "create_stack": {"TemplateBody": body},
        }
        for operation, call in calls.items():
            with pytest.raises(ClientError) as caught:
                getattr(cloudformation, operation)(StackName="s", **call)
            refused.append(caught.value.response["Error"]["Code"])

    meanwhile(interfere)
    cloudformation.create_stack(StackName="s", TemplateBody=template({"A": parameter(Name="/a")}))

    assert "CREATE_COMPLETE" == status(aws, "s")
    assert [*["ValidationError"] * 4, "AlreadyExistsException"] == refused
    assert "v" == aws.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"]


def test_an_update_has_its_stack_before_it_begins(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else another could be let in between."""
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=template(TWO))
    seen: list[str] = []

    class Watched(Operation):
        def update(self, goal: Goal) -> None:
            seen.append(self.stack.status)
            super().update(goal)

    monkeypatch.setattr("twin.aws.cloudformation.service.Operation", Watched)
    cloudformation.update_stack(StackName="s", TemplateBody=template({"A": TWO["A"]}))

    assert ["UPDATE_IN_PROGRESS"] == seen


def test_of_two_stacks_at_once_one_alone_exports_a_name(aws: Aws) -> None:
    """using-cfn-stack-exports.html: the name of an export is unique in a region of an account."""
    cloudformation = aws.client("cloudformation")
    body = template({"A": parameter()}, Outputs={"O": {"Value": "v", "Export": {"Name": "e"}}})
    begin = Barrier(2)

    def make(name: str) -> None:
        begin.wait(timeout=20)
        cloudformation.create_stack(StackName=name, TemplateBody=body)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(make, ("one", "other")))

    assert ["CREATE_COMPLETE", "ROLLBACK_COMPLETE"] == sorted(status(aws, name) for name in ("one", "other"))
    assert 1 == len(cloudformation.list_exports()["Exports"])
