"""Nothing that was adopted goes with its stack, and no secret is told on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ops.adopting import importing
from ops.adopting.adoption import Adoption
from ops.adopting.copying import Copies, fetch_by_https
from ops.adopting.discovery import Discovered, Place
from ops.adopting.importing import NotKept, release
from ops.deploying.errors import StackFailed
from ops.errors import Unreached
from ops.live import Live
from ops.stack import describe
from ops.wanted import WantedStack
from stacks.loading import load_environment

if TYPE_CHECKING:
    from twin.aws.clients import Aws

NAME = "miyabi-staging-network"
PLACE = Place("network", "One", "AWS::SSM::Parameter", ("/one",))
DISCOVERED = Discovered((PLACE,), {}, (), ())
WANTED = WantedStack("network", NAME, "{}", (), (), {}, None, termination_protection=False)


def made(aws: Aws, **attributes: str) -> Live:
    """A stack of one resource, with attributes of the template's."""
    resource = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": "/one", "Type": "String", "Value": "a"},
        **attributes,
    }
    text = json.dumps({"Resources": {"One": resource}})
    aws.client("cloudformation").create_stack(StackName=NAME, TemplateBody=text)
    return Live(load_environment("staging"), aws.client)


def test_what_the_template_does_not_retain_keeps_its_stack(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    live = made(aws)
    # as CloudFormation answers to a change of the policy alone
    monkeypatch.setattr(importing, "propose", lambda *_, **__: None)

    with pytest.raises(NotKept, match=f"stack {NAME} was not deleted, since One would go with it"):
        release(live, WANTED, DISCOVERED, pause=lambda _: None)
    assert "a" == aws.client("ssm").get_parameter(Name="/one")["Parameter"]["Value"]


def test_a_stack_that_does_not_go_is_told(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    live = made(aws, DeletionPolicy="Retain")
    now = describe(live, NAME)
    assert now is not None
    monkeypatch.setattr(importing, "follow", lambda *_, **__: replace(now, status="DELETE_FAILED"))

    with pytest.raises(StackFailed, match=f"stack {NAME} ended in DELETE_FAILED"):
        release(live, WANTED, DISCOVERED, pause=lambda _: None)


def test_an_adoption_does_not_show_what_it_has_read() -> None:
    there = {PLACE: {"Environment": {"Variables": {"JWT_SECRET": "unmistakable"}}}}
    found = Adoption(DISCOVERED, there, (), Copies((), (), ""), (importing.Importing(WANTED, (), (), there),))

    assert "unmistakable" not in repr(found)


def test_code_that_can_not_be_fetched_is_one_sentence_without_its_address() -> None:
    with pytest.raises(Unreached, match="the function's code can't be asked: ") as raised:
        fetch_by_https("http://127.0.0.1:1/code?X-Amz-Signature=unmistakable")
    assert "unmistakable" not in str(raised.value)
