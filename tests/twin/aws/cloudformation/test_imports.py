"""Imports: resources that are there already come to belong to a stack."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from cfn.template import Template
from tests.twin.aws.cloudformation.small import (
    GUIDE,
    STACK,
    change_set,
    create,
    described,
    events,
    execute,
    parameter,
    refusal,
    status,
    tags,
    template,
    topic,
)
from twin.aws.cloudformation.imports import identifier_summaries

if TYPE_CHECKING:
    from tests.twin.aws.cloudformation.small import Document
    from twin.aws.clients import Aws

IMPORTING = GUIDE + "import-resources-manually.html"
KEPT = {**parameter("in the template", Name="/there"), "DeletionPolicy": "Retain"}
THERE = {
    "ResourceType": "AWS::SSM::Parameter",
    "LogicalResourceId": "There",
    "ResourceIdentifier": {"Name": "/there"},
}
FIRST = {"First": parameter("x", Name="/first")}


def there(aws: Aws) -> None:
    """Make the parameter that is to be imported, other than the template will want it."""
    aws.client("ssm").put_parameter(Name="/there", Value="found", Type="String")


def importing(aws: Aws, resources: Document | None = None, *imports: Document, **call: Any) -> Document:
    """Make a change set that imports, the parameter alone unless the call says otherwise."""
    wanted = {"There": KEPT} if resources is None else resources
    call = {"ResourcesToImport": list(imports or (THERE,)), "ChangeSetType": "IMPORT", **call}
    return change_set(aws, None if "TemplateBody" in call else wanted, **call)


def test_a_stack_can_be_made_by_an_import_alone(aws: Aws) -> None:
    there(aws)
    made = importing(aws)
    [change] = made["Changes"]
    assert {
        "Action": "Import",
        "LogicalResourceId": "There",
        "PhysicalResourceId": "/there",
        "ResourceType": "AWS::SSM::Parameter",
        "Scope": [],
        "Details": [],
    } == {key: value for key, value in change["ResourceChange"].items() if key != "AfterContext"}

    execute(aws)
    assert [
        (STACK, "IMPORT_IN_PROGRESS", "User Initiated"),
        ("There", "IMPORT_IN_PROGRESS", "Resource import started."),
        ("There", "IMPORT_COMPLETE", "Resource import completed."),
        ("There", "UPDATE_IN_PROGRESS", "Apply stack-level tags to imported resource if applicable."),
        ("There", "UPDATE_COMPLETE", None),
        (STACK, "IMPORT_COMPLETE", None),
    ] == events(aws)
    assert "EXECUTE_COMPLETE" == described(aws, made["ChangeSetId"])["ExecutionStatus"]


def test_an_import_changes_nothing_and_drift_tells_the_difference(aws: Aws) -> None:
    there(aws)
    importing(aws)
    execute(aws)

    assert "found" == aws.client("ssm").get_parameter(Name="/there")["Parameter"]["Value"]
    found = aws.client("cloudformation").detect_stack_resource_drift(
        StackName=STACK, LogicalResourceId="There"
    )["StackResourceDrift"]
    [difference] = found["PropertyDifferences"]
    assert ("/Value", "in the template", "found") == tuple(
        difference[key] for key in ("PropertyPath", "ExpectedValue", "ActualValue")
    )


def test_an_import_into_a_stack_gives_the_resource_the_stacks_tags(aws: Aws) -> None:
    there(aws)
    create(aws, FIRST, Tags=tags(Owner="me"))
    importing(aws, {**FIRST, "There": KEPT})
    execute(aws)

    assert "IMPORT_COMPLETE" == status(aws)
    told = aws.client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId="/there")
    assert tags(Owner="me") == told["TagList"]
    assert "found" == aws.client("ssm").get_parameter(Name="/there")["Parameter"]["Value"]
    change_set(aws, {**FIRST, "There": {**parameter("y", Name="/there")}})
    execute(aws)
    assert "UPDATE_COMPLETE" == status(aws)
    assert "y" == aws.client("ssm").get_parameter(Name="/there")["Parameter"]["Value"]


def test_resources_that_name_each_other_are_imported_together(aws: Aws) -> None:
    there(aws)
    arn = aws.client("sns").create_topic(Name="there")["TopicArn"]
    found = {**topic(TopicName={"Fn::GetAtt": ["There", "Value"]}), "DeletionPolicy": "Retain"}
    named = {
        "ResourceType": "AWS::SNS::Topic",
        "LogicalResourceId": "Found",
        "ResourceIdentifier": {"TopicArn": arn},
    }
    importing(aws, {"Found": found, "There": KEPT}, named, THERE)
    execute(aws)
    held = aws.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    assert {"/there", arn} == {resource["PhysicalResourceId"] for resource in held}


@dataclass(frozen=True, slots=True)
class Refused:
    """An import into a stack that has the resources FIRST, and AWS's text in refusing it."""

    told: str
    message: str
    resources: Document = field(default_factory=lambda: {**FIRST, "There": KEPT})
    imports: tuple[Document, ...] = (THERE,)
    sections: Document = field(default_factory=dict)
    source: str = IMPORTING


