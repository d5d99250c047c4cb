"""Lambda."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.aws.handlers.life import Life, Living, live, make
from twin.aws.dispatch import dispatch
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.aws.handler import Properties

FUNCTION = "AWS::Lambda::Function"
VERSION = "AWS::Lambda::Version"
ALIAS = "AWS::Lambda::Alias"
PERMISSION = "AWS::Lambda::Permission"
INVOKE_CONFIG = "AWS::Lambda::EventInvokeConfig"
ARTIFACTS = "miyabi-test-artifacts"


def zipped(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py"), text)
    return packed.getvalue()


def artifact(aws: Aws, text: str = "first") -> Properties:
    """Code in a bucket, as `make package` puts it there."""
    bucket, s3 = f"{ARTIFACTS}-{aws.account}", aws.client("s3")
    if bucket not in [found["Name"] for found in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    key = f"package/{text}.zip"
    put = s3.put_object(Bucket=bucket, Key=key, Body=zipped(text))
    return {"S3Bucket": bucket, "S3Key": key, "S3ObjectVersion": put["VersionId"]}


def role(aws: Aws) -> str:
    arn: str = aws.client("iam").create_role(RoleName="api", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    return arn


def network(aws: Aws) -> Properties:
    """The network settings of a function, in a VPC with one subnet and one security group."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="api", Description="API")["GroupId"]
    return {"SubnetIds": [subnet], "SecurityGroupIds": [group]}


def function(aws: Aws, **more: Any) -> Properties:
    code = {name: value for name, value in artifact(aws).items() if name != "S3ObjectVersion"}
    return {
        "Code": code,
        "Handler": "runtime.api.handler.handle",
        "Role": role(aws),
        "Runtime": "python3.13",
        **more,
    }


def rich_function(aws: Aws) -> Properties:
    return function(
        aws,
        Architectures=["arm64"],
        DeadLetterConfig={"TargetArn": aws.arn("sqs", "dead-letters")},
        Description="Answers the HTTP API",
        Environment={"Variables": {"ENVIRONMENT": "staging", "LOG_LEVEL": "INFO"}},
        EphemeralStorage={"Size": 1024},
        KmsKeyArn=aws.arn("kms", "key/1"),
        Layers=[layer(aws)],
        LoggingConfig={
            "ApplicationLogLevel": "INFO",
            "LogFormat": "JSON",
            "LogGroup": "/miyabi/staging/api",
            "SystemLogLevel": "INFO",
        },
        MemorySize=512,
        ReservedConcurrentExecutions=20,
        SnapStart={"ApplyOn": "PublishedVersions"},
        Tags=[{"Key": "Component", "Value": "service"}, {"Key": "Owner", "Value": "backend"}],
        Timeout=29,
        TracingConfig={"Mode": "Active"},
        VpcConfig=network(aws),
    )


def layer(aws: Aws) -> str:
    arn: str = aws.client("lambda").publish_layer_version(
        LayerName="tools", Content={"ZipFile": zipped("layer")}
    )["LayerVersionArn"]
    return arn


def made(aws: Aws, **more: Any) -> Living:
    return make(aws, FUNCTION, function(aws, FunctionName="api", **more))


def published(aws: Aws, description: str = "first") -> Living:
    return make(aws, VERSION, {"FunctionName": "api", "Description": description})


def two_versions(aws: Aws) -> list[str]:
    living = made(aws)
    first = published(aws).read()["Version"]
    living.update({**living.desired, "Timeout": 5})
    return [first, published(aws, "second").read()["Version"]]


def alias(aws: Aws) -> Properties:
    first, _ = two_versions(aws)
    return {
        "FunctionName": "api",
        "FunctionVersion": first,
        "Name": "live",
        "Description": "What callers use",
    }


def version(aws: Aws) -> Properties:
    made(aws)
    return {"FunctionName": "api", "Description": "package.zip configuration 1 secrets 1"}


def permission(aws: Aws) -> Properties:
    function_alias = make(aws, ALIAS, alias(aws))
    return {
        "Action": "lambda:InvokeFunction",
        "FunctionName": function_alias.identifier["AliasArn"],
        "Principal": "apigateway.amazonaws.com",
        "SourceAccount": aws.account,
        "SourceArn": aws.arn("execute-api", "a1b2c3d4/*"),
    }


