"""A change to a function is released by its alias, each time anew, and taken back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.twin.faults.test_observing import TARGETS
from tests.twin.faults.test_observing import World as Bare
from twin.aws import keeping
from twin.aws.clients import Aws
from twin.deployed import Deployed
from twin.faults.injectors.settings import configure, reserve, set_variable, unset_variable
from twin.faults.injectors.zips import module_zip
from twin.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.faults.targets import Targets

ACCOUNT = "610600000001"


@pytest.fixture
def world() -> Iterator[Bare]:
    """An account with one function, which an alias leads to."""
    aws = Aws(ACCOUNT, "us-east-1")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = aws.client("iam").create_role(
        RoleName="api", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    aws.client("lambda").create_function(
        FunctionName="api",
        Role=role["Role"]["Arn"],
        Runtime="python3.13",
        Handler="a.handle",
        Code={"ZipFile": module_zip("fails", "a.handle")},
        Environment={"Variables": {"KEPT": "1", "LOST": "2"}},
        Publish=True,
    )
    aws.client("lambda").create_alias(FunctionName="api", Name="live", FunctionVersion="1")
    yield Bare(aws, Deployed(aws), Recorder(aws), apis=None)  # type: ignore[arg-type]  # nothing is asked of it
    keeping.forget(ACCOUNT)


def served(world: Bare) -> dict[str, str]:
    """The variables of what the alias leads to."""
    found = world.aws.client("lambda").get_function_configuration(FunctionName="api", Qualifier="live")
    variables: dict[str, str] = found["Environment"]["Variables"]
    return variables


def targets(world: Bare) -> Targets:
    """The function behind its alias."""
    found = world.aws.client("lambda").get_function_configuration(FunctionName="api", Qualifier="live")
    return replace(TARGETS, account=ACCOUNT, function=dict(found), qualifier="live")


def test_the_same_fault_is_released_each_time_that_it_is_given(world: Bare) -> None:
    seen = []
    for _ in range(2):
        done = unset_variable(world, targets(world), "LOST")
        seen.append(served(world))
        done.undo()
        seen.append(served(world))

    assert [{"KEPT": "1"}, {"KEPT": "1", "LOST": "2"}] * 2 == seen


def test_a_setting_is_put_back_as_it_was_and_its_version_is_deleted(world: Bare) -> None:
    functions = world.aws.client("lambda")
    configure(world, targets(world), Timeout=7, MemorySize=256).undo()
    latest = functions.get_function_configuration(FunctionName="api")

    assert (3, 128) == (latest["Timeout"], latest["MemorySize"])
    assert ["$LATEST", "1"] == [
        each["Version"] for each in functions.list_versions_by_function(FunctionName="api")["Versions"]
    ]


def test_variables_that_were_not_there_are_taken_away_again(world: Bare) -> None:
    functions = world.aws.client("lambda")
    functions.update_function_configuration(FunctionName="api", Environment={"Variables": {}})
    set_variable(world, targets(world), "NEW", "1").undo()

    assert {} == functions.get_function_configuration(FunctionName="api").get("Environment", {}).get(
        "Variables", {}
    )


@pytest.mark.parametrize("before", [None, 5])
def test_a_reservation_is_put_back_as_it_was(world: Bare, before: int | None) -> None:
    functions = world.aws.client("lambda")
    if before is not None:
        functions.put_function_concurrency(FunctionName="api", ReservedConcurrentExecutions=before)
    done = reserve(world, targets(world), 0)
    during = functions.get_function_concurrency(FunctionName="api")["ReservedConcurrentExecutions"]
    done.undo()

    assert 0 == during
    assert before == functions.get_function_concurrency(FunctionName="api").get(
        "ReservedConcurrentExecutions"
    )
