"""Ways back: of one update or of several, of what was replaced, and of what failed half-way.

"Stack failure options", stack-failure-options.html.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.twin.aws.cloudformation.small import STACK, create, parameter, status, template, topic
from twin.aws import handlers
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    import pytest

    from tests.twin.aws.cloudformation.small import Document
    from twin.aws.clients import Aws

TYPE = "AWS::SSM::Parameter"
FAILING = {"Z": parameter(Name="aws")}


def update(aws: Aws, resources: Document, **call: Any) -> str:
    """Update the stack; gives its status."""
    aws.client("cloudformation").update_stack(StackName=STACK, TemplateBody=template(resources), **call)
    return status(aws)


def value(aws: Aws) -> str:
    """The value of the parameter /a."""
    found: str = aws.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"]
    return found


def test_several_failed_updates_are_taken_back_to_where_the_stack_was_well(aws: Aws) -> None:
    create(aws, {"A": parameter("first", Name="/a")})
    for text in ("second", "third"):
        resources = {"A": parameter(text, Name="/a"), **FAILING}
        assert "UPDATE_FAILED" == update(aws, resources, DisableRollback=True)
    assert "third" == value(aws)
    aws.client("cloudformation").rollback_stack(StackName=STACK)

    assert ("UPDATE_ROLLBACK_COMPLETE", "first") == (status(aws), value(aws))


def test_what_was_made_in_anothers_stead_goes_whatever_its_policy(aws: Aws) -> None:
    first, second = (
        {**topic(TopicName=name), "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        for name in ("first", "second")
    )
    create(aws, {"A": first})

    assert "UPDATE_ROLLBACK_COMPLETE" == update(aws, {"A": second, **FAILING})
    assert [aws.arn("sns", "first")] == [one["TopicArn"] for one in aws.client("sns").list_topics()["Topics"]]


def test_what_failed_half_way_is_changed_again_though_its_template_is_the_former_one(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(aws, {"A": parameter("first", Name="/a")})
    table = handlers._handlers("ssm")
    handler = table[TYPE]

    def changes_and_fails(request: Any, identifier: Any) -> None:
        assert handler.update is not None
        handler.update(request, identifier)
        raise HandlerError("GeneralServiceException", "the second step failed")

    with monkeypatch.context() as patch:
        patch.setitem(table, TYPE, replace(handler, update=changes_and_fails))
        second = {"A": parameter("second", Name="/a")}
        assert "UPDATE_FAILED" == update(aws, second, DisableRollback=True)
    former = {"A": parameter("first", Name="/a"), "B": topic()}

    assert "UPDATE_COMPLETE" == update(aws, former, DisableRollback=True)
    assert "first" == value(aws)


def test_an_update_that_is_taken_back_leaves_the_former_stack_policy(aws: Aws) -> None:
    """API_UpdateStack.html: StackPolicyBody."""
    rule = {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}
    create(aws, {"A": parameter()}, StackPolicyBody=json.dumps({"Statement": [rule]}))
    other = json.dumps({"Statement": [{**rule, "Resource": "LogicalResourceId/A"}]})

    assert "UPDATE_ROLLBACK_COMPLETE" == update(aws, {"A": parameter("w"), **FAILING}, StackPolicyBody=other)
    found = aws.client("cloudformation").get_stack_policy(StackName=STACK)["StackPolicyBody"]
    assert {"Statement": [rule]} == json.loads(found)
