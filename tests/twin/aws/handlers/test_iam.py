"""Identity and Access Management."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.twin.aws.handlers.life import Life, live, make
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.aws.handler import Properties

OWN = "arn:aws:iam::aws:policy/service-role/"


def trust(service: str) -> Properties:
    """A policy that lets a service take a role."""
    condition = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    statement = {"Sid": "AssumedByService", "Effect": "Allow", "Action": ["sts:AssumeRole"]}
    principal = {"Service": f"{service}.amazonaws.com"}
    return {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Principal": principal, "Condition": condition}],
    }


def may(*actions: str) -> Properties:
    """A policy that allows something."""
    statement = {"Sid": "Work", "Effect": "Allow", "Action": list(actions), "Resource": ["*"]}
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(aws: Aws, name: str) -> str:
    """A role, made by IAM's own API."""
    aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    return name


LIVES = (
    Life(
        "AWS::IAM::Role",
        lambda _: {
            "AssumeRolePolicyDocument": trust("lambda"),
            "Description": "What the api function may do",
            "ManagedPolicyArns": [
                f"{OWN}AmazonRDSEnhancedMonitoringRole",
                f"{OWN}AWSLambdaVPCAccessExecutionRole",
            ],
            "MaxSessionDuration": 7200,
            "Path": "/miyabi/",
            "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess",
            "Policies": [
                {"PolicyName": "ApiFunction", "PolicyDocument": may("logs:PutLogEvents")},
                {"PolicyName": "Traces", "PolicyDocument": may("xray:PutTraceSegments")},
            ],
            "RoleName": "miyabi-lambda-execution-role",
            "Tags": [{"Key": "Component", "Value": "service"}, {"Key": "Owner", "Value": "backend"}],
        },
        lambda _: {
            "AssumeRolePolicyDocument": trust("backup"),
            "Description": "What the backups may do",
            "ManagedPolicyArns": [
                f"{OWN}AWSBackupServiceRolePolicyForBackup",
                f"{OWN}AWSLambdaVPCAccessExecutionRole",
            ],
            "MaxSessionDuration": 3600,
            "PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "Policies": [{"PolicyName": "ApiFunction", "PolicyDocument": may("logs:CreateLogStream")}],
            "Tags": [{"Key": "Owner", "Value": "frontend"}],
        },
        attributes=("Arn", "RoleId"),
        ref=r"miyabi-lambda-execution-role",
    ),
    Life(
        "AWS::IAM::Role",
        lambda _: {
            "AssumeRolePolicyDocument": trust("lambda"),
            "Description": "What the api function may do",
            "ManagedPolicyArns": [f"{OWN}AWSLambdaBasicExecutionRole"],
            "MaxSessionDuration": 7200,
            "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess",
            "Policies": [{"PolicyName": "ApiFunction", "PolicyDocument": may("logs:PutLogEvents")}],
        },
        lambda _: {
            "Description": None,
            "ManagedPolicyArns": None,
            "MaxSessionDuration": None,
            "PermissionsBoundary": None,
            "Policies": None,
        },
        ref=r"miyabi-test-stack-Thing-[0-9A-Z]{12}",
    ),
    Life(
        "AWS::IAM::Policy",
        lambda aws: {
            "PolicyName": "WriteLogs",
            "PolicyDocument": may("logs:PutLogEvents"),
            "Roles": [role(aws, "one"), role(aws, "two")],
        },
        lambda _: {"PolicyDocument": may("logs:CreateLogStream")},
        attributes=("Id",),
        ref=r"WriteLogs",
    ),
    Life(
        "AWS::IAM::ManagedPolicy",
        lambda aws: {
            "Description": "What a pipeline may do",
            "Path": "/miyabi/pipeline/",
            "PolicyDocument": may("logs:PutLogEvents"),
            "Roles": [role(aws, "one"), role(aws, "two")],
        },
        lambda _: {"PolicyDocument": may("logs:CreateLogStream"), "Roles": ["two"]},
        attributes=("PolicyArn", "PolicyId", "AttachmentCount"),
        ref=r"arn:aws:iam::\d{12}:policy/miyabi/pipeline/miyabi-test-stack-Thing-[0-9A-Z]{12}",
    ),
    Life(
        "AWS::IAM::OIDCProvider",
        lambda _: {
            "Url": "https://token.actions.githubusercontent.com",
            "ClientIdList": ["sts.amazonaws.com", "former"],
            "ThumbprintList": ["0" * 40],
            "Tags": [{"Key": "Component", "Value": "pipeline"}, {"Key": "Owner", "Value": "backend"}],
        },
        lambda _: {
            "ClientIdList": ["another", "sts.amazonaws.com"],
            "ThumbprintList": ["1" * 40],
            "Tags": [{"Key": "Owner", "Value": "frontend"}],
        },
        attributes=("Arn",),
        ref=r"arn:aws:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com",
    ),
)


