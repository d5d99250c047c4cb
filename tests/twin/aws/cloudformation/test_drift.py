"""Drift: what is no longer as the template made it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.cloudformation.small import (
    API,
    GUIDE,
    STACK,
    create,
    given,
    group,
    parameter,
    refusal,
    tags,
    template,
    topic,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.twin.aws.cloudformation.small import Document
    from twin.aws.clients import Aws

DRIFT = GUIDE + "using-cfn-stack-drift.html"


def detect(aws: Aws, *logical_ids: str) -> Document:
    """Look for drift; gives what the detection came to."""
    cloudformation = aws.client("cloudformation")
    only = {"LogicalResourceIds": list(logical_ids)} if logical_ids else {}
    made = cloudformation.detect_stack_drift(StackName=STACK, **only)
    found: Document = cloudformation.describe_stack_drift_detection_status(**ids(made))
    return found


def ids(made: Document) -> Document:
    """The id of a detection, as an argument."""
    return {"StackDriftDetectionId": made["StackDriftDetectionId"]}


def drifts(aws: Aws, *statuses: str) -> dict[str, Document]:
    """What is known of the stack's resources, by logical id."""
    only = {"StackResourceDriftStatusFilters": list(statuses)} if statuses else {}
    found = aws.client("cloudformation").describe_stack_resource_drifts(StackName=STACK, **only)
    return {drift["LogicalResourceId"]: drift for drift in found["StackResourceDrifts"]}


def put(aws: Aws, value: str) -> None:
    """Change the parameter behind the stack's back."""
    aws.client("ssm").put_parameter(Name="/a", Value=value, Overwrite=True)


def retag(aws: Aws) -> None:
    """Give the topic a tag that the template does not know."""
    aws.client("sns").tag_resource(ResourceArn=aws.arn("sns", "b"), Tags=tags(Other="x"))


def untag(aws: Aws) -> None:
    """Take the topic's tag away."""
    aws.client("sns").untag_resource(ResourceArn=aws.arn("sns", "b"), TagKeys=["Owner"])


def describe_parameter(aws: Aws) -> None:
    """Give the parameter what the template does not speak of."""
    aws.client("ssm").put_parameter(Name="/a", Value="x", Description="found", Overwrite=True)


def nothing(aws: Aws) -> None:
    """Leave all as it is."""


OWNER, OTHER = {"Key": "Owner", "Value": "me"}, {"Key": "Other", "Value": "x"}
ROWS: tuple[tuple[str, Callable[[Aws], None], dict[str, list[tuple[Any, ...]]], str], ...] = (
    ("nothing", nothing, {}, DRIFT),
    ("a property", lambda aws: put(aws, "y"), {"A": [("/Value", '"x"', '"y"', "NOT_EQUAL")]}, DRIFT),
    ("a property that the template leaves out", describe_parameter, {}, DRIFT),
    (
        "an item more",
        retag,
        {"B": [("/Tags/1", "null", json.dumps(OTHER), "ADD")]},
        API + "API_PropertyDifference.html",
    ),
    (
        "an item less",
        untag,
        {"B": [("/Tags/0", json.dumps(OWNER), "null", "REMOVE")]},
        API + "API_PropertyDifference.html",
    ),
)
"""What is changed, how, the differences by logical id, source."""


@pytest.mark.parametrize(
    ("change", "differences"), [pytest.param(change, found, id=told) for told, change, found, _ in ROWS]
)
def test_a_change_behind_the_stacks_back_is_found(
    aws: Aws, change: Callable[[Aws], None], differences: dict[str, list[tuple[Any, ...]]]
) -> None:
    create(aws, {"A": parameter("x", Name="/a"), "B": topic(TopicName="b", Tags=[OWNER])})
    change(aws)
    detected = detect(aws)

    assert ("DRIFTED" if differences else "IN_SYNC", len(differences), "DETECTION_COMPLETE") == (
        detected["StackDriftStatus"],
        detected["DriftedStackResourceCount"],
        detected["DetectionStatus"],
    )
    found = drifts(aws, "MODIFIED")
    assert differences == {
        logical_id: [
            (
                one["PropertyPath"],
                quoted(one["ExpectedValue"]),
                quoted(one["ActualValue"]),
                one["DifferenceType"],
            )
            for one in drift["PropertyDifferences"]
        ]
        for logical_id, drift in found.items()
    }
    assert {"A", "B"} - differences.keys() == drifts(aws, "IN_SYNC").keys()


def quoted(text: str) -> str:
    """A plain text as JSON, so that a row shows which values are text."""
    try:
        json.loads(text)
    except ValueError:
        return json.dumps(text)
    return text


def test_only_what_the_template_says_is_shown(aws: Aws) -> None:
    create(aws, {"A": parameter("x", Name="/a")})
    describe_parameter(aws)
    detect(aws)
    found = drifts(aws)["A"]
    expected = {"Name": "/a", "Type": "String", "Value": "x"}
    assert [expected, expected] == [
        json.loads(found[side]) for side in ("ExpectedProperties", "ActualProperties")
    ]


def test_a_resource_that_is_gone_is_deleted(aws: Aws) -> None:
    create(aws, {"A": parameter("x", Name="/a"), "B": topic()})
    aws.client("ssm").delete_parameter(Name="/a")
    assert 1 == detect(aws)["DriftedStackResourceCount"]
    found = drifts(aws, "DELETED")["A"]
    assert ("/a", [], False) == (
        found["PhysicalResourceId"],
        found["PropertyDifferences"],
        "ActualProperties" in found,
    )