def invoke_config(aws: Aws) -> Properties:
    make(aws, ALIAS, alias(aws))
    return {
        "DestinationConfig": {"OnFailure": {"Destination": aws.arn("sqs", "failures")}},
        "FunctionName": "api",
        "MaximumEventAgeInSeconds": 600,
        "MaximumRetryAttempts": 1,
        "Qualifier": "live",
    }


LIVES = (
    Life(
        FUNCTION,
        rich_function,
        lambda aws: {
            "Architectures": None,
            "DeadLetterConfig": None,
            "Description": None,
            "Environment": {"Variables": {"LOG_LEVEL": "DEBUG"}},
            "EphemeralStorage": None,
            "KmsKeyArn": aws.arn("kms", "key/2"),
            "Layers": None,
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/miyabi/other"},
            "MemorySize": 1024,
            "ReservedConcurrentExecutions": 0,
            "Tags": [{"Key": "Owner", "Value": "frontend"}],
            "Timeout": None,
            "TracingConfig": None,
            "VpcConfig": None,
        },
        attributes=("Arn", "SnapStartResponse.ApplyOn"),
        ref=r"miyabi-test-stack-Thing-[A-Z0-9]{12}",
    ),
    Life(
        VERSION,
        version,
        attributes=("Version", "FunctionArn"),
        ref=r"arn:aws:lambda:us-east-1:\d{12}:function:api:1",
    ),
    Life(
        ALIAS,
        alias,
        lambda _: {
            "Description": None,
            "FunctionVersion": "2",
            "RoutingConfig": {"AdditionalVersionWeights": [{"FunctionVersion": "1", "FunctionWeight": 0.1}]},
        },
        attributes=("AliasArn",),
        ref=r"arn:aws:lambda:us-east-1:\d{12}:function:api:live",
    ),
    Life(
        INVOKE_CONFIG,
        invoke_config,
        lambda _: {"DestinationConfig": None, "MaximumEventAgeInSeconds": None, "MaximumRetryAttempts": 0},
    ),
    Life(PERMISSION, permission, attributes=("Id",), ref=r"miyabi-test-stack-Thing-[A-Z0-9]{12}"),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_settings_taken_away_go_back_to_lambdas_defaults(aws: Aws) -> None:
    living = make(aws, FUNCTION, rich_function(aws))
    living.update({name: living.desired[name] for name in ("Code", "Handler", "Role", "Runtime")})

    defaults = {
        "Architectures": ["x86_64"],
        "Description": "",
        "EphemeralStorage": {"Size": 512},
        "MemorySize": 128,
        "Timeout": 3,
        "TracingConfig": {"Mode": "PassThrough"},
        "SnapStartResponse": {"ApplyOn": "None", "OptimizationStatus": "Off"},
    }
    read = living.read()
    assert defaults == {name: read[name] for name in defaults}
    assert read["LoggingConfig"]["LogFormat"] == "Text"
    assert not {"Environment", "ReservedConcurrentExecutions", "VpcConfig"} & read.keys()


def test_code_of_the_version_asked_for_is_what_get_function_leads_to(aws: Aws) -> None:
    code = artifact(aws)
    aws.client("s3").put_object(Bucket=code["S3Bucket"], Key=code["S3Key"], Body=zipped("overwritten"))
    made(aws, Code=code)

    location = aws.client("lambda").get_function(FunctionName="api")["Code"]["Location"]
    status, _, content = dispatch(aws.account, "GET", location, {}, b"")
    assert (200, zipped("first")) == (status, content)


def test_each_change_of_a_function_moves_the_moment_of_the_last_one(aws: Aws) -> None:
    client = aws.client("lambda")
    name = made(aws).identifier["FunctionName"]

    def moment() -> str:
        return str(client.get_function_configuration(FunctionName=name)["LastModified"])

    moments = [moment()]
    client.update_function_configuration(FunctionName=name, Timeout=7)
    moments.append(moment())
    client.update_function_code(FunctionName=name, ZipFile=zipped("second"))
    moments.append(moment())

    assert sorted(set(moments)) == moments


def test_code_written_in_the_template_is_zipped(aws: Aws) -> None:
    made(aws, Code={"ZipFile": "def handle(event, context): ..."})

    location = aws.client("lambda").get_function(FunctionName="api")["Code"]["Location"]
    _, _, content = dispatch(aws.account, "GET", location, {}, b"")
    assert b"def handle(event, context): ..." == zipfile.ZipFile(io.BytesIO(content)).read("index.py")


def test_code_that_is_not_there_is_refused(aws: Aws) -> None:
    desired = function(aws)
    for code, place in {
        "NoSuchBucket": {"S3Bucket": "miyabi-no-such-bucket"},
        "NoSuchKey": {"S3Key": "package/missing.zip"},
        "NoSuchVersion": {"S3ObjectVersion": "1"},
    }.items():
        with pytest.raises(ClientError, match=f"S3 Error Code: {code}"):
            make(aws, FUNCTION, {**desired, "Code": {**desired["Code"], **place}})


def test_an_invocation_is_refused_as_nothing_runs_here(aws: Aws) -> None:
    made = make(aws, FUNCTION, rich_function(aws))

    with pytest.raises(NotImplementedError, match="no function runs here"):
        aws.client("lambda").invoke(FunctionName=made.identifier["FunctionName"])


def test_a_subnet_that_is_not_there_is_refused(aws: Aws) -> None:
    with pytest.raises(ClientError, match="The subnet ID 'subnet-1' does not exist"):
        made(aws, VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": []})


def test_a_property_that_nothing_would_compare_is_refused_by_name(aws: Aws) -> None:
    with pytest.raises(HandlerError, match="SourceKMSKeyArn"):
        made(aws, Code={**artifact(aws), "SourceKMSKeyArn": aws.arn("kms", "key/1")})


def test_publishing_when_nothing_changed_is_refused_as_cloudformation_does(aws: Aws) -> None:
    made(aws)
    published(aws)

    with pytest.raises(HandlerError) as refused:
        published(aws, "again")
    expected = "A version for this Lambda function exists ( 1 ). Modify the function to create a new version."
    assert expected == str(refused.value)


def test_the_number_of_a_deleted_version_is_not_used_again(aws: Aws) -> None:
    living = made(aws)
    for timeout in (4, 5, 6):
        replaced = published(aws)
        living.update({**living.desired, "Timeout": timeout})
        following = published(aws)
        replaced.delete()
        living.update({**living.desired, "Timeout": timeout + 10})

    assert "6" == following.read()["Version"]


def test_a_version_keeps_what_it_was_published_with(aws: Aws) -> None:
    living = made(aws, Timeout=4)
    version = published(aws)
    living.update({**living.desired, "Timeout": 5, "Code": artifact(aws, "second")})

    functions, arn = aws.client("lambda"), version.identifier["FunctionArn"]
    assert 4 == functions.get_function_configuration(FunctionName=arn)["Timeout"]
    location = functions.get_function(FunctionName=arn)["Code"]["Location"]
    assert zipped("first") == dispatch(aws.account, "GET", location, {}, b"")[2]


def test_a_statement_belongs_to_its_alias_alone_and_goes_with_its_permission(aws: Aws) -> None:
    living = make(aws, PERMISSION, permission(aws))
    functions = aws.client("lambda")

    policy = json.loads(functions.get_policy(FunctionName="api", Qualifier="live")["Policy"])
    assert [living.desired["FunctionName"]] == [found["Resource"] for found in policy["Statement"]]
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.get_policy(FunctionName="api")
    living.delete()
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.get_policy(FunctionName="api", Qualifier="live")


def test_a_permission_of_an_account_with_every_condition_is_held(aws: Aws) -> None:
    made(aws)
    desired = {
        "Action": "lambda:InvokeFunctionUrl",
        "EventSourceToken": "token",
        "FunctionName": "api",
        "FunctionUrlAuthType": "AWS_IAM",
        "InvokedViaFunctionUrl": True,
        "Principal": "210987654321",
        "PrincipalOrgID": "o-a1b2c3d4e5",
        "SourceAccount": aws.account,
    }
    living = make(aws, PERMISSION, desired)

    assert [] == living.differences(desired)
