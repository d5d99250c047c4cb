"""Templates that CloudFormation refuses, and its sentences.

`source` names the page that tells the rule, or the place where AWS's own sentence was recorded: "LocalStack"
stands for its snapshots of answers of AWS, "issue" for a report of a user.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.twin.aws.cloudformation.small import GUIDE, parameter, topic

RECORDED = "LocalStack, tests/aws/services/cloudformation"
CONDITIONS = GUIDE + "conditions-section-structure.html"
DELETION = GUIDE + "aws-attribute-deletionpolicy.html"
EXTENSIONS = GUIDE + "transform-aws-languageextensions.html"
LIMITS = GUIDE + "cloudformation-limits.html"
PARAMETERS = GUIDE + "parameters-section-structure.html"
TROUBLE = GUIDE + "troubleshooting.html"
VALIDATING = GUIDE + "validate-stack-deployments.html"
BLOCK = "block of the template"
FORMAT = "Template format error: "
ERROR = "Template error: "


@dataclass(frozen=True, slots=True)
class Row:
    """A template's text, or what stands in it besides one good resource, and the sentence."""

    what: str
    body: str | dict[str, Any]
    sentence: str
    source: str
    call: dict[str, Any] = field(default_factory=dict)
    code: str = "ValidationError"

    def __str__(self) -> str:
        """For the names of tests."""
        return self.what.replace(" ", "-")

    @property
    def text(self) -> str:
        """The template."""
        if isinstance(self.body, str):
            return self.body
        return json.dumps({"Resources": {"Good": parameter()}, **self.body})


def holding(value: Any, **others: Any) -> dict[str, Any]:
    """Resources: a good one, and one with this value."""
    return {"Resources": {"Good": parameter(), "A": {**parameter(value), **others}}}


def unresolved(name: str, section: str = "Resources") -> str:
    """AWS's sentence for names that lead nowhere."""
    return f"{FORMAT}Unresolved resource dependencies [{name}] in the {section} {BLOCK}"


def many(count: int, value: Any) -> dict[str, Any]:
    """A section of so many entries."""
    return {f"N{number}": value for number in range(count)}


OFF = {"Conditions": {"Off": {"Fn::Equals": ["a", "b"]}}}
MAPPED = {"Mappings": {"M": {"a": {"b": "c"}}}}
EXTENDED = {"Transform": "AWS::LanguageExtensions"}
EXPANDING = {"Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
INVALID = "Properties validation failed for resource A with message:\n"

NAMES = (
    Row("a dangling Ref", holding({"Ref": "Gone"}), unresolved("Gone"), TROUBLE),
    Row(
        "a dangling Ref in an output",
        {"Outputs": {"O": {"Value": {"Ref": "Gone"}}}},
        unresolved("Gone", "Outputs"),
        TROUBLE,
    ),
    Row("a dangling Sub", holding({"Fn::Sub": "${Gone}-x"}), unresolved("Gone"), "issue"),
    Row(
        "a dangling attribute in Sub",
        holding({"Fn::Sub": "${Gone.Arn}"}),
        f"{ERROR}instance of Fn::Sub references invalid resource attribute Gone.Arn",
        "issue",
    ),
    Row(
        "a dangling GetAtt",
        holding({"Fn::GetAtt": ["Gone", "Arn"]}),
        f"{ERROR}instance of Fn::GetAtt references undefined resource Gone",
        "issue",
    ),
    Row("a dangling DependsOn", holding("v", DependsOn="Gone"), unresolved("Gone"), RECORDED),
    Row(
        "an unknown attribute of a type",
        holding({"Fn::GetAtt": ["Good", "Colour"]}),
        f"{ERROR}resource Good does not support attribute type Colour in Fn::GetAtt",
        "issue",
    ),
    Row(
        "a dangling condition",
        holding("v", Condition="Gone"),
        f"{FORMAT}Unresolved condition dependency Gone in the Resources {BLOCK}",
        CONDITIONS,
    ),
    Row(
        "a dangling condition in If",
        holding({"Fn::If": ["Gone", "a", "b"]}),
        f"{ERROR}unresolved condition dependency Gone in Fn::If",
        "issue",
    ),
    Row(
        "a condition on a resource",
        {"Conditions": {"C": {"Fn::Equals": [{"Ref": "Good"}, "x"]}}},
        f"{FORMAT}Unresolved dependencies [Good]. Cannot reference resources in the Conditions {BLOCK}",
        "cfn-lint, issue 99",
    ),
    Row(
        "a resource that its condition keeps away",
        {**OFF, "Resources": {"A": {**parameter(), "Condition": "Off"}, "B": parameter({"Ref": "A"})}},
        unresolved("A"),
        CONDITIONS,
    ),
    Row(
        "an unknown mapping",
        holding({"Fn::FindInMap": ["M", "a", "b"]}),
        f"{ERROR}Mapping named 'M' is not present in the 'Mappings' section of template.",
        "issue",
    ),
    Row(
        "an unknown key of a mapping",
        {**MAPPED, **holding({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "b"]})},
        f"{ERROR}Unable to get mapping for M::us-east-1::b",
        RECORDED,
    ),
    Row(
        "an item that is not there",
        holding({"Fn::Select": [2, ["a", "b"]]}),
        f"{ERROR}Fn::Select cannot select nonexistent value at index 2",
        GUIDE + "intrinsic-function-reference-select.html",
    ),
    Row(
        "a circle",
        {"Resources": {"A": parameter({"Ref": "B"}), "B": parameter({"Fn::Sub": "${A}"})}},
        "Circular dependency between resources: [A, B]",
        TROUBLE,
    ),
    Row(
        "a circle of conditions",
        {"Conditions": {name: {"Fn::Not": [{"Condition": other}]} for name, other in ("CD", "DC")}},
        f"{ERROR}Circular dependency between conditions: [C, D]",
        CONDITIONS,
    ),
    Row(
        "a function with a wrong argument",
        holding({"Fn::Join": ["-", "a"]}),
        f"{ERROR}Resources/A/Properties/Value/Fn::Join: a text stands where a list is needed",
        GUIDE + "intrinsic-function-reference-join.html",
    ),
    Row(
        "a function without its transform",
        holding({"Fn::ToJsonString": {"a": 1}}),
        f"{ERROR}Fn::ToJsonString is only known with the transform AWS::LanguageExtensions",
        EXTENSIONS,
    ),
)

