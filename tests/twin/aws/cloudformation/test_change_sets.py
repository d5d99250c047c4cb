"""Change sets: how they are made, found, executed and refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.aws.cloudformation.small import (
    API,
    GUIDE,
    STACK,
    change_set,
    create,
    described,
    events,
    execute,
    given,
    group,
    parameter,
    refusal,
    status,
    tags,
    template,
    topic,
)

if TYPE_CHECKING:
    from tests.twin.aws.cloudformation.small import Document
    from twin.aws.clients import Aws

WORD = {"Word": {"Type": "String", "Default": "one"}}


def test_a_stack_is_announced_made_and_told_by_its_change_set(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    body = template(
        {"A": parameter("x")},
        Outputs={"Name": {"Value": {"Ref": "A"}, "Export": {"Name": f"{STACK}-name"}}},
    )
    made = change_set(
        aws, TemplateBody=body, ChangeSetType="CREATE", Description="first", Tags=tags(Owner="me")
    )
    assert ("CREATE_COMPLETE", "AVAILABLE", "first", tags(Owner="me")) == tuple(
        made[key] for key in ("Status", "ExecutionStatus", "Description", "Tags")
    )
    assert [(STACK, "REVIEW_IN_PROGRESS", "User Initiated")] == events(aws)

    execute(aws)
    [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    [held] = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    assert ("CREATE_COMPLETE", tags(Owner="me")) == (stack["StackStatus"], stack["Tags"])
    assert [held["PhysicalResourceId"]] == [output["OutputValue"] for output in stack["Outputs"]]
    assert "EXECUTE_COMPLETE" == described(aws, made["ChangeSetId"])["ExecutionStatus"]
    assert made["ChangeSetId"] == stack["ChangeSetId"]
    assert [] == cloudformation.list_change_sets(StackName=STACK)["Summaries"]


def test_a_stack_under_review_can_have_more_change_sets_be_made_and_be_deleted(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    first = change_set(aws, {"A": topic()}, ChangeSetType="CREATE")
    change_set(aws, {"B": topic()}, ChangeSetType="CREATE", ChangeSetName="second")
    listed = cloudformation.list_change_sets(StackName=STACK)["Summaries"]
    assert ["changes", "second"] == [summary["ChangeSetName"] for summary in listed]

    made = cloudformation.create_stack(StackName=STACK, TemplateBody=template({"C": topic()}))
    assert first["StackId"] == made["StackId"]
    assert "OBSOLETE" == described(aws, first["ChangeSetId"])["ExecutionStatus"]

    cloudformation.delete_stack(StackName=STACK)
    again = change_set(aws, {"A": topic()}, ChangeSetType="CREATE")
    cloudformation.delete_stack(StackName=STACK)
    [gone] = cloudformation.describe_stacks(StackName=again["StackId"])["Stacks"]
    assert "DELETE_COMPLETE" == gone["StackStatus"]


def test_an_executed_change_set_makes_the_others_obsolete(aws: Aws) -> None:
    create(aws, {"A": parameter("x")})
    other = change_set(aws, {"A": parameter("z")}, ChangeSetName="other")
    change_set(aws, {"A": parameter("y")})
    execute(aws)

    assert "OBSOLETE" == described(aws, other["ChangeSetId"])["ExecutionStatus"]
    code, message = refusal(lambda: execute(aws, ChangeSetName="other"))
    assert "InvalidChangeSetStatus" == code
    assert message.endswith("cannot be executed in its current execution status of [OBSOLETE]")
    change_set(aws, {"A": parameter("z")})  # the name is free again


def test_a_change_set_that_fails_rolls_back_as_an_update_does(aws: Aws) -> None:
    aws.client("ssm").put_parameter(Name="taken", Value="x", Type="String")
    create(aws, {"A": parameter("x")})
    broken = {"A": parameter("y"), "B": {**parameter("x", Name="taken"), "DependsOn": "A"}}
    first = change_set(aws, broken)
    execute(aws)
    assert "UPDATE_ROLLBACK_COMPLETE" == status(aws)
    assert "EXECUTE_FAILED" == described(aws, first["ChangeSetId"])["ExecutionStatus"]

    change_set(aws, broken)
    execute(aws, DisableRollback=True)
    assert "UPDATE_FAILED" == status(aws)
    change_set(aws, {"A": parameter("y")})
    execute(aws)
    assert "UPDATE_COMPLETE" == status(aws)


def test_an_execution_can_be_repeated_with_its_token(aws: Aws) -> None:
    create(aws, {"A": parameter("x")})
    change_set(aws, {"A": parameter("y")})
    for _ in range(2):
        execute(aws, ClientRequestToken="once")
    told = aws.client("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
    assert 1 == sum(event["ResourceStatus"] == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" for event in told)
    assert "once" == told[0]["ClientRequestToken"]


def test_a_stack_that_can_not_be_made_is_deleted_if_that_was_asked_for(aws: Aws) -> None:
    aws.client("ssm").put_parameter(Name="taken", Value="x", Type="String")
    made = change_set(
        aws, {"A": parameter("x", Name="taken")}, ChangeSetType="CREATE", OnStackFailure="DELETE"
    )
    execute(aws)
    [gone] = aws.client("cloudformation").describe_stacks(StackName=made["StackId"])["Stacks"]
    assert ("DELETE", "DELETE_COMPLETE") == (made["OnStackFailure"], gone["StackStatus"])


def test_what_is_left_out_of_the_call_stays_as_it_was(aws: Aws) -> None:
    """UsePreviousTemplate, UsePreviousValue and tags."""
    cloudformation = aws.client("cloudformation")
    two = {**WORD, "Other": {"Type": "String", "Default": "a"}}
    text = template({"A": parameter({"Fn::Sub": "${Word} ${Other}"})}, Parameters=two)
    cloudformation.create_stack(
        StackName=STACK, TemplateBody=text, Parameters=given(Word="two"), Tags=tags(Owner="me")
    )
    found = change_set(
        aws,
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": "Word", "UsePreviousValue": True}, *given(Other="b")],
    )
    [change] = found["Changes"]
    assert "two b" == change["ResourceChange"]["Details"][0]["Target"]["AfterValue"]
    assert tags(Owner="me") == found["Tags"]
    assert given(Other="b", Word="two") == found["Parameters"]


def test_a_template_is_read_from_s3(aws: Aws) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="a/b c.json", Body=template({"A": topic()}).encode())
    url = "https://templates.s3.us-east-1.amazonaws.com/a/b%20c.json"
    made = change_set(aws, TemplateURL=url, ChangeSetType="CREATE")
    assert ["A"] == [change["ResourceChange"]["LogicalResourceId"] for change in made["Changes"]]


SAME = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)


@pytest.mark.parametrize(
    ("sections", "reason"),
    [
        pytest.param({}, SAME, id="the same"),
        pytest.param({"Description": "told otherwise"}, SAME, id="another description"),
        pytest.param(
            {"Transform": "AWS::LanguageExtensions"}, "No updates are to be performed.", id="a transform"
        ),
    ],
)
def test_a_change_set_without_a_change_fails(aws: Aws, sections: Document, reason: str) -> None:
    """Update CloudFormation stacks using change sets: change-set-view.html."""
    create(aws, {"A": topic()})
    found = change_set(aws, TemplateBody=template({"A": topic()}, **sections))

    assert ("FAILED", "UNAVAILABLE", reason, []) == tuple(
        found[key] for key in ("Status", "ExecutionStatus", "StatusReason", "Changes")
    )
    assert (
        "InvalidChangeSetStatus",
        f"ChangeSet [{found['ChangeSetId']}] cannot be executed in its current status of [FAILED]",
    ) == refusal(lambda: execute(aws))


def test_another_output_or_tag_is_a_change_even_where_no_resource_changes(aws: Aws) -> None:
    create(aws, {"A": parameter("x")})
    body = template({"A": parameter("x")}, Outputs={"Value": {"Value": "x"}})
    found = change_set(aws, TemplateBody=body)
    assert ("CREATE_COMPLETE", []) == (found["Status"], found["Changes"])
    execute(aws)
    assert "UPDATE_COMPLETE" == status(aws)


def test_properties_that_no_schema_allows_fail_a_change_set(aws: Aws) -> None:
    """Validate stack deployments: validate-stack-deployments.html."""
    wrong = {"A": topic(Colour="red"), "B": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": "x"}}}
    found = change_set(aws, wrong, ChangeSetType="CREATE")

    assert ("FAILED", "UNAVAILABLE") == (found["Status"], found["ExecutionStatus"])
    assert "AWS::EarlyValidation::PropertyValidation" in found["StatusReason"]
    told = aws.client("cloudformation").describe_events(ChangeSetName=found["ChangeSetId"])
    assert [
        ("VALIDATION_ERROR", "/Resources/A/Properties", "#: extraneous key [Colour] is not permitted"),
        ("VALIDATION_ERROR", "/Resources/B/Properties", "#: required key [Type] not found"),
    ] == [
        (event["EventType"], event["ValidationPath"], event["ValidationStatusReason"])
        for event in told["OperationEvents"]
    ]
    passed = change_set(aws, wrong, ChangeSetType="CREATE", ChangeSetName="b", DisableValidation=True)
    assert "CREATE_COMPLETE" == passed["Status"]


OTHER_TYPE = "Update of resource type is not permitted."
REFUSED = (
    (
        "a stack that is there",
        "CREATE",
        {"A": topic()},
        f"Stack [{STACK}] already exists and cannot be created again with the changeSet [changes].",
        API + "API_CreateChangeSet.html",
    ),
    (
        "no template",
        "UPDATE",
        None,
        "Either Template URL or Template Body must be specified.",
        API + "API_CreateChangeSet.html",
    ),
    (
        "another type of resource",
        "UPDATE",
        {"A": group()},
        f"{OTHER_TYPE} The new template modifies resource type of the following resources: [A]",
        GUIDE + "using-cfn-updating-stacks-update-behaviors.html",
    ),
    (
        "an unknown type",
        "UPDATE",
        {"A": {"Type": "AWS::SNS::Nothing"}},
        "Template format error: Unrecognized resource types: [AWS::SNS::Nothing]",
        GUIDE + "troubleshooting.html",
    ),
)
"""What is refused, ChangeSetType, resources, AWS's text, source."""


