"""What values of templates come to in living stacks: functions, parameters, references to stored values."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.cloudformation.small import given, group, parameter, refusal, template, topic
from twin.aws.clients import Aws

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH, SECRET = "/stored", "S3CRET-in-json"
FUNCTIONS: tuple[tuple[str, Any, str], ...] = (
    ("Ref of a parameter", {"Ref": "Text"}, "text"),
    ("Ref of a list", {"Fn::Join": ["|", {"Ref": "List"}]}, "a|b"),
    ("Ref of a resource", {"Ref": "Topic"}, "arn:aws:sns:us-east-1:615243342518:named"),
    ("Fn::GetAtt", {"Fn::GetAtt": ["Topic", "TopicName"]}, "named"),
    ("Fn::Sub", {"Fn::Sub": "${Text}-${Topic.TopicName}-${!Literal}"}, "text-named-${Literal}"),
    ("Fn::Sub with variables", {"Fn::Sub": ["${a}${Text}", {"a": {"Ref": "Number"}}]}, "7text"),
    ("Fn::If", {"Fn::If": ["IsText", "yes", "no"]}, "yes"),
    ("Fn::FindInMap", {"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "Key"]}, "mapped"),
    ("Fn::Select of Fn::Split", {"Fn::Select": [1, {"Fn::Split": [",", "a,b,c"]}]}, "b"),
    ("Fn::Base64", {"Fn::Base64": {"Ref": "Text"}}, b64encode(b"text").decode()),
    ("Fn::Cidr", {"Fn::Select": ["1", {"Fn::Cidr": ["10.0.0.0/16", 2, 8]}]}, "10.0.1.0/24"),
    ("Fn::GetAZs", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "us-east-1a"),
    ("Fn::GetAZs of another", {"Fn::Select": [0, {"Fn::GetAZs": "eu-west-1"}]}, "eu-west-1a"),
    ("Fn::Length", {"Fn::Length": {"Ref": "List"}}, "2"),
    ("Fn::ToJsonString", {"Fn::ToJsonString": {"k": {"Ref": "Text"}}}, '{"k":"text"}'),
    ("AWS::AccountId", {"Ref": "AWS::AccountId"}, "615243342518"),
    ("AWS::Partition", {"Ref": "AWS::Partition"}, "aws"),
    ("AWS::StackName", {"Ref": "AWS::StackName"}, "values"),
    ("AWS::URLSuffix", {"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
    ("AWS::NotificationARNs", {"Fn::Join": ["", {"Ref": "AWS::NotificationARNs"}]}, "arn:aws:sns:x"),
    ("AWS::StackId", {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "AWS::StackId"}]}]}, "stack/values"),
)
"""What, its expression, and what it comes to; "Intrinsic function reference" and "Pseudo parameters
reference", CloudFormation Template Reference. The last is cut off before its identifier."""
SECTIONS = {
    "Transform": "AWS::LanguageExtensions",
    "Parameters": {
        "Text": {"Type": "String", "Default": "text"},
        "Number": {"Type": "Number", "Default": 7},
        "List": {"Type": "CommaDelimitedList", "Default": "a, b"},
    },
    "Conditions": {
        "IsText": {"Fn::Equals": [{"Ref": "Text"}, "text"]},
        "Not": {"Fn::Not": [{"Condition": "IsText"}]},
    },
    "Mappings": {"Map": {"us-east-1": {"Key": "mapped"}}},
    "Outputs": {
        "Told": {"Value": {"Fn::GetAtt": "Topic.TopicName"}},
        "Untold": {"Condition": "Not", "Value": {"Ref": "Absent"}},
    },
}


@pytest.fixture(scope="module")
def values() -> dict[str, str]:
    """What each expression of FUNCTIONS comes to, in one stack."""
    aws = Aws("615243342518", "us-east-1")
    resources = {
        "Topic": topic(TopicName="named", DisplayName={"Fn::If": ["Not", "x", {"Ref": "AWS::NoValue"}]}),
        "Absent": {**topic(), "Condition": "Not"},
        **{f"P{n}": parameter(value, Name=f"/{n}") for n, (_, value, _) in enumerate(FUNCTIONS)},
    }
    aws.client("cloudformation").create_stack(
        StackName="values",
        TemplateBody=template(resources, **SECTIONS),
        Capabilities=["CAPABILITY_AUTO_EXPAND"],
        NotificationARNs=["arn:aws:sns:x"],
    )
    assert {"Told": "named"} == outputs(aws, "values")
    ssm = aws.client("ssm")
    return {
        what: ssm.get_parameter(Name=f"/{n}")["Parameter"]["Value"]
        for n, (what, _, _) in enumerate(FUNCTIONS)
    }