@pytest.mark.parametrize(
    "life", LIVES, ids=("Role", "Role-of-which-all-is-taken-away", "Policy", "ManagedPolicy", "OIDCProvider")
)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_a_policy_is_gone_from_all_who_had_it_and_from_nobody_else(aws: Aws) -> None:
    iam, names = aws.client("iam"), [role(aws, "one"), role(aws, "two")]
    iam.put_role_policy(RoleName=role(aws, "three"), PolicyName="Work", PolicyDocument=iam_text())
    living = make(
        aws, "AWS::IAM::Policy", {"PolicyName": "Work", "PolicyDocument": may("s3:GetObject"), "Roles": names}
    )
    living.delete()

    left = [iam.list_role_policies(RoleName=name)["PolicyNames"] for name in ("one", "two", "three")]
    assert [[], [], ["Work"]] == left


def iam_text() -> str:
    """A policy as IAM takes it."""
    return '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'


def test_a_policy_of_nobody_is_refused(aws: Aws) -> None:
    with pytest.raises(HandlerError, match="nobody has policy Work"):
        make(aws, "AWS::IAM::Policy", {"PolicyName": "Work", "PolicyDocument": may("s3:GetObject")})


def test_a_policy_taken_from_one_of_two_is_seen(aws: Aws) -> None:
    names = [role(aws, "one"), role(aws, "two")]
    living = make(
        aws, "AWS::IAM::Policy", {"PolicyName": "Work", "PolicyDocument": may("s3:GetObject"), "Roles": names}
    )
    aws.client("iam").delete_role_policy(RoleName="two", PolicyName="Work")

    assert ["/Roles/1"] == [difference.path for difference in living.differences(living.desired)]


def test_a_policy_of_awss_own_says_what_it_allows(aws: Aws) -> None:
    iam, arn = aws.client("iam"), f"{OWN}AWSLambdaVPCAccessExecutionRole"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    told = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]

    assert "ec2:CreateNetworkInterface" in told["Statement"][0]["Action"]


def test_a_policy_that_aws_does_not_have_is_refused(aws: Aws) -> None:
    wanted = {"AssumeRolePolicyDocument": trust("lambda"), "ManagedPolicyArns": [f"{OWN}NoSuchPolicy"]}

    with pytest.raises(ClientError, match="NoSuchPolicy does not exist"):
        make(aws, "AWS::IAM::Role", wanted)


def test_a_managed_policy_can_be_changed_more_often_than_iam_keeps_versions(aws: Aws) -> None:
    living = make(aws, "AWS::IAM::ManagedPolicy", {"PolicyDocument": may("s3:GetObject")})
    for number in range(7):
        living.update({"PolicyDocument": may(f"s3:GetObject{number}")})

    versions = aws.client("iam").list_policy_versions(PolicyArn=living.identifier["PolicyArn"])["Versions"]
    assert ("v8", 5) == (living.read()["DefaultVersionId"], len(versions))
    assert living.differences(living.desired) == []


def test_an_account_has_one_provider_of_an_issuer(aws: Aws) -> None:
    make(aws, "AWS::IAM::OIDCProvider", {"Url": "https://token.actions.githubusercontent.com"})

    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        make(aws, "AWS::IAM::OIDCProvider", {"Url": "https://token.actions.githubusercontent.com"})