def test_stacks_and_resources_tell_their_drift_until_they_are_changed(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    create(aws, {"A": parameter("x", Name="/a"), "B": topic()})
    put(aws, "y")
    before = told(aws)
    detect(aws, "A")
    looked = told(aws)
    detect(aws)
    seen = told(aws)
    cloudformation.update_stack(
        StackName=STACK, TemplateBody=template({"A": parameter("z", Name="/a"), "B": topic()})
    )
    after = told(aws)

    assert [
        {"A": "NOT_CHECKED", "B": "NOT_CHECKED"},
        {"A": "MODIFIED", "B": "NOT_CHECKED"},
        {"A": "MODIFIED", "B": "IN_SYNC"},
        {"A": "NOT_CHECKED", "B": "IN_SYNC"},
    ] == [before, looked, seen, after]
    [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    assert "DRIFTED" == stack["DriftInformation"]["StackDriftStatus"]


def told(aws: Aws) -> dict[str, str]:
    """Each resource's drift, as DescribeStackResources tells it."""
    found = aws.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    return {
        resource["LogicalResourceId"]: resource["DriftInformation"]["StackResourceDriftStatus"]
        for resource in found
    }


def test_a_reference_is_compared_by_what_it_stands_for_and_never_shown(aws: Aws) -> None:
    secrets, cloudformation = aws.client("secretsmanager"), aws.client("cloudformation")
    secrets.create_secret(Name="s", SecretString="hush-hush")
    body = template(
        {"A": parameter("{{resolve:secretsmanager:s}}", Name="/a", Description={"Ref": "Word"})},
        Parameters={"Word": {"Type": "String", "NoEcho": True}},
    )
    cloudformation.create_stack(StackName=STACK, TemplateBody=body, Parameters=given(Word="low-voice"))

    assert "IN_SYNC" == detect(aws)["StackDriftStatus"]
    in_sync = drifts(aws)["A"]
    expected = {
        "Name": "/a",
        "Type": "String",
        "Value": "{{resolve:secretsmanager:s}}",
        "Description": "****",
    }
    assert [expected, expected] == [
        json.loads(in_sync[side]) for side in ("ExpectedProperties", "ActualProperties")
    ]

    put(aws, "another-secret")
    assert "DRIFTED" == detect(aws)["StackDriftStatus"]
    drifted = drifts(aws)["A"]
    shown = json.dumps([in_sync, drifted], default=str)
    assert not any(secret in shown for secret in ("hush-hush", "another-secret", "low-voice"))
    assert [("/Value", "{{resolve:secretsmanager:s}}", "****")] == [
        (one["PropertyPath"], one["ExpectedValue"], one["ActualValue"])
        for one in drifted["PropertyDifferences"]
    ]


def test_a_secret_among_the_items_of_a_list_is_not_shown_either(aws: Aws) -> None:
    aws.client("secretsmanager").create_secret(Name="s", SecretString="hush-hush")
    tagged = [{"Key": "Owner", "Value": "{{resolve:secretsmanager:s}}"}, *tags(Zone="z")]
    create(aws, {"B": topic(TopicName="b", Tags=tagged)})
    assert "IN_SYNC" == detect(aws)["StackDriftStatus"]
    in_sync = drifts(aws)
    retag(aws)
    aws.client("sns").tag_resource(ResourceArn=aws.arn("sns", "b"), Tags=tags(Owner="another-secret"))
    assert "DRIFTED" == detect(aws)["StackDriftStatus"]
    shown = json.dumps([in_sync, drifts(aws)], default=str)
    assert not any(secret in shown for secret in ("hush-hush", "another-secret"))


def test_one_resource_is_looked_at_alone(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    create(aws, {"A": group(RetentionInDays=7), "B": topic()})
    found = cloudformation.detect_stack_resource_drift(StackName=STACK, LogicalResourceId="A")
    assert ("A", "IN_SYNC") == (
        found["StackResourceDrift"]["LogicalResourceId"],
        found["StackResourceDrift"]["StackResourceDriftStatus"],
    )
    assert {"A"} == drifts(aws).keys()
    assert ("ValidationError", f"Resource C does not exist for stack {STACK}") == refusal(
        lambda: cloudformation.detect_stack_resource_drift(StackName=STACK, LogicalResourceId="C")
    )


def test_drifts_come_in_pages(aws: Aws) -> None:
    create(aws, {"A": topic(), "B": topic(), "C": topic()})
    detect(aws)
    pages: list[list[str]] = []
    token: Document = {}
    while not pages or token:
        found = aws.client("cloudformation").describe_stack_resource_drifts(
            StackName=STACK, MaxResults=2, **token
        )
        pages.append([drift["LogicalResourceId"] for drift in found["StackResourceDrifts"]])
        token = {"NextToken": found["NextToken"]} if "NextToken" in found else {}
    assert [["A", "B"], ["C"]] == pages


def test_a_stack_that_does_not_stand_still_is_not_looked_at(aws: Aws) -> None:
    aws.client("ssm").put_parameter(Name="/a", Value="taken", Type="String")
    cloudformation = aws.client("cloudformation")
    made = cloudformation.create_stack(
        StackName=STACK, TemplateBody=template({"A": parameter("x", Name="/a")})
    )
    expected = f"stack [{made['StackId']}] while in [ROLLBACK_COMPLETE] state."
    code, message = refusal(lambda: detect(aws))
    assert ("ValidationError", f"Drift detection cannot be performed on {expected}") == (code, message)
