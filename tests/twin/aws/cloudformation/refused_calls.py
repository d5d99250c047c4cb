"""Calls and values of parameters that CloudFormation refuses, and its sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.twin.aws.cloudformation.small import API, GUIDE, given, tags

PAGE = f"{GUIDE}parameters-section-structure.html"
CREATION = f"{API}API_CreateStack.html"
DETECTED = "1 validation error detected: "
PATTERN = "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"


@dataclass(frozen=True, slots=True)
class RefusedValue:
    """Declarations of parameters, the values of a call, and the sentence."""

    what: str
    declared: dict[str, Any]
    given: list[dict[str, Any]]
    sentence: str
    source: str = PAGE

    def __str__(self) -> str:
        """For the names of tests."""
        return self.what.replace(" ", "-")


@dataclass(frozen=True, slots=True)
class RefusedCall:
    """Arguments of CreateStack, None for one to leave out, and the error."""

    what: str
    call: dict[str, Any]
    sentence: str
    source: str = CREATION
    code: str = field(default="ValidationError")

    def __str__(self) -> str:
        """For the names of tests."""
        return self.what.replace(" ", "-")


def declared(kind: str = "String", **rules: Any) -> dict[str, Any]:
    """A parameter P."""
    return {"P": {"Type": kind, **rules}}


STORED = "AWS::SSM::Parameter::Value<String>"

PARAMETERS = (
    RefusedValue("no value", declared(), [], "Parameters: [P] must have values"),
    RefusedValue("an unknown one", {}, given(Q="x"), "Parameters: [Q] do not exist in the template"),
    RefusedValue(
        "none of the allowed values",
        declared(AllowedValues=["a", "b"]),
        given(P="c"),
        "Parameter 'P' must be one of AllowedValues",
    ),
    RefusedValue(
        "another pattern",
        declared(AllowedPattern="^[a-z]+$"),
        given(P="A"),
        "Parameter 'P' must match pattern ^[a-z]+$",
        "ministack, pull request 1648, measured",
    ),
    RefusedValue(
        "a pattern with a description",
        declared(AllowedPattern="[a-z]+", ConstraintDescription="must be in lower case."),
        given(P="A"),
        "Parameter P failed to satisfy constraint: must be in lower case.",
        "aws-cli, issue 7750",
    ),
    RefusedValue(
        "too short", declared(MinLength=3), given(P="ab"), "Parameter 'P' must contain at least 3 characters"
    ),
    RefusedValue(
        "too long", declared(MaxLength=1), given(P="ab"), "Parameter 'P' must contain at most 1 characters"
    ),
    RefusedValue(
        "too small",
        declared("Number", MinValue=5),
        given(P="4"),
        "Parameter 'P' must be a number not less than 5",
    ),
    RefusedValue(
        "too large",
        declared("Number", MaxValue=5),
        given(P="6"),
        "Parameter 'P' must be a number not greater than 5",
    ),
    RefusedValue("no number", declared("Number"), given(P="six"), "Parameter 'P' must be a number"),
    RefusedValue("no numbers", declared("List<Number>"), given(P="1,b"), "Parameter 'P' must be a number"),
    RefusedValue(
        "a wrong default",
        declared(AllowedValues=["a"], Default="z"),
        [],
        "Parameter 'P' must be one of AllowedValues",
    ),
    RefusedValue(
        "a previous value of nothing",
        declared(),
        [{"ParameterKey": "P", "UsePreviousValue": True}],
        "Invalid input for parameter key P. Cannot specify usePreviousValue as true for a parameter key not "
        "in the previous template",
        "issue",
    ),
    RefusedValue(
        "a path in Parameter Store with nothing there",
        declared(STORED),
        given(P="/not/there"),
        "Unable to fetch parameters [/not/there] from parameter store for this account.",
        f"{GUIDE}cloudformation-supplied-parameter-types.html",
    ),
)

CALLS = (
    RefusedCall(
        "a name with an underscore",
        {"StackName": "a_b"},
        f"{DETECTED}Value 'a_b' at 'stackName' failed to satisfy constraint: Member must satisfy regular "
        f"expression pattern: {PATTERN}",
        "LocalStack, tests/aws/services/cloudformation",
    ),
    RefusedCall(
        "a long name",
        {"StackName": "a" * 129},
        f"{DETECTED}Value '{'a' * 100}...' at 'stackName' failed to satisfy constraint: Member must have "
        "length less than or equal to 128",
    ),
    RefusedCall(
        "a large body",
        {"TemplateBody": " " * 51_201},
        f"{DETECTED}Value '{' ' * 100}...' at 'templateBody' failed to satisfy constraint: Member must have "
        "length less than or equal to 51200",
    ),
    RefusedCall(
        "no template", {"TemplateBody": None}, "Either Template URL or Template Body must be specified."
    ),
    RefusedCall(
        "two templates",
        {"TemplateURL": "https://s3.amazonaws.com/bucket/key"},
        "TemplateBody and TemplateURL can not be specified together; give one of them",
    ),
    RefusedCall(
        "an address with nothing there",
        {"TemplateBody": None, "TemplateURL": "https://s3.amazonaws.com/none/key"},
        "S3 error: The specified key does not exist: https://s3.amazonaws.com/none/key",
    ),
    RefusedCall(
        "an address that is none of S3's",
        {"TemplateBody": None, "TemplateURL": "https://example.com/template.json"},
        "TemplateURL must be a supported URL.",
        "LocalStack, tests/aws/services/cloudformation",
    ),
    RefusedCall(
        "an address of the command line's",
        {"TemplateBody": None, "TemplateURL": "s3://bucket/template.json"},
        "S3 error: Domain name specified in bucket is not a valid S3 domain",
        "LocalStack, tests/aws/services/cloudformation",
    ),
    RefusedCall(
        "an unknown end of a failure",
        {"OnFailure": "KEEP"},
        f"{DETECTED}Value 'KEEP' at 'onFailure' failed to satisfy constraint: Member must satisfy enum value "
        "set: [DO_NOTHING, ROLLBACK, DELETE]",
    ),
    RefusedCall(
        "two ends of a failure",
        {"OnFailure": "DELETE", "DisableRollback": True},
        "You can specify either OnFailure or DisableRollback, but not both.",
    ),
    RefusedCall(
        "a wrong token",
        {"ClientRequestToken": "-"},
        f"{DETECTED}Value '-' at 'clientRequestToken' failed to satisfy constraint: Member must satisfy "
        "regular expression pattern: [a-zA-Z0-9][-a-zA-Z0-9]*",
    ),
    RefusedCall(
        "too many tags",
        {"Tags": tags(**{f"t{number}": "v" for number in range(51)})},
        f"{DETECTED}Value 'a list of 51' at 'tags' failed to satisfy constraint: Member must have length "
        "less than or equal to 50",
    ),
    RefusedCall(
        "a tag of AWS's own",
        {"Tags": [{"Key": "aws:mine", "Value": "v"}]},
        "aws: prefixed tag key names are not allowed for external use.",
    ),
    RefusedCall(
        "a tag twice",
        {"Tags": [{"Key": "a", "Value": "v"}, {"Key": "a", "Value": "w"}]},
        "Duplicate tag keys found. Please specify unique keys only.",
    ),
    RefusedCall(
        "a role that is not there",
        {"RoleARN": "arn:aws:iam::615243342516:role/none"},
        "Role arn:aws:iam::615243342516:role/none is invalid or cannot be assumed",
        "LocalStack, tests/aws/services/cloudformation",
    ),
    RefusedCall(
        "alarms to watch",
        {
            "RollbackConfiguration": {
                "RollbackTriggers": [{"Arn": "arn:aws:cloudwatch", "Type": "AWS::CloudWatch::Alarm"}]
            }
        },
        "the local AWS watches no alarms; leave RollbackTriggers out",
        "our own",
    ),
)
