"""How stacks behave when they are made, changed, taken back and deleted, as AWS's documentation says it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.cloudformation.behaviour_rows import FAILING, ROWS, Behaviour, Step
from tests.twin.aws.cloudformation.small import group, parameter, refusal, status, tags, template, topic

if TYPE_CHECKING:
    from twin.aws.clients import Aws

NOTHING_NEW = "No updates are to be performed."
NOT_TERMINAL = (
    "This stack is currently in a non-terminal [UPDATE_FAILED] state. To update the stack from this state, "
    "please use the disable-rollback parameter with update-stack API. To rollback to the last known good "
    "state, use the rollback-stack API"
)


def take(aws: Aws, step: Step) -> None:
    """Make a step's call, on the stack unless another service is named."""
    service, _, operation = step.operation.rpartition(":")
    call: dict[str, Any] = {} if service else {"StackName": "s"}
    if step.resources:
        call["TemplateBody"] = template(step.resources)
    getattr(aws.client(service or "cloudformation"), operation)(**call, **step.call)


def history(aws: Aws) -> list[dict[str, Any]]:
    """Events of the last operation on the only stack, oldest first; also those of a deleted one."""
    cloudformation = aws.client("cloudformation")
    [stack] = cloudformation.list_stacks()["StackSummaries"]
    found = cloudformation.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
    last = found[0]["OperationId"]
    return [event for event in reversed(found) if event["OperationId"] == last]


def stack_of(aws: Aws, resources: dict[str, Any], **call: Any) -> Any:
    """Make the stack s; gives the client."""
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=template(resources), **call)
    return cloudformation


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_stack_behaves_as_documented(aws: Aws, row: Behaviour) -> None:
    """Its page is the row's source. A stack that is not there, or never was well, has left nothing."""
    for step in row.steps:
        take(aws, step)
    if row.events[-1] in ("s DELETE_COMPLETE", "s ROLLBACK_COMPLETE"):
        assert [] == aws.client("sns").list_topics()["Topics"]
        assert [] == aws.client("ssm").describe_parameters()["Parameters"]

    found = history(aws)
    assert [*row.events] == [f"{event['LogicalResourceId']} {event['ResourceStatus']}" for event in found]
    if row.reason:
        assert row.reason in [
            event.get("ResourceStatusReason") for event in found if event["LogicalResourceId"] == "s"
        ]


def test_a_failed_resource_tells_why(aws: Aws) -> None:
    """troubleshooting.html: the status reason of the event that failed."""
    cloudformation = stack_of(aws, {"A": FAILING}, DisableRollback=True)
    [row] = cloudformation.describe_stack_resources(StackName="s")["StackResources"]

    assert "CREATE_FAILED" == row["ResourceStatus"]
    assert row["ResourceStatusReason"].startswith('Resource handler returned message: "Parameter name')
    assert "HandlerErrorCode: InvalidRequest" in row["ResourceStatusReason"]


def test_an_update_that_changes_nothing_is_refused(aws: Aws) -> None:
    """using-cfn-updating-stacks-direct.html."""
    body = template({"A": parameter()}, Description="one")
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=body, Tags=tags(a="b"))
    for same in (
        {"TemplateBody": body, "Tags": tags(a="b")},
        {"UsePreviousTemplate": True},
        {"TemplateBody": template({"A": parameter()}, Description="two", Metadata={"k": "v"})},
    ):
        again = partial(cloudformation.update_stack, StackName="s", **same)
        assert ("ValidationError", NOTHING_NEW) == refusal(again)
    assert "CREATE_COMPLETE" == status(aws, "s")


def test_a_failure_that_was_left_takes_no_update_that_would_roll_back(aws: Aws) -> None:
    """stack-failure-options.html."""
    cloudformation = stack_of(aws, {"A": parameter()})
    wrong = template({"A": parameter("w"), "B": FAILING})
    cloudformation.update_stack(StackName="s", TemplateBody=wrong, DisableRollback=True)

    assert ("ValidationError", NOT_TERMINAL) == refusal(
        lambda: cloudformation.update_stack(StackName="s", TemplateBody=template({"A": parameter("x")}))
    )


