"""Stack policies: what an update may do to which resource."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.cloudformation.small import (
    GUIDE,
    STACK,
    change_set,
    create,
    events,
    execute,
    group,
    parameter,
    refusal,
    status,
    template,
    topic,
)
from twin.aws.cloudformation.stack_policy import denial, read_policy

if TYPE_CHECKING:
    from tests.twin.aws.cloudformation.small import Document
    from twin.aws.clients import Aws

SOURCE = GUIDE + "protect-stack-resources.html"
MANIFEST = Path(__file__).parents[3] / "golden" / "staging" / "manifest.json"


def statement(effect: str, action: Any, resource: Any = "*", **others: Any) -> Document:
    """A statement of a policy."""
    return {"Effect": effect, "Action": action, "Principal": "*", "Resource": resource, **others}


ALLOW = statement("Allow", "Update:*")
NO_REPLACEMENT = statement("Deny", "Update:Replace", "LogicalResourceId/A")


def policy(*statements: Document) -> str:
    """The text of a policy."""
    return json.dumps({"Statement": list(statements)})


@dataclass(frozen=True, slots=True)
class Row:
    """A policy, what is to be done to the topic Topic, and whether it may be."""

    told: str
    statements: tuple[Document, ...]
    action: str
    denied: str | None
    source: str = SOURCE

    def __str__(self) -> str:
        """For the names of tests."""
        return self.told


TYPE = {"StringEquals": {"ResourceType": ["AWS::SNS::Topic"]}}
LIKE = {"StringLike": {"ResourceType": "AWS::SNS::*"}}
ELSE = {"StringEquals": {"ResourceType": "AWS::RDS::DBInstance"}}
NOT_ALLOWED = "Action not allowed by stack policy"


def says(position: int, action: str, resource: str = "*") -> str:
    """AWS's text for a statement that denies."""
    return (
        f"Action denied by stack policy: Statement [#{position}] does not allow [{action}] "
        f"for resource [{resource}];"
    )