@pytest.mark.parametrize(("what", "expected"), [(what, expected) for what, _, expected in FUNCTIONS])
def test_a_function_comes_to_its_value(values: dict[str, str], what: str, expected: str) -> None:
    assert expected == values[what][: len(expected)]


def outputs(aws: Aws, stack: str) -> dict[str, str]:
    """Outputs of a stack."""
    [told] = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in told.get("Outputs", ())}


def stored(aws: Aws, value: str) -> None:
    """Write what stands at PATH."""
    aws.client("ssm").put_parameter(Name=PATH, Type="String", Value=value, Overwrite=True)


@pytest.mark.parametrize(
    ("kind", "expression", "first", "second"),
    [
        ("String", {"Ref": "P"}, "a,b", "c"),
        ("List<String>", {"Fn::Join": ["|", {"Ref": "P"}]}, "a|b", "c"),
        ("CommaDelimitedList", {"Fn::Select": [0, {"Ref": "P"}]}, "a", "c"),
    ],
)
def test_a_parameter_from_parameter_store_is_read_at_each_update(
    aws: Aws, kind: str, expression: Any, first: str, second: str
) -> None:
    """cloudformation-supplied-parameter-types.html: UsePreviousValue keeps the path, not the value."""
    stored(aws, "a,b")
    declared = {"P": {"Type": f"AWS::SSM::Parameter::Value<{kind}>", "Default": "/else"}}
    body = template({"A": parameter(expression, Name="/a")}, Parameters=declared)
    cloudformation, ssm = aws.client("cloudformation"), aws.client("ssm")
    cloudformation.create_stack(StackName="s", TemplateBody=body, Parameters=given(P=PATH))
    assert first == ssm.get_parameter(Name="/a")["Parameter"]["Value"]

    stored(aws, "c")
    again = [{"ParameterKey": "P", "UsePreviousValue": True}]
    cloudformation.update_stack(StackName="s", UsePreviousTemplate=True, Parameters=again)
    [told] = cloudformation.describe_stacks(StackName="s")["Stacks"][0]["Parameters"]
    assert second == ssm.get_parameter(Name="/a")["Parameter"]["Value"]
    assert {"ParameterKey": "P", "ParameterValue": PATH, "ResolvedValue": "c"} == told


def test_a_parameter_can_not_be_read_from_a_secure_string(aws: Aws) -> None:
    """cloudformation-supplied-parameter-types.html."""
    aws.client("ssm").put_parameter(Name=PATH, Type="SecureString", Value=SECRET)
    declared = {"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": PATH}}
    body = template({"A": parameter({"Ref": "P"})}, Parameters=declared)

    assert (
        "ValidationError",
        f"Parameters [{PATH}] referenced by template have types not supported by CloudFormation.",
    ) == refusal(lambda: aws.client("cloudformation").create_stack(StackName="s", TemplateBody=body))


@pytest.fixture
def secret(aws: Aws) -> str:
    """ARN of a secret of two versions."""
    secrets = aws.client("secretsmanager")
    first = json.dumps({"key": "first"})
    made = secrets.create_secret(Name="named", SecretString=first, ClientRequestToken="1" * 32)
    second = json.dumps({"key": SECRET})
    secrets.put_secret_value(SecretId="named", SecretString=second, ClientRequestToken="2" * 32)
    arn: str = made["ARN"]
    return arn


REFERENCES: tuple[tuple[str, Any, str], ...] = (
    ("ssm", "{{resolve:ssm:/stored}}", "second"),
    ("ssm of a version", "{{resolve:ssm:/stored:1}}", "first"),
    ("a secret", "{{resolve:secretsmanager:named}}", json.dumps({"key": SECRET})),
    ("a key", "{{resolve:secretsmanager:named:SecretString:key}}", SECRET),
    ("a stage", "{{resolve:secretsmanager:named:SecretString:key:AWSPREVIOUS}}", "first"),
    ("a version", "{{resolve:secretsmanager:named:SecretString:key::" + "1" * 32 + "}}", "first"),
    ("an ARN", {"Fn::Sub": "{{resolve:secretsmanager:${Arn}:SecretString:key}}"}, SECRET),
    ("within text", {"Fn::Sub": "<{{resolve:ssm:${Path}}}>"}, "<second>"),
    ("joined", {"Fn::Join": ["", ["{{resolve:ssm:", {"Ref": "Path"}, ":1}}"]]}, "first"),
)
"""What, the reference, and what it stands for; "Get values stored in other services", User Guide."""