@pytest.mark.parametrize("operation", ["rollback_stack", "continue_update_rollback"])
def test_a_stack_that_is_well_has_nothing_to_roll_back(aws: Aws, operation: str) -> None:
    """API_RollbackStack.html, API_ContinueUpdateRollback.html."""
    cloudformation = stack_of(aws, {"A": parameter()})
    _, sentence = refusal(lambda: getattr(cloudformation, operation)(StackName="s"))

    assert "is in CREATE_COMPLETE state and can not" in sentence


def half_rolled_back(aws: Aws) -> Any:
    """A stack whose rollback has failed at A, a log group that somebody has deleted; gives the client."""
    cloudformation = stack_of(aws, {"A": group(LogGroupName="g", RetentionInDays=7), "B": parameter()})
    changed = {
        "A": group(LogGroupName="g", RetentionInDays=14),
        "B": parameter("w"),
        "C": topic(TopicName="c"),
        "D": {**FAILING, "DependsOn": ["A", "B", "C"]},
    }
    cloudformation.update_stack(StackName="s", TemplateBody=template(changed), DisableRollback=True)
    aws.client("logs").delete_log_group(logGroupName="g")
    cloudformation.rollback_stack(StackName="s")
    assert "UPDATE_ROLLBACK_FAILED" == status(aws, "s")
    return cloudformation


def statuses(aws: Aws) -> dict[str, str]:
    """Statuses of the stack's resources."""
    found = aws.client("cloudformation").describe_stack_resources(StackName="s")["StackResources"]
    return {row["LogicalResourceId"]: row["ResourceStatus"] for row in found}


def test_a_rollback_goes_on_without_what_it_is_to_skip(aws: Aws) -> None:
    """using-cfn-updating-stacks-continueupdaterollback.html: what is skipped counts as UPDATE_COMPLETE."""
    cloudformation = half_rolled_back(aws)
    assert "UPDATE_FAILED" == statuses(aws)["A"]
    _, sentence = refusal(
        lambda: cloudformation.continue_update_rollback(StackName="s", ResourcesToSkip=["B"])
    )
    assert "Resource [B] is in UPDATE_COMPLETE state and can not be skipped" in sentence

    cloudformation.continue_update_rollback(StackName="s", ResourcesToSkip=["A"])
    assert "UPDATE_ROLLBACK_COMPLETE" == status(aws, "s")
    assert {"A": "UPDATE_COMPLETE", "B": "UPDATE_COMPLETE"} == statuses(aws)
    assert [] == aws.client("sns").list_topics()["Topics"]


def test_a_rollback_goes_on_once_its_obstacle_is_away(aws: Aws) -> None:
    """using-cfn-updating-stacks-continueupdaterollback.html."""
    cloudformation = half_rolled_back(aws)
    aws.client("logs").create_log_group(logGroupName="g")
    cloudformation.continue_update_rollback(StackName="s")

    [found] = aws.client("logs").describe_log_groups()["logGroups"]
    assert ("UPDATE_ROLLBACK_COMPLETE", 7) == (status(aws, "s"), found["retentionInDays"])
    assert [] == aws.client("sns").list_topics()["Topics"]