ROWS = (
    Row("what is allowed", (ALLOW,), "Update:Delete", None),
    Row("what no statement allows", (statement("Allow", "Update:Modify"),), "Update:Replace", NOT_ALLOWED),
    Row(
        "what is allowed for others only",
        (statement("Allow", "Update:*", "LogicalResourceId/Other"),),
        "Update:Modify",
        NOT_ALLOWED,
    ),
    Row(
        "a Deny behind an Allow",
        (ALLOW, statement("Deny", "Update:Replace", "LogicalResourceId/Topic")),
        "Update:Replace",
        says(1, "Update:Replace", "LogicalResourceId/Topic"),
    ),
    Row(
        "a Deny before an Allow", (statement("Deny", "Update:*"), ALLOW), "Update:Modify", says(0, "Update:*")
    ),
    Row("a Deny of something else", (ALLOW, statement("Deny", "Update:Replace")), "Update:Modify", None),
    Row(
        "several actions and resources",
        (
            ALLOW,
            statement(
                "Deny",
                ["Update:Replace", "Update:Delete"],
                ["LogicalResourceId/A", "LogicalResourceId/Topic"],
            ),
        ),
        "Update:Delete",
        says(1, "Update:Replace, Update:Delete", "LogicalResourceId/A, LogicalResourceId/Topic"),
    ),
    Row(
        "a wildcard in a name",
        (ALLOW, statement("Deny", "Update:*", "LogicalResourceId/To*")),
        "Update:Modify",
        says(1, "Update:*", "LogicalResourceId/To*"),
    ),
    Row(
        "all actions but one",
        ({"Effect": "Allow", "NotAction": "Update:Delete", "Principal": "*", "Resource": "*"},),
        "Update:Delete",
        NOT_ALLOWED,
    ),
    Row(
        "all resources but one",
        (
            {
                "Effect": "Allow",
                "Action": "Update:*",
                "Principal": "*",
                "NotResource": "LogicalResourceId/Topic",
            },
        ),
        "Update:Modify",
        NOT_ALLOWED,
    ),
    Row(
        "a type",
        (ALLOW, statement("Deny", "Update:*", Condition=TYPE)),
        "Update:Modify",
        says(1, "Update:*"),
    ),
    Row(
        "a type with a wildcard",
        (ALLOW, statement("Deny", "Update:*", Condition=LIKE)),
        "Update:Modify",
        says(1, "Update:*"),
    ),
    Row("another type", (ALLOW, statement("Deny", "Update:*", Condition=ELSE)), "Update:Modify", None),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_policy_decides(row: Row) -> None:
    read = read_policy(policy(*row.statements))
    assert row.denied == denial(read, row.action, "Topic", "AWS::SNS::Topic")


INVALID = (
    ("no JSON", "x"),
    ("no statement", json.dumps({"Statement": []})),
    ("another principal", policy({**ALLOW, "Principal": "me"})),
    ("another action", policy(statement("Deny", "Delete:*"))),
    ("another resource", policy(statement("Deny", "Update:*", "Topic"))),
    ("another condition", policy(statement("Deny", "Update:*", Condition={"Bool": {"ResourceType": "x"}}))),
    ("an action and its opposite", policy({**ALLOW, "NotAction": "Update:Delete"})),
    ("another effect", policy(statement("Perhaps", "Update:*"))),
)
"""API_SetStackPolicy.html, and the elements of SOURCE."""


def test_what_is_no_policy_is_refused(aws: Aws) -> None:
    create(aws, {"A": topic()})
    cloudformation = aws.client("cloudformation")
    found = {
        told: refusal(partial(cloudformation.set_stack_policy, StackName=STACK, StackPolicyBody=body))
        for told, body in INVALID
    }
    expected = ("ValidationError", "Error validating stack policy: Invalid stack policy")
    assert {told: expected for told, _ in INVALID} == found
    assert "StackPolicyBody" not in cloudformation.get_stack_policy(StackName=STACK)


def test_a_denied_replacement_fails_and_the_update_rolls_back(aws: Aws) -> None:
    create(
        aws, {"A": topic(TopicName="x"), "B": parameter("1")}, StackPolicyBody=policy(ALLOW, NO_REPLACEMENT)
    )
    wanted = {"A": topic(TopicName="y"), "B": parameter("2")}
    aws.client("cloudformation").update_stack(StackName=STACK, TemplateBody=template(wanted))

    reason = says(1, "Update:Replace", "LogicalResourceId/A")
    told = events(aws)
    assert [("A", "UPDATE_FAILED", reason)] == [event for event in told if event[0] == "A"]
    assert (STACK, "UPDATE_ROLLBACK_COMPLETE", None) == told[-1]
    assert [aws.arn("sns", "x")] == [found["TopicArn"] for found in aws.client("sns").list_topics()["Topics"]]


def test_a_denied_deletion_fails_before_anything_is_done(aws: Aws) -> None:
    create(
        aws,
        {"A": parameter("1"), "B": topic(TopicName="x")},
        StackPolicyBody=policy(ALLOW, statement("Deny", "Update:Delete")),
    )
    wanted = {"A": parameter("2")}
    aws.client("cloudformation").update_stack(StackName=STACK, TemplateBody=template(wanted))
    assert [
        (STACK, "UPDATE_IN_PROGRESS", "User Initiated"),
        ("B", "UPDATE_FAILED", says(1, "Update:Delete")),
    ] == events(aws)[:2]
    assert "UPDATE_ROLLBACK_COMPLETE" == status(aws)


def test_a_policy_holds_for_change_sets_and_for_what_changes_with_others(aws: Aws) -> None:
    """A resource that changes because another does is an update of it as well."""
    before = {"A": topic(TopicName="x"), "B": parameter({"Ref": "A"})}
    create(
        aws, before, StackPolicyBody=policy(ALLOW, statement("Deny", "Update:Modify", "LogicalResourceId/B"))
    )
    change_set(aws, {**before, "A": topic(TopicName="y")})
    execute(aws)
    assert ("B", "UPDATE_FAILED", says(1, "Update:Modify", "LogicalResourceId/B")) in events(aws)
    assert "UPDATE_ROLLBACK_COMPLETE" == status(aws)


def test_a_policy_is_set_aside_for_one_update(aws: Aws) -> None:
    """StackPolicyDuringUpdateBody, UpdateStack; StackPolicyBody is the policy from then on."""
    cloudformation = aws.client("cloudformation")
    create(aws, {"A": topic(TopicName="x")}, StackPolicyBody=policy(ALLOW, NO_REPLACEMENT))
    cloudformation.update_stack(
        StackName=STACK,
        TemplateBody=template({"A": topic(TopicName="y")}),
        StackPolicyDuringUpdateBody=policy(ALLOW),
    )
    assert "UPDATE_COMPLETE" == status(aws)
    kept = cloudformation.get_stack_policy(StackName=STACK)["StackPolicyBody"]
    assert json.loads(policy(ALLOW, NO_REPLACEMENT)) == json.loads(kept)

    body = template({"A": topic(TopicName="z")})
    cloudformation.update_stack(StackName=STACK, TemplateBody=body, StackPolicyBody=policy(ALLOW))
    assert "UPDATE_ROLLBACK_COMPLETE" == status(aws)
    cloudformation.set_stack_policy(StackName=STACK, StackPolicyBody="{}")
    cloudformation.update_stack(StackName=STACK, TemplateBody=body, StackPolicyBody=policy(ALLOW))
    assert "UPDATE_COMPLETE" == status(aws)
    kept = cloudformation.get_stack_policy(StackName=STACK)["StackPolicyBody"]
    assert json.loads(policy(ALLOW)) == json.loads(kept)


def test_a_policy_is_read_from_s3(aws: Aws) -> None:
    create(aws, {"A": topic()})
    cloudformation, s3 = aws.client("cloudformation"), aws.client("s3")
    s3.create_bucket(Bucket="policies")
    s3.put_object(Bucket="policies", Key="p.json", Body=policy(ALLOW).encode())
    url = "https://s3.amazonaws.com/policies/p.json"
    cloudformation.set_stack_policy(StackName=STACK, StackPolicyURL=url)
    assert policy(ALLOW) == cloudformation.get_stack_policy(StackName=STACK)["StackPolicyBody"]
    both = "You cannot specify both StackPolicyURL and StackPolicyBody"
    assert ("ValidationError", both) == refusal(
        lambda: cloudformation.set_stack_policy(StackName=STACK, StackPolicyURL=url, StackPolicyBody="{}")
    )


def test_the_policies_that_are_deployed_keep_what_they_name(aws: Aws) -> None:
    stacks = json.loads(MANIFEST.read_text(encoding="utf-8"))["stacks"]
    deployed = next(stack["stack_policy"] for stack in stacks if stack["stack"] == "network")
    create(
        aws,
        {"FlowLogGroup": group(LogGroupName="x"), "Other": group(LogGroupName="o")},
        StackPolicyBody=json.dumps(deployed),
    )
    cloudformation = aws.client("cloudformation")
    for wanted, expected in (
        (
            {"FlowLogGroup": group(LogGroupName="y"), "Other": group(LogGroupName="o")},
            "UPDATE_ROLLBACK_COMPLETE",
        ),
        ({"Other": group(LogGroupName="o")}, "UPDATE_ROLLBACK_COMPLETE"),
        ({"FlowLogGroup": group(LogGroupName="x", RetentionInDays=7)}, "UPDATE_COMPLETE"),
    ):
        cloudformation.update_stack(StackName=STACK, TemplateBody=template(wanted))
        assert expected == status(aws)
