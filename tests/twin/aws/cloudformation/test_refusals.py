"""What CloudFormation refuses before it touches anything, in its codes and words; nothing is left of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.cloudformation.refused_calls import CALLS, PARAMETERS, RefusedCall, RefusedValue
from tests.twin.aws.cloudformation.refused_shapes import SHAPES
from tests.twin.aws.cloudformation.refused_templates import CONTENTS, NAMES, Row
from tests.twin.aws.cloudformation.small import given, parameter, refusal, template
from twin.aws.clients import Aws

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_IN_REQUEST = 51_200
"""Characters of a template that a call can bring along; a longer one has to lie in S3."""
STATES = (
    "CREATE_IN_PROGRESS",
    "DELETE_FAILED",
    "DELETE_IN_PROGRESS",
    "IMPORT_ROLLBACK_FAILED",
    "REVIEW_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_IN_PROGRESS",
    "UPDATE_ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_IN_PROGRESS",
)
"""States of a stack that no update can begin from; "Understand stack creation events", User Guide."""


@pytest.fixture(scope="module")
def shared() -> Aws:
    """An account for all refusals: nothing may be left of any."""
    return Aws("615243342516", "us-east-1")


def rows(table: Iterable[Any]) -> pytest.MarkDecorator:
    """One test for each row, under its name."""
    return pytest.mark.parametrize("row", table, ids=str)


def left(aws: Aws, name: str) -> tuple[list[str], list[str]]:
    """Stacks of that name, deleted ones too, and all parameters of the account."""
    stacks = aws.client("cloudformation").list_stacks()["StackSummaries"]
    parameters = aws.client("ssm").describe_parameters()["Parameters"]
    return [stack["StackName"] for stack in stacks if stack["StackName"] == name], parameters


@rows((*SHAPES, *NAMES, *CONTENTS))
def test_a_wrong_template_is_refused(shared: Aws, row: Row) -> None:
    cloudformation = shared.client("cloudformation")
    is_long = len(row.text) > MOST_IN_REQUEST
    brought = hosted(shared, row.text) if is_long else {"TemplateBody": row.text}
    call = {"StackName": "refused", **brought, **row.call}

    assert (row.code, row.sentence) == refusal(lambda: cloudformation.create_stack(**call))
    assert ([], []) == left(shared, "refused")


def hosted(aws: Aws, text: str) -> dict[str, str]:
    """The argument that names a template in S3."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=f"templates-{aws.account}")
    s3.put_object(Bucket=f"templates-{aws.account}", Key="a template.json", Body=text.encode())
    return {"TemplateURL": f"https://templates-{aws.account}.s3.amazonaws.com/a%20template.json"}


@rows(PARAMETERS)
def test_a_wrong_value_of_a_parameter_is_refused(shared: Aws, row: RefusedValue) -> None:
    body = template({"A": parameter({"Ref": "Good"})}, Parameters={"Good": GOOD, **row.declared})
    call = {"StackName": "refused", "TemplateBody": body, "Parameters": row.given}

    assert ("ValidationError", row.sentence) == refusal(
        lambda: shared.client("cloudformation").create_stack(**call)
    )
    assert ([], []) == left(shared, "refused")


GOOD = {"Type": "String", "Default": "d"}


@rows(CALLS)
def test_a_wrong_call_is_refused(shared: Aws, row: RefusedCall) -> None:
    call = {"StackName": "refused", "TemplateBody": template({"A": parameter()}), **row.call}
    call = {name: value for name, value in call.items() if value is not None}

    code, sentence = refusal(lambda: shared.client("cloudformation").create_stack(**call))
    assert (row.code, row.sentence) == (code, sentence)
    assert ([], []) == left(shared, call["StackName"])


def test_a_template_in_s3_has_its_own_limit(shared: Aws) -> None:
    """CloudFormation quotas: cloudformation-limits.html."""
    long = template({"A": parameter()}, Metadata={"Long": "x" * 1_000_000})
    call = {"StackName": "refused", **hosted(shared, long)}

    assert ("ValidationError", "Template may not exceed 1000000 bytes in size.") == refusal(
        lambda: shared.client("cloudformation").create_stack(**call)
    )


def test_a_stack_that_is_there_is_not_made_again(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    call = {"StackName": "taken", "TemplateBody": template({"A": parameter()})}
    cloudformation.create_stack(**call)

    assert ("AlreadyExistsException", "Stack [taken] already exists") == refusal(
        lambda: cloudformation.create_stack(**call)
    )


@pytest.mark.parametrize("state", STATES)
def test_a_stack_in_another_state_takes_no_update(state: str) -> None:
    from twin.aws.cloudformation.errors import InvalidRequest
    from twin.aws.cloudformation.service import CloudFormation

    cloud = CloudFormation(Aws("615243342517", "us-east-1"))
    stack = cloud.announce("s", state)
    with pytest.raises(InvalidRequest) as refused:
        cloud.update_stack("s", template({"A": parameter()}), {})

    assert f"Stack:{stack.id} is in {state} state and can not be updated." == refused.value.message


def test_what_is_written_only_in_secret_stays_secret(shared: Aws) -> None:
    """NoEcho: parameters-section-structure.html; SecureString: using-ssm-parameter types are not readable."""
    declared = {"P": {"Type": "String", "NoEcho": True, "AllowedPattern": "[a-z]+"}}
    body = template({"A": parameter({"Ref": "P"})}, Parameters=declared)
    call = {"StackName": "refused", "TemplateBody": body, "Parameters": given(P="S3CRET")}

    _, sentence = refusal(lambda: shared.client("cloudformation").create_stack(**call))
    assert "Parameter 'P' must match pattern [a-z]+" == sentence


def test_a_refused_update_changes_nothing(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=template({"A": parameter()}))
    before = cloudformation.describe_stack_events(StackName="s")["StackEvents"]
    wrong = template({"A": parameter("w"), "B": parameter({"Ref": "Gone"})})
    refusal(lambda: cloudformation.update_stack(StackName="s", TemplateBody=wrong))

    assert before == cloudformation.describe_stack_events(StackName="s")["StackEvents"]
    assert (
        json.loads(template({"A": parameter()}))
        == (cloudformation.get_template(StackName="s")["TemplateBody"])
    )
