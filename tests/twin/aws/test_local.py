"""A local AWS from its start to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from twin.aws.local import LocalAws

if TYPE_CHECKING:
    from pathlib import Path

    from twin.aws.clients import Aws


def other(account: str) -> str:
    """Another account's number."""
    return f"{(int(account) + 1) % 10**12:012}"


def names(aws: Aws) -> list[str]:
    """Names of an account's parameters."""
    return [each["Name"] for each in aws.client("ssm").describe_parameters()["Parameters"]]


def test_two_accounts_do_not_see_each_other(aws: Aws) -> None:
    with LocalAws(aws.account, "us-east-1") as one, LocalAws(other(aws.account), "us-east-1") as two:
        one.client("ssm").put_parameter(Name="/of-one", Value="v", Type="String")
        two.client("ssm").put_parameter(Name="/of-two", Value="v", Type="String")
        one.client("s3").create_bucket(Bucket=f"one-{aws.account}")
        with pytest.raises(ClientError, match="BucketAlreadyExists"):
            two.client("s3").create_bucket(Bucket=f"one-{aws.account}")

        assert (["/of-one"], ["/of-two"]) == (names(one.aws), names(two.aws))
        assert [] == two.client("s3").list_buckets()["Buckets"]


def test_what_one_leaves_at_its_end_is_only_the_other_ones(aws: Aws) -> None:
    with LocalAws(other(aws.account), "us-east-1") as two:
        two.aws.client("ssm").put_parameter(Name="/stays", Value="v", Type="String")
        two.aws.client("s3").create_bucket(Bucket=f"two-{aws.account}")
        with LocalAws(aws.account, "us-east-1") as one:
            one.aws.client("ssm").put_parameter(Name="/goes", Value="v", Type="String")
            one.aws.client("s3").create_bucket(Bucket=f"one-{aws.account}")
            one.aws.client("s3").put_object(Bucket=f"one-{aws.account}", Key="k", Body=b"v")

        assert [] == names(aws)
        assert [] == aws.client("s3").list_buckets()["Buckets"]
        assert ["/stays"] == names(two.aws)
        two.aws.client("s3").create_bucket(Bucket=f"one-{aws.account}")
        assert 2 == len(two.aws.client("s3").list_buckets()["Buckets"])


def test_its_variables_are_what_a_program_needs(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    with LocalAws(aws.account, "eu-central-1") as local:
        for name, value in local.variables.items():
            monkeypatch.setenv(name, value)
        found = boto3.Session().client("sts").get_caller_identity()
        region = boto3.Session().region_name

    assert (aws.account, "eu-central-1") == (found["Account"], region)
    assert (f"arn:aws:iam::{aws.account}:root", aws.account) == (found["Arn"], found["UserId"])


def test_it_has_no_endpoint_after_its_end(aws: Aws) -> None:
    with LocalAws(aws.account, "us-east-1") as local:
        pass

    with pytest.raises(RuntimeError, match="no endpoint outside of its context"):
        local.endpoint  # noqa: B018  (reading it is what is tested)


def test_a_state_that_is_kept_is_there_again(aws: Aws, tmp_path: Path) -> None:
    with LocalAws(aws.account, "us-east-1", state=tmp_path) as first:
        vpc = first.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with LocalAws(aws.account, "us-east-1", state=tmp_path) as second:
        found = second.client("ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"]

    assert ["10.0.0.0/16"] == [each["CidrBlock"] for each in found]
    assert [] == aws.client("ec2").describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Vpcs"]


def test_a_state_is_kept_although_its_user_failed(aws: Aws, tmp_path: Path) -> None:
    aws.client("ssm").put_parameter(Name="/before", Value="v", Type="String")
    with pytest.raises(ClientError), LocalAws(aws.account, "us-east-1", state=tmp_path) as first:
        first.client("ssm").delete_parameter(Name="/none")

    with LocalAws(aws.account, "us-east-1", state=tmp_path) as second:
        assert ["/before"] == names(second.aws)
