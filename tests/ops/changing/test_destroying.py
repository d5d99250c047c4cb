"""Stacks are deleted from the last to the first; what holds data only when that was said."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ops.artifact_bucket import ensure_bucket
from ops.destroying.errors import DataProtected, DeleteFailed, NothingThere, WordWrong
from ops.destroying.flow import Callbacks, run, run_beside
from ops.destroying.plan import Fate, plan
from ops.errors import NotDeployed
from ops.live import Live
from ops.locking import SystemLocked, take
from ops.stack import describe
from scripts.commands.destroy.run import run as destroy
from scripts.consent import Consent
from stacks.loading import load_environment
from tests.ops.preflight.told import Told

if TYPE_CHECKING:
    from twin.aws.clients import Aws

STACKS = ["observability", "edge", "service", "database", "network"]


def quiet(said: list[str] | None = None) -> Callbacks:
    """A deletion that waits for nobody."""
    return Callbacks(say=(said if said is not None else []).append, pause=lambda _: None)


def there(live: Live) -> list[str]:
    """The stacks that are there, the last first."""
    return [name for name in STACKS if describe(live, live.stack_name(name))]


def fill(aws: Aws, bucket: str, count: int = 3) -> None:
    """Put objects into a bucket, each with a former version and a marker of its deletion."""
    s3 = aws.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for number in range(count):
        s3.put_object(Bucket=bucket, Key=str(number), Body=b"a")
        s3.put_object(Bucket=bucket, Key=str(number), Body=b"b")
        s3.delete_object(Bucket=bucket, Key=str(number))


def test_nothing_is_deleted_without_the_word(live: Live) -> None:
    planned = plan(live)
    with pytest.raises(DataProtected, match="say --including-data staging") as refused:
        run(live, planned, None, quiet())
    with pytest.raises(WordWrong, match="'production' is not the name of what is to be deleted, staging"):
        run(live, planned, "production", quiet())

    assert STACKS == there(live)
    assert "miyabi-staging-network: the stack is protected against deletion" in planned.protections
    assert any("Database (miyabi-staging-1) holds data" in one for one in refused.value.protections)


def test_the_plan_says_what_becomes_of_each_resource(live: Live) -> None:
    stacks = {one.name: one for one in plan(live).stacks}
    fates = {name: {each.logical_id: each.fate for each in one.resources} for name, one in stacks.items()}

    assert STACKS == list(stacks)
    assert Fate.SNAPSHOT is fates["database"]["Database"]
    assert Fate.KEPT is fates["database"]["DatabaseMasterSecret"]
    assert Fate.KEPT is fates["edge"]["FrontendBucket"]
    assert Fate.DELETED is fates["service"]["ApiVersion"], "Lambda deletes it with its function"
    assert Fate.DELETED is fates["service"]["ApiFunction"]


def test_all_stacks_go_and_what_is_kept_and_snapshotted_is_named(staging: Aws, live: Live) -> None:
    staging.client("rds").modify_db_instance(DBInstanceIdentifier="miyabi-staging-1", DeletionProtection=True)
    bucket = ensure_bucket(live)
    fill(staging, bucket)
    said: list[str] = []
    planned = plan(live, everything=True)
    result = run(live, planned, "staging", quiet(said))
    beside = run_beside(live, planned, said.append)

    assert [] == there(live)
    assert [f"miyabi-staging-{name}" for name in STACKS] == result.deleted
    assert "database miyabi-staging-1 is not protected any more" in said
    [snapshot] = staging.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert [snapshot["DBSnapshotIdentifier"]] == result.snapshots
    assert any(one.startswith("AWS::S3::Bucket ") for one in result.kept)
    assert any(bucket in one for one in beside)
    assert bucket not in [one["Name"] for one in staging.client("s3").list_buckets()["Buckets"]]
    assert (
        []
        == staging.client("ssm").get_parameters_by_path(Path="/miyabi/staging", Recursive=True)["Parameters"]
    )
    described = staging.client("secretsmanager").describe_secret(SecretId="miyabi/staging/github")
    assert "DeletedDate" in described
    with pytest.raises(NothingThere, match="staging has no stacks here"):
        plan(live, everything=True)


def test_nobody_else_begins_until_all_but_the_lock_is_gone(staging: Aws, live: Live) -> None:
    bucket = ensure_bucket(live)
    fill(staging, bucket)
    staging.client("s3").put_object(Bucket=bucket, Key="locks", Body=b"no lock, in spite of its name")
    refused: list[str] = []
    gone: list[str] = []

    def deleting(given: dict[str, Any]) -> Any:
        keys = [one["Key"] for one in given["Delete"]["Objects"]]
        if given["Bucket"] == bucket:
            gone.append(max(keys))
            with pytest.raises(SystemLocked) as caught:
                take(live, bucket, "deploy staging")
            refused.append(caught.value.holder.command)
        return staging.client("s3").delete_objects(**given)

    connect = Told(staging.client, {"s3:delete_objects": deleting})
    code = destroy(
        "staging", "staging", Consent(yes=True), everything=True, connect=connect, pause=lambda _: None
    )

    assert 0 == code
    assert (["locks", "locks/staging.json"], ["destroy staging"] * 2) == (gone, refused)


def test_a_deletion_that_failed_is_explained_and_gone_on_with(aws: Aws) -> None:
    live = Live(load_environment("staging"), aws.client)
    cloudformation = aws.client("cloudformation")
    text = json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}})
    for name in ("edge", "network"):
        cloudformation.create_stack(StackName=f"miyabi-staging-{name}", TemplateBody=text)
    planned = plan(live)
    fill(aws, planned.stacks[0].resources[0].physical_id)
    unaware = replace(planned, stacks=(replace(planned.stacks[0], resources=()), planned.stacks[1]))
    with pytest.raises(DeleteFailed, match=r"ended in DELETE_FAILED: Bucket .*; likely ") as failed:
        run(live, unaware, "staging", quiet())
    left = there(live)
    with pytest.raises(DataProtected, match="holds data and would be deleted"):
        run(live, plan(live), None, quiet())
    said: list[str] = []
    result = run(live, plan(live), "staging", quiet(said))

    assert "`miyabi destroy staging` goes on" in str(failed.value)
    assert ["edge", "network"] == left, "nothing else was begun"
    assert [] == there(live)
    assert ["miyabi-staging-edge", "miyabi-staging-network"] == result.deleted
    assert said[0].startswith("9 versions of objects deleted from bucket")


def test_an_environment_that_holds_no_data_needs_no_word(aws: Aws) -> None:
    resource = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "a"}}
    aws.client("cloudformation").create_stack(
        StackName="miyabi-staging-service", TemplateBody=json.dumps({"Resources": {"One": resource}})
    )
    live = Live(load_environment("staging"), aws.client)
    result = run(live, plan(live), None, quiet())

    assert ["miyabi-staging-service"] == result.deleted
    with pytest.raises(NotDeployed):
        live.call("cloudformation:DescribeStacks", "it", StackName="miyabi-staging-service")