def test_dynamic_references_are_replaced_and_never_shown(aws: Aws, secret: str) -> None:
    """dynamic-references.html."""
    stored(aws, "first")
    stored(aws, "second")
    declared = {"Arn": {"Type": "String"}, "Path": {"Type": "String", "Default": PATH}}
    resources = {f"P{n}": parameter(value, Name=f"/{n}") for n, (_, value, _) in enumerate(REFERENCES)}
    too_long = "{{resolve:secretsmanager:named:SecretString:key}}" * 40
    resources["Wrong"] = group(LogGroupName=too_long)  # the service shows the name in its refusal
    cloudformation, ssm = aws.client("cloudformation"), aws.client("ssm")
    cloudformation.create_stack(
        StackName="s",
        TemplateBody=template(resources, Parameters=declared),
        Parameters=given(Arn=secret),
        DisableRollback=True,
    )

    assert {what: expected for what, _, expected in REFERENCES} == {
        what: ssm.get_parameter(Name=f"/{n}")["Parameter"]["Value"]
        for n, (what, _, _) in enumerate(REFERENCES)
    }
    assert "****" in str(cloudformation.describe_stack_resources(StackName="s"))
    for answer in all_that_is_told(aws):
        assert SECRET not in answer


def all_that_is_told(aws: Aws) -> Iterator[str]:
    """Every answer of CloudFormation about the stack s."""
    cloudformation = aws.client("cloudformation")
    for operation in ("stacks", "stack_events", "stack_resources", "events"):
        yield str(getattr(cloudformation, f"describe_{operation}")(StackName="s"))
    yield str(cloudformation.get_template(StackName="s"))
    yield str(cloudformation.list_stack_resources(StackName="s"))


def test_a_changed_secret_alone_is_no_update(aws: Aws, secret: str) -> None:
    """dynamic-references-secretsmanager.html."""
    reference = "{{resolve:secretsmanager:" + secret + ":SecretString:key}}"
    cloudformation = aws.client("cloudformation")
    body = template({"A": parameter(reference, Name="/a")})
    cloudformation.create_stack(StackName="s", TemplateBody=body)
    aws.client("secretsmanager").put_secret_value(SecretId=secret, SecretString='{"key": "third"}')

    assert ("ValidationError", "No updates are to be performed.") == refusal(
        lambda: cloudformation.update_stack(StackName="s", TemplateBody=body)
    )
    assert SECRET == aws.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"]


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        (
            "{{resolve:ssm:/none}}",
            "Unable to fetch parameters [/none] from parameter store for this account.",
        ),
        ("{{resolve:secretsmanager:none}}", "Secrets Manager can't find the specified secret."),
        (
            "{{resolve:secretsmanager:named:SecretString:other}}",
            "Could not find a value associated with JSONKey other in SecretString",
        ),
    ],
)
@pytest.mark.usefixtures("secret")
def test_a_reference_to_nothing_fails_its_resource(aws: Aws, reference: str, reason: str) -> None:
    """dynamic-references.html."""
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName="s", TemplateBody=template({"A": parameter(reference)}), DisableRollback=True
    )
    [row] = cloudformation.describe_stack_resources(StackName="s")["StackResources"]

    assert ("CREATE_FAILED", reason) == (row["ResourceStatus"], row["ResourceStatusReason"])


def test_the_value_of_a_secret_parameter_is_never_shown(aws: Aws) -> None:
    """parameters-section-structure.html: NoEcho."""
    declared = {"P": {"Type": "String", "NoEcho": True}}
    body = template(
        {"A": parameter({"Fn::Sub": "<${P}>"}), "B": parameter(Name={"Fn::Sub": "aws${P}"})},
        Parameters=declared,
    )
    aws.client("cloudformation").create_stack(
        StackName="s", TemplateBody=body, Parameters=given(P=SECRET), DisableRollback=True
    )

    told = [*all_that_is_told(aws)]
    assert "CREATE_FAILED" in told[0]
    assert [] == [answer for answer in told if SECRET in answer]


def test_an_output_is_text_whatever_it_is_written_as(aws: Aws) -> None:
    """outputs-section-structure.html."""
    sections = {"Outputs": {"B": {"Value": True}, "N": {"Value": 7}, "T": {"Value": "t"}}}
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=template({"A": topic()}, **sections))

    [stack] = cloudformation.describe_stacks()["Stacks"]
    told = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert {"B": "true", "N": "7", "T": "t"} == told


def test_what_a_reference_stood_for_may_be_gone_when_it_is_no_longer_used(aws: Aws) -> None:
    aws.client("ssm").put_parameter(Name=PATH, Value="v", Type="String")
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName="s", TemplateBody=template({"A": parameter("{{resolve:ssm:/stored}}", Name="/a")})
    )
    aws.client("ssm").delete_parameter(Name=PATH)
    cloudformation.update_stack(StackName="s", TemplateBody=template({"A": parameter("w", Name="/a")}))

    assert "w" == aws.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"]