CONTENTS = (
    Row(
        "an unknown type",
        {"Resources": {"A": {"Type": "AWS::SNS::Topik"}}},
        f"{FORMAT}Unrecognized resource types: [AWS::SNS::Topik]",
        "issue",
    ),
    Row(
        "a type that the local AWS can't make",
        {"Resources": {"A": {"Type": "AWS::SQS::Queue"}}},
        "the local AWS can't make AWS::SQS::Queue; docs/local-aws.md lists the types that it can",
        "our own",
    ),
    Row(
        "an unknown property",
        {"Resources": {"A": parameter(Colour="red")}},
        f"{INVALID}#: extraneous key [Colour] is not permitted",
        VALIDATING,
    ),
    Row(
        "a missing property",
        {"Resources": {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String"}}}},
        f"{INVALID}#: required key [Value] not found",
        VALIDATING,
    ),
    Row(
        "a wrong kind of value",
        holding(["a"]),
        f"{INVALID}#/Value: expected type: String, found: JSONArray",
        VALIDATING,
    ),
    Row(
        "an unknown deletion policy",
        holding("v", DeletionPolicy="Keep"),
        f"{FORMAT}Unrecognized DeletionPolicy Keep for resource A",
        DELETION,
    ),
    Row(
        "a replace policy that is none",
        holding("v", UpdateReplacePolicy="RetainExceptOnCreate"),
        f"{FORMAT}Unrecognized UpdateReplacePolicy RetainExceptOnCreate for resource A",
        GUIDE + "aws-attribute-updatereplacepolicy.html",
    ),
    Row(
        "a snapshot of what has none",
        holding("v", DeletionPolicy="Snapshot"),
        f"{ERROR}resource type AWS::SSM::Parameter does not support deletion policy Snapshot",
        DELETION,
    ),
    Row(
        "a secure string where AWS takes none",
        holding("{{resolve:ssm-secure:/a}}"),
        "SSM Secure reference is not supported in: [AWS::SSM::Parameter/Properties/Value]",
        GUIDE + "dynamic-references-ssm-secure-strings.html",
    ),
    Row(
        "a transform that nobody has",
        {"Transform": "Mine"},
        "No transform named Mine found.",
        GUIDE + "transform-section-structure.html",
    ),
    Row(
        "a transform without its capability",
        EXTENDED,
        "Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
        EXTENSIONS,
        code="InsufficientCapabilitiesException",
    ),
    Row(
        "a loop over an unknown name",
        {**EXTENDED, "Resources": {"Fn::ForEach::L": ["I", {"Ref": "Gone"}, {"A${I}": topic()}]}},
        "Transform AWS::LanguageExtensions failed with: " + unresolved("Gone"),
        GUIDE + "intrinsic-function-reference-foreach.html",
        call=EXPANDING,
    ),
    Row(
        "a type beyond the allowed ones",
        {},
        "Resource type AWS::SSM::Parameter is not allowed by parameter ResourceTypes [AWS::EC2::*]",
        RECORDED,
        call={"ResourceTypes": ["AWS::EC2::*"]},
    ),
    *(
        Row(
            f"an identity {'with' if name else 'without'} a name",
            {
                "Resources": {
                    "A": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}, **name}}
                }
            },
            f"Requires capabilities : [{missing}]",
            GUIDE + "using-iam-template.html",
            call={"Capabilities": given},
            code="InsufficientCapabilitiesException",
        )
        for name, missing, given in (
            ({}, "CAPABILITY_IAM", []),
            ({"RoleName": "r"}, "CAPABILITY_NAMED_IAM", ["CAPABILITY_IAM"]),
        )
    ),
)