def test_what_can_not_be_deleted_can_be_left_behind(aws: Aws) -> None:
    """cfn-console-delete-stack.html; API_DeleteStack.html: RetainResources."""
    bucket = f"full-{aws.account}"
    cloudformation = stack_of(
        aws, {"A": parameter(), "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}}}
    )
    stack_id = cloudformation.describe_stacks(StackName="s")["Stacks"][0]["StackId"]
    aws.client("s3").put_object(Bucket=bucket, Key="k", Body=b"")
    _, sentence = refusal(lambda: cloudformation.delete_stack(StackName="s", RetainResources=["B"]))
    assert "only when the stack is in the DELETE_FAILED state" in sentence

    cloudformation.delete_stack(StackName="s")
    [told] = cloudformation.describe_stacks(StackName="s")["Stacks"]
    assert ("DELETE_FAILED", "The following resource(s) failed to delete: [B]. ") == (
        told["StackStatus"],
        told["StackStatusReason"],
    )
    assert {"A": "DELETE_COMPLETE", "B": "DELETE_FAILED"} == statuses(aws)

    cloudformation.delete_stack(StackName="s", RetainResources=["B"])
    assert ["s DELETE_IN_PROGRESS", "B DELETE_SKIPPED", "s DELETE_COMPLETE"] == [
        f"{event['LogicalResourceId']} {event['ResourceStatus']}" for event in history(aws)
    ]
    assert "DELETE_COMPLETE" == status(aws, stack_id)
    aws.client("s3").head_object(Bucket=bucket, Key="k")


@pytest.mark.parametrize(
    ("policy", "call", "stays"),
    [
        ("Delete", {}, []),
        ("Retain", {}, ["deletion", "creation", "update"]),
        ("RetainExceptOnCreate", {}, ["deletion"]),
        ("Retain", {"RetainExceptOnCreate": True}, ["deletion"]),
    ],
)
def test_a_deletion_policy_decides_what_stays(
    aws: Aws, policy: str, call: dict[str, bool], stays: list[str]
) -> None:
    """aws-attribute-deletionpolicy.html; API_CreateStack.html: RetainExceptOnCreate.

    Of a deletion, of a creation that failed, and of an update that failed.
    """
    kept = {"K": {**parameter(Name="/kept"), "DeletionPolicy": policy}}
    failing = {**kept, "X": {**FAILING, "DependsOn": "K"}}
    ssm, stayed = aws.client("ssm"), []
    for what, first, later in (
        ("deletion", kept, None),
        ("creation", failing, None),
        ("update", {"A": parameter()}, {"A": parameter(), **failing}),
    ):
        cloudformation = stack_of(aws, first, **call)
        if later:
            cloudformation.update_stack(StackName="s", TemplateBody=template(later), **call)
        cloudformation.delete_stack(StackName="s")
        if ssm.describe_parameters()["Parameters"]:
            stayed.append(what)
            ssm.delete_parameter(Name="/kept")

    assert stays == stayed


@pytest.mark.parametrize(("policy", "names"), [("Delete", ["b"]), ("Retain", ["a", "b"])])
def test_an_update_replace_policy_decides_what_stays(aws: Aws, policy: str, names: list[str]) -> None:
    """aws-attribute-updatereplacepolicy.html."""
    first, second = ({**topic(TopicName=name), "UpdateReplacePolicy": policy} for name in "ab")
    cloudformation = stack_of(aws, {"A": first})
    cloudformation.update_stack(StackName="s", TemplateBody=template({"A": second}))

    found = aws.client("sns").list_topics()["Topics"]
    assert names == sorted(row["TopicArn"].rpartition(":")[2] for row in found)


@pytest.mark.parametrize(("policy", "count"), [(None, 1), ("Snapshot", 1), ("Delete", 0)])
def test_a_database_is_snapshot_before_it_goes(aws: Aws, policy: str | None, count: int) -> None:
    """aws-attribute-deletionpolicy.html: the default of a database that is in no cluster is Snapshot."""
    database = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "Engine": "postgres",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "MasterUsername": "u",
            "MasterUserPassword": "p4ssword",
        },
        **({"DeletionPolicy": policy} if policy else {}),
    }
    stack_of(aws, {"D": database}).delete_stack(StackName="s")

    assert count == len(aws.client("rds").describe_db_snapshots()["DBSnapshots"])
    assert [] == aws.client("rds").describe_db_instances()["DBInstances"]


def test_the_tags_of_a_stack_reach_its_resources(aws: Aws) -> None:
    """cfn-console-add-tags.html: a resource's own tags win."""
    resources = {"A": parameter(Name="/a", Tags={"own": "1", "both": "resource"})}
    cloudformation = stack_of(aws, resources, Tags=tags(both="stack", stack="1"))
    ssm = aws.client("ssm")

    def found() -> dict[str, str]:
        told = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/a")["TagList"]
        return {tag["Key"]: tag["Value"] for tag in told}

    assert {"own": "1", "both": "resource", "stack": "1"} == found()
    cloudformation.update_stack(StackName="s", UsePreviousTemplate=True, Tags=[])
    assert {"own": "1", "both": "resource"} == found()