MODIFIED = (
    "You have modified resources [First] in your template that are not being imported. "
    "Update, create or delete operations cannot be executed during import operations."
)
REFUSED = (
    Refused("no import", "Must Provide at least one resource to import", imports=()),
    Refused(
        "the same twice",
        "Every resource to import must have unique LogicalResourceId",
        imports=(THERE, THERE),
    ),
    Refused(
        "a property that identifies nothing",
        "Invalid resource identifier for resource type AWS::SSM::Parameter. Expected [Name]",
        imports=({**THERE, "ResourceIdentifier": {"Value": "x"}},),
    ),
    Refused(
        "a name that is not in the template",
        "The logical resource ids [B] provided in ResourceToImport do not exist in the template.",
        imports=({**THERE, "LogicalResourceId": "B"},),
    ),
    Refused(
        "another type than the template's",
        "Resource type of [There] passed in ResourceToImport does not match with resource type defined in "
        "the template. Resource type in ResourceToImport: AWS::SSM::Parameter; Resource type in Template: "
        "AWS::SNS::Topic.",
        {**FIRST, "There": {**topic(), "DeletionPolicy": "Retain"}},
    ),
    Refused(
        "nothing new",
        "The template should contain at least one new resource to import.",
        FIRST,
        ({**THERE, "LogicalResourceId": "First"},),
    ),
    Refused(
        "what the stack has",
        "Resources [First] passed in ResourceToImport are already in a stack and cannot be imported.",
        imports=(THERE, {**THERE, "LogicalResourceId": "First"}),
    ),
    Refused(
        "another new resource",
        "Resources [New] is missing from ResourceToImport list",
        {**FIRST, "There": KEPT, "New": topic()},
    ),
    Refused("a resource that changes", MODIFIED, {"First": parameter("y", Name="/first"), "There": KEPT}),
    Refused("a resource that is left out", MODIFIED, {"There": KEPT}),
    Refused(
        "no DeletionPolicy",
        "The following resources to import [There] must have DeletionPolicy attribute specified in the "
        "template.",
        {**FIRST, "There": parameter("x", Name="/there")},
    ),
    Refused(
        "an output",
        "As part of the import operation, you cannot modify or add [Outputs]",
        sections={"Outputs": {"A": {"Value": "a"}}},
    ),
)


def test_an_import_that_aws_refuses_is_refused_in_its_words(aws: Aws) -> None:
    there(aws)
    create(aws, FIRST)
    found = {
        row.told: refusal(
            partial(
                importing,
                aws,
                TemplateBody=template(row.resources, **row.sections),
                ResourcesToImport=list(row.imports),
            )
        )
        for row in REFUSED
    }
    assert {row.told: ("ValidationError", row.message) for row in REFUSED} == found
    assert [] == aws.client("cloudformation").list_change_sets(StackName=STACK)["Summaries"]


def test_tags_can_not_come_with_an_import_nor_does_a_refused_one_leave_a_stack(aws: Aws) -> None:
    there(aws)
    expected = "As part of the import operation, you cannot modify or add [RoleArn, Tags]"
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    made = aws.client("iam").create_role(RoleName="deployer", AssumeRolePolicyDocument=trust)
    role = made["Role"]["Arn"]
    assert ("ValidationError", expected) == refusal(
        lambda: importing(aws, RoleARN=role, Tags=tags(Owner="me"))
    )
    assert [] == aws.client("cloudformation").describe_stacks()["Stacks"]


def test_an_import_of_what_is_not_there_fails(aws: Aws) -> None:
    found = importing(aws)
    reason = "Resource of type 'AWS::SSM::Parameter' with identifier '/there' was not found."
    assert ("FAILED", "UNAVAILABLE", reason, []) == tuple(
        found[key] for key in ("Status", "ExecutionStatus", "StatusReason", "Changes")
    )


def test_an_import_of_what_another_stack_has_fails(aws: Aws) -> None:
    create(aws, {"Owned": parameter("x", Name="/there")})
    owner = aws.client("cloudformation").describe_stacks()["Stacks"][0]["StackId"]
    found = importing(aws, StackName="second")
    assert f"/there already exists in stack {owner}" == found["StatusReason"]


def test_an_import_that_fails_leaves_all_alone(aws: Aws) -> None:
    """What was there when the change set was made is gone when it is executed."""
    there(aws)
    ssm = aws.client("ssm")
    ssm.put_parameter(Name="/before", Value="found", Type="String")
    create(aws, FIRST)
    before = copy.deepcopy(THERE) | {"LogicalResourceId": "Before", "ResourceIdentifier": {"Name": "/before"}}
    kept = {**parameter("x", Name="/before"), "DeletionPolicy": "Delete"}
    importing(aws, {**FIRST, "Before": kept, "There": KEPT}, before, THERE)
    ssm.delete_parameter(Name="/there")
    execute(aws)

    assert "IMPORT_ROLLBACK_COMPLETE" == status(aws)
    held = aws.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    assert ["First"] == [resource["LogicalResourceId"] for resource in held]
    assert "found" == ssm.get_parameter(Name="/before")["Parameter"]["Value"]
    change_set(aws, {"First": parameter("y", Name="/first")})
    execute(aws)
    assert "UPDATE_COMPLETE" == status(aws)


def test_a_template_tells_how_its_resources_are_named_in_an_import() -> None:
    resources = {"A": parameter("x"), "B": topic(), "C": topic()}
    assert [
        ("AWS::SNS::Topic", ["B", "C"], ["TopicArn"]),
        ("AWS::SSM::Parameter", ["A"], ["Name"]),
    ] == [
        tuple(row.values())
        for row in identifier_summaries(Template("s", {"Resources": resources}), "us-east-1")
    ]
