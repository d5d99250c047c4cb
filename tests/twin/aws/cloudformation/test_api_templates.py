"""What CloudFormation's API tells of templates."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.twin.aws.cloudformation.small import parameter, refusal, template, topic

if TYPE_CHECKING:
    from twin.aws.clients import Aws

YAML = "# by hand\nResources:\n  A:\n    Type: AWS::SNS::Topic\n"
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": {}}}


def test_a_template_comes_back_as_it_was_given(aws: Aws) -> None:
    """API_GetTemplate.html: boto3 gives JSON as a mapping, and YAML as text."""
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=template({"A": parameter()}))
    cloudformation.create_stack(StackName="y", TemplateBody=YAML)

    assert {"Resources": {"A": parameter()}} == cloudformation.get_template(StackName="s")["TemplateBody"]
    for stage in ("Original", "Processed"):
        found = cloudformation.get_template(StackName="y", TemplateStage=stage)
        assert (YAML, ["Original", "Processed"]) == (found["TemplateBody"], found["StagesAvailable"])


def test_a_processed_template_has_no_loops(aws: Aws) -> None:
    """API_GetTemplate.html; intrinsic-function-reference-foreach.html."""
    loop = {"Fn::ForEach::Each": ["Name", ["One", "Two"], {"${Name}": topic(DisplayName={"Ref": "Name"})}]}
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName="s",
        TemplateBody=template(loop, Transform="AWS::LanguageExtensions"),
        Capabilities=["CAPABILITY_AUTO_EXPAND"],
    )
    original = cloudformation.get_template(StackName="s")["TemplateBody"]
    done = cloudformation.get_template(StackName="s", TemplateStage="Processed")["TemplateBody"]

    assert [*loop] == [*original["Resources"]]
    assert {"One": topic(DisplayName="One"), "Two": topic(DisplayName="Two")} == done["Resources"]
    assert ["One", "Two"] == [
        row["LogicalResourceId"]
        for row in cloudformation.describe_stack_resources(StackName="s")["StackResources"]
    ]


@pytest.mark.parametrize("of", ["TemplateBody", "StackName"])
def test_a_template_is_summed_up(aws: Aws, of: str) -> None:
    """API_GetTemplateSummary.html."""
    sections = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "d",
        "Metadata": {"k": "v"},
        "Parameters": {"P": {"Type": "String", "AllowedValues": ["a"], "Default": "a", "NoEcho": "true"}},
    }
    body = template({"A": ROLE, "B": topic()}, **sections)
    cloudformation = aws.client("cloudformation")
    asked = {of: body}
    if of == "StackName":
        cloudformation.create_stack(StackName="s", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
        asked = {of: "s"}
    told = cloudformation.get_template_summary(**asked)

    assert {
        "AWS::IAM::Role": (["A"], ["RoleName"]),
        "AWS::SNS::Topic": (["B"], ["TopicArn"]),
    } == {
        row["ResourceType"]: (row["LogicalResourceIds"], row["ResourceIdentifiers"])
        for row in told["ResourceIdentifierSummaries"]
    }
    assert ["CAPABILITY_NAMED_IAM"] == told["Capabilities"]
    assert "The following resource(s) require capabilities: [AWS::IAM::Role]" == told["CapabilitiesReason"]
    assert ("2010-09-09", "d", '{"k": "v"}') == (told["Version"], told["Description"], told["Metadata"])
    [row] = told["Parameters"]
    assert {
        "ParameterKey": "P",
        "DefaultValue": "a",
        "ParameterType": "String",
        "NoEcho": True,
        "ParameterConstraints": {"AllowedValues": ["a"]},
    } == row


def test_a_template_can_be_validated_without_a_stack(aws: Aws) -> None:
    """API_ValidateTemplate.html."""
    cloudformation = aws.client("cloudformation")
    body = template({"A": parameter({"Ref": "P"})}, Parameters={"P": {"Type": "String", "Description": "d"}})
    told = cloudformation.validate_template(TemplateBody=body)

    assert [{"ParameterKey": "P", "NoEcho": False, "Description": "d"}] == told["Parameters"]
    _, sentence = refusal(
        lambda: cloudformation.validate_template(TemplateBody=template({"A": parameter({"Ref": "Gone"})}))
    )
    assert "Unresolved resource dependencies [Gone]" in sentence


def test_what_is_not_done_for_a_summary_is_refused_by_name(aws: Aws) -> None:
    body = template({"A": topic()})
    asked = {"TemplateSummaryConfig": {"TreatUnrecognizedResourceTypesAsWarnings": True}}
    cloudformation = aws.client("cloudformation")

    _, sentence = refusal(lambda: cloudformation.get_template_summary(TemplateBody=body, **asked))
    assert "the local AWS does not know TemplateSummaryConfig; leave it out" == sentence


def test_a_change_set_takes_a_new_template_or_the_previous_one(aws: Aws) -> None:
    """API_CreateChangeSet.html: UsePreviousTemplate."""
    cloudformation, body = aws.client("cloudformation"), template({"A": topic()})
    cloudformation.create_stack(StackName="s", TemplateBody=body)
    call = {"StackName": "s", "ChangeSetName": "c"}

    for asked in ({}, {"TemplateBody": body, "UsePreviousTemplate": True}):
        _, sentence = refusal(partial(cloudformation.create_change_set, **call, **asked))
        assert "Either Template URL or Template Body must be specified." == sentence
