"""What CloudFormation's API tells of stacks, resources, events, templates and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.cloudformation.small import (
    given,
    parameter,
    refusal,
    status,
    tags,
    template,
    topic,
)

if TYPE_CHECKING:
    from twin.aws.clients import Aws


def made(aws: Aws, name: Any = "s", resources: Any = None, **call: Any) -> Any:
    """Make a stack; gives the client."""
    cloudformation = aws.client("cloudformation")
    body = template(resources or {"A": parameter()}, **call.pop("sections", {}))
    cloudformation.create_stack(**{"StackName": name, "TemplateBody": body, **call})
    return cloudformation


def test_a_stack_tells_all_that_it_was_made_with(aws: Aws) -> None:
    """API_Stack.html."""
    sections = {
        "Description": "about it",
        "Parameters": {"P": {"Type": "String"}, "Q": {"Type": "String", "NoEcho": True}},
        "Outputs": {"O": {"Value": {"Ref": "P"}, "Description": "d", "Export": {"Name": "e"}}},
    }
    options = {
        "DisableRollback": True,
        "EnableTerminationProtection": True,
        "TimeoutInMinutes": 5,
        "NotificationARNs": [aws.arn("sns", "topic")],
        "Capabilities": ["CAPABILITY_IAM"],
        "RollbackConfiguration": {"MonitoringTimeInMinutes": 1},
        "DeploymentConfig": {"Mode": "STANDARD"},
        "RetainExceptOnCreate": True,
        "Tags": tags(a="b"),
    }
    cloudformation = made(aws, sections=sections, Parameters=given(P="p", Q="secret"), **options)
    [told] = cloudformation.describe_stacks(StackName="s")["Stacks"]

    for name, value in {**options, "Description": "about it", "StackStatus": "CREATE_COMPLETE"}.items():
        assert value == told[name], name
    assert [("P", "p"), ("Q", "****")] == [
        (one["ParameterKey"], one["ParameterValue"]) for one in told["Parameters"]
    ]
    assert [{"OutputKey": "O", "OutputValue": "p", "Description": "d", "ExportName": "e"}] == told["Outputs"]
    assert {"StackDriftStatus": "NOT_CHECKED"} == told["DriftInformation"]


def test_a_deleted_stack_is_told_by_its_id_only(aws: Aws) -> None:
    """API_DescribeStacks.html; API_ListStacks.html."""
    cloudformation = made(aws)
    stack_id = cloudformation.describe_stacks(StackName="s")["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName="s")
    made(aws, "t")

    assert ("ValidationError", "Stack with id s does not exist") == refusal(
        lambda: cloudformation.describe_stacks(StackName="s")
    )
    assert ("ValidationError", "Stack [s] does not exist") == refusal(
        lambda: cloudformation.describe_stack_events(StackName="s")
    )
    [told] = cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    assert ("DELETE_COMPLETE", True) == (told["StackStatus"], "DeletionTime" in told)
    assert ["t"] == [stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]]
    [row] = cloudformation.list_stack_resources(StackName=stack_id)["StackResourceSummaries"]
    assert ("A", "DELETE_COMPLETE") == (row["LogicalResourceId"], row["ResourceStatus"])


@pytest.mark.parametrize(
    ("wanted", "names"), [([], ["t", "s"]), (["DELETE_COMPLETE"], ["s"]), (["CREATE_COMPLETE"], ["t"])]
)
def test_stacks_are_listed_by_status(aws: Aws, wanted: list[str], names: list[str]) -> None:
    """API_ListStacks.html."""
    cloudformation = made(aws)
    cloudformation.delete_stack(StackName="s")
    made(aws, "t")

    found = cloudformation.list_stacks(StackStatusFilter=wanted)["StackSummaries"]
    assert names == [stack["StackName"] for stack in found]


def test_long_answers_come_in_pages(aws: Aws) -> None:
    """API_DescribeStackEvents.html: NextToken; newest first."""
    cloudformation = made(aws, resources={f"N{number}": parameter() for number in range(40)})
    first = cloudformation.describe_stack_events(StackName="s")
    second = cloudformation.describe_stack_events(StackName="s", NextToken=first["NextToken"])

    assert (100, 22, False) == (
        len(first["StackEvents"]),
        len(second["StackEvents"]),
        "NextToken" in second,
    )
    assert "CREATE_COMPLETE" == first["StackEvents"][0]["ResourceStatus"]
    assert "s" == second["StackEvents"][-1]["LogicalResourceId"]
    assert ("ValidationError", "Invalid NextToken") == refusal(
        lambda: cloudformation.describe_stacks(NextToken="mine")
    )


def test_resources_are_told_one_by_one_and_together(aws: Aws) -> None:
    """API_DescribeStackResource.html, API_DescribeStackResources.html, API_ListStackResources.html."""
    cloudformation = made(aws, resources={"A": {**topic(TopicName="a"), "Metadata": {"k": 1}}, "B": topic()})
    detail = cloudformation.describe_stack_resource(StackName="s", LogicalResourceId="A")[
        "StackResourceDetail"
    ]
    arn = detail["PhysicalResourceId"]

    assert ("AWS::SNS::Topic", "CREATE_COMPLETE", '{"k": 1}') == (
        detail["ResourceType"],
        detail["ResourceStatus"],
        detail["Metadata"],
    )
    for arguments, names in (
        ({"StackName": "s"}, ["A", "B"]),
        ({"StackName": "s", "LogicalResourceId": "B"}, ["B"]),
        ({"PhysicalResourceId": arn}, ["A", "B"]),
    ):
        found = cloudformation.describe_stack_resources(**arguments)["StackResources"]
        assert names == [row["LogicalResourceId"] for row in found]
    listed = cloudformation.list_stack_resources(StackName="s")["StackResourceSummaries"]
    assert ["A", "B"] == [row["LogicalResourceId"] for row in listed]
    assert ("ValidationError", "Resource C does not exist for stack s") == refusal(
        lambda: cloudformation.describe_stack_resource(StackName="s", LogicalResourceId="C")
    )


def test_operations_have_events_of_their_own(aws: Aws) -> None:
    """API_DescribeEvents.html."""
    cloudformation = made(aws, resources={"A": parameter(), "B": parameter(Name="aws")})
    told = cloudformation.describe_events(StackName="s")["OperationEvents"]
    failed = cloudformation.describe_events(StackName="s", Filters={"FailedEvents": True})["OperationEvents"]

    assert ("CREATE_STACK", "FAILED", "ROLLBACK_COMPLETE") == (
        told[0]["OperationType"],
        told[0]["OperationStatus"],
        told[0]["ResourceStatus"],
    )
    assert ("STACK_EVENT", "IN_PROGRESS") == (told[-1]["EventType"], told[-1]["OperationStatus"])
    assert [("PROVISIONING_ERROR", "B")] == [
        (event["EventType"], event["LogicalResourceId"]) for event in failed
    ]
    by_id = cloudformation.describe_events(OperationId=told[0]["OperationId"])["OperationEvents"]
    assert told == by_id


def test_exports_and_their_importers_are_told(aws: Aws) -> None:
    """API_ListExports.html, API_ListImports.html."""
    outputs = {"O": {"Value": "v", "Export": {"Name": "e"}}}
    cloudformation = made(aws, sections={"Outputs": outputs})
    assert ("ValidationError", "Export 'e' is not imported by any stack.") == refusal(
        lambda: cloudformation.list_imports(ExportName="e")
    )
    made(aws, "importer", {"A": parameter({"Fn::ImportValue": "e"})})

    [export] = cloudformation.list_exports()["Exports"]
    assert ("e", "v") == (export["Name"], export["Value"])
    assert ["importer"] == cloudformation.list_imports(ExportName="e")["Imports"]


def test_a_protected_stack_is_not_deleted(aws: Aws) -> None:
    """using-cfn-protect-stacks.html."""
    cloudformation = made(aws, EnableTerminationProtection=True)
    code, sentence = refusal(lambda: cloudformation.delete_stack(StackName="s"))
    assert ("ValidationError", True) == (code, "TerminationProtection is enabled" in sentence)

    cloudformation.update_termination_protection(StackName="s", EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName="s")
    assert [] == cloudformation.describe_stacks()["Stacks"]


def test_deleting_what_is_not_there_is_no_mistake(aws: Aws) -> None:
    """API_DeleteStack.html."""
    cloudformation = made(aws)
    stack_id = cloudformation.describe_stacks(StackName="s")["Stacks"][0]["StackId"]
    for name in ("other", "s", "s", stack_id):
        cloudformation.delete_stack(StackName=name)

    assert ["DELETE_COMPLETE"] == [
        one["StackStatus"] for one in cloudformation.list_stacks()["StackSummaries"]
    ]


def test_a_repeated_request_is_done_once(aws: Aws) -> None:
    """API_CreateStack.html: ClientRequestToken."""
    cloudformation = aws.client("cloudformation")
    call = {"StackName": "s", "TemplateBody": template({"A": parameter()}), "ClientRequestToken": "t1"}
    first, second = cloudformation.create_stack(**call), cloudformation.create_stack(**call)
    change = {**call, "TemplateBody": template({"A": parameter("w")}), "ClientRequestToken": "t2"}
    cloudformation.update_stack(**change)
    cloudformation.update_stack(**change)

    assert first["StackId"] == second["StackId"]
    assert (
        "TokenAlreadyExistsException"
        == refusal(lambda: cloudformation.update_stack(**{**change, "ClientRequestToken": "t1"}))[0]
    )
    found = cloudformation.describe_stack_events(StackName="s")["StackEvents"]
    tokens = [event["ClientRequestToken"] for event in reversed(found)]
    assert ["t1"] * 5 + ["t2"] * 5 == tokens
    assert "UPDATE_COMPLETE" == status(aws, "s")


@pytest.mark.parametrize(
    ("operation", "arguments", "sentence"),
    [
        (
            "cancel_update_stack",
            {"StackName": "s"},
            "CancelUpdateStack cannot be called from current stack status",
        ),
        (
            "estimate_template_cost",
            {"TemplateBody": "x"},
            "the local AWS estimates no costs; ask `miyabi cost` for them",
        ),
        ("list_stack_sets", {}, "the local AWS does not know cloudformation:ListStackSets"),
        (
            "signal_resource",
            {"StackName": "s", "LogicalResourceId": "A", "UniqueId": "u", "Status": "SUCCESS"},
            "the local AWS does not know cloudformation:SignalResource",
        ),
        (
            "delete_stack",
            {"StackName": "s", "DeletionMode": "FORCE_DELETE_STACK"},
            "the local AWS does not know DeletionMode FORCE_DELETE_STACK; name RetainResources instead",
        ),
        ("get_template", {}, "StackName is a required parameter."),
        ("describe_events", {}, "One of ChangeSetName, OperationId or StackName must be specified as input."),
    ],
)
def test_what_can_not_be_done_is_refused_by_name(
    aws: Aws, operation: str, arguments: dict[str, str], sentence: str
) -> None:
    cloudformation = made(aws)
    call = getattr(cloudformation, operation)

    assert ("ValidationError", sentence) == refusal(lambda: call(**arguments))
    assert "CREATE_COMPLETE" == status(aws, "s")


def test_the_limits_of_the_account_are_told(aws: Aws) -> None:
    """API_DescribeAccountLimits.html."""
    found = aws.client("cloudformation").describe_account_limits()["AccountLimits"]
    assert {"StackLimit", "StackOutputsLimit", "ConcurrentResourcesLimit"} == {row["Name"] for row in found}
