"""What is deleted when, and what becomes of what can't be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.aws.cloudformation.small import (
    STACK,
    create,
    events,
    group,
    parameter,
    refusal,
    status,
    template,
    topic,
)
from twin.aws.cloudformation.working import CUSTOM_NAMED

if TYPE_CHECKING:
    from tests.twin.aws.cloudformation.small import Document
    from twin.aws.clients import Aws

A_NEEDS_B = {"A": parameter({"Ref": "B"}), "B": parameter("b", Name="/b")}


def deleted(aws: Aws, name: str) -> list[str]:
    """Logical ids in the order of their deletion in the stack's last operation."""
    return [logical_id for logical_id, state, _ in events(aws, name) if state == "DELETE_IN_PROGRESS"]


@pytest.mark.parametrize(
    ("others", "outcome"), [({}, "UPDATE_COMPLETE"), ({"Z": parameter(Name="aws")}, "UPDATE_FAILED")]
)
def test_what_needs_another_is_deleted_before_it_though_it_is_older(
    aws: Aws, others: Document, outcome: str
) -> None:
    """aws-attribute-dependson.html: resources are deleted in the reverse order."""
    create(aws, {"A": parameter()})
    cloudformation = aws.client("cloudformation")
    cloudformation.update_stack(
        StackName=STACK, TemplateBody=template({**A_NEEDS_B, **others}), DisableRollback=True
    )
    assert outcome == status(aws)
    [stack] = cloudformation.describe_stacks()["Stacks"]
    cloudformation.delete_stack(StackName=STACK)

    assert [STACK, "A", "B"] == deleted(aws, stack["StackId"])


def test_an_update_that_is_taken_back_leaves_the_former_order(aws: Aws) -> None:
    create(aws, A_NEEDS_B)
    cloudformation = aws.client("cloudformation")
    turned = {"A": parameter("a"), "B": parameter({"Ref": "A"}, Name="/b"), "Z": parameter(Name="aws")}
    cloudformation.update_stack(StackName=STACK, TemplateBody=template(turned))
    assert "UPDATE_ROLLBACK_COMPLETE" == status(aws)
    [stack] = cloudformation.describe_stacks()["Stacks"]
    cloudformation.delete_stack(StackName=STACK)

    assert [STACK, "A", "B"] == deleted(aws, stack["StackId"])


def test_what_is_no_longer_wanted_goes_from_the_last_to_the_first(aws: Aws) -> None:
    create(aws, {**A_NEEDS_B, "C": topic()})
    aws.client("cloudformation").update_stack(StackName=STACK, TemplateBody=template({"C": topic()}))

    assert ["A", "B"] == deleted(aws, STACK)


def test_a_deleted_stack_gives_nothing_to_others(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    body = template({"A": parameter()}, Outputs={"O": {"Value": "v", "Export": {"Name": "e"}}})
    made = cloudformation.create_stack(StackName=STACK, TemplateBody=body)
    cloudformation.delete_stack(StackName=STACK)
    [stack] = cloudformation.describe_stacks(StackName=made["StackId"])["Stacks"]

    assert ("DELETE_COMPLETE", []) == (stack["StackStatus"], stack.get("Outputs", []))
    assert [] == cloudformation.list_exports()["Exports"]


def test_what_was_replaced_before_a_failure_goes_with_the_stack(aws: Aws) -> None:
    """stack-failure-options.html: a failure left as it is leaves what was replaced."""
    create(aws, {"A": topic(TopicName="first"), "B": group()})
    cloudformation, sns = aws.client("cloudformation"), aws.client("sns")
    second = {"A": topic(TopicName="second"), "B": group(), "Z": parameter(Name="aws")}
    cloudformation.update_stack(StackName=STACK, TemplateBody=template(second), DisableRollback=True)
    assert 2 == len(sns.list_topics()["Topics"])
    cloudformation.delete_stack(StackName=STACK)

    assert [] == sns.list_topics()["Topics"]


def test_a_resource_with_a_name_of_its_own_is_not_replaced(aws: Aws) -> None:
    """troubleshooting.html; rename it, and both may stand beside each other."""
    create(aws, {"A": role("/one/")}, Capabilities=["CAPABILITY_NAMED_IAM"])
    aws.client("cloudformation").update_stack(
        StackName=STACK, TemplateBody=template({"A": role("/two/")}), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    reasons = [reason for _, state, reason in events(aws) if state == "UPDATE_FAILED"]

    assert [CUSTOM_NAMED.format(name="worker")] == reasons
    assert "/one/" == aws.client("iam").get_role(RoleName="worker")["Role"]["Path"]


def role(path: str) -> dict[str, object]:
    """A role with a name, which can't get another path."""
    trust = {"Version": "2012-10-17", "Statement": []}
    properties = {"RoleName": "worker", "Path": path, "AssumeRolePolicyDocument": trust}
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def test_a_resource_does_not_become_one_of_another_type(aws: Aws) -> None:
    """AWS's text, for updates and change sets alike."""
    create(aws, {"A": topic(), "B": group()})
    cloudformation = aws.client("cloudformation")
    call = {"StackName": STACK, "TemplateBody": template({"A": group(), "B": group()})}
    expected = (
        "Update of resource type is not permitted. The new template modifies resource type of the following "
        "resources: [A]"
    )

    assert ("ValidationError", expected) == refusal(lambda: cloudformation.update_stack(**call))
    assert ("ValidationError", expected) == refusal(
        lambda: cloudformation.create_change_set(**call, ChangeSetName="c")
    )