@pytest.mark.parametrize(
    ("kind", "resources", "message"),
    [pytest.param(*row[1:4], id=row[0]) for row in REFUSED],
)
def test_a_change_set_is_refused(aws: Aws, kind: str, resources: Document | None, message: str) -> None:
    create(aws, {"A": topic()})
    assert ("ValidationError", message) == refusal(lambda: change_set(aws, resources, ChangeSetType=kind))
    assert [] == aws.client("cloudformation").list_change_sets(StackName=STACK)["Summaries"]


def test_a_refused_change_set_announces_no_stack(aws: Aws) -> None:
    refusal(lambda: change_set(aws, {"A": {"Type": "AWS::SNS::Nothing"}}, ChangeSetType="CREATE"))
    expected = ("ValidationError", f"Stack [{STACK}] does not exist")
    assert expected == refusal(lambda: change_set(aws, {"A": topic()}))
    assert expected == refusal(lambda: execute(aws))


def test_a_name_is_taken_until_the_change_set_is_gone_and_a_token_makes_a_call_repeatable(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    create(aws, {"A": parameter("x")})
    first = change_set(aws, {"A": parameter("y")}, ClientToken="t")
    assert first["ChangeSetId"] == change_set(aws, {"A": parameter("y")}, ClientToken="t")["ChangeSetId"]
    code, _ = refusal(lambda: change_set(aws, {"A": parameter("y")}))
    assert "AlreadyExistsException" == code

    for _ in range(2):
        cloudformation.delete_change_set(StackName=STACK, ChangeSetName="changes")
    assert (
        "ChangeSetNotFound",
        f"ChangeSet [{first['ChangeSetId']}] does not exist",
    ) == refusal(lambda: described(aws, first["ChangeSetId"]))
    assert (
        "ValidationError",
        "StackName must be specified if ChangeSetName is not specified as an ARN.",
    ) == refusal(lambda: cloudformation.delete_change_set(ChangeSetName="changes"))


def test_changes_come_in_pages(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    many = {f"P{number:03}": parameter("x") for number in range(101)}
    change_set(aws, many, ChangeSetType="CREATE")
    pages = cloudformation.get_paginator("describe_change_set").paginate(
        StackName=STACK, ChangeSetName="changes"
    )
    assert [100, 1] == [len(page["Changes"]) for page in pages]
