"""Drift: what was changed by hand, property by property, beside CloudFormation too, and no secret."""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from ops.deploying.errors import StackUnknown
from ops.drifting import Beside, Drift, look
from ops.errors import NotDeployed, Refused
from ops.hiding import told
from ops.live import Live
from ops.wanted import Wanted
from stacks.loading import load_environment
from tests.ops.living.conftest import GOLDEN
from tests.ops.living.running import held
from twin.aws.deploying import PACKAGE

if TYPE_CHECKING:
    from tests.ops.living.running import Program
    from twin.aws.clients import Aws

REFERENCE = "{{resolve:secretsmanager:miyabi/staging/jwt:SecretString:secret}}"


@cache
def wanted() -> Wanted:
    """What staging's build asks for."""
    return Wanted.of_folder(GOLDEN)


def found(live: Live, *stacks: str) -> dict[str, Drift]:
    """What is found, by stack."""
    return {drift.stack: drift for drift in look(live, wanted(), stacks, pause=lambda _: None)}


def beside(live: Live, stack: str) -> dict[str, tuple[str, str]]:
    """What CloudFormation does not see of a stack: expected and actual."""
    return {one.what: (one.expected, one.actual) for one in found(live, stack)[stack].beside}


def test_what_was_just_deployed_has_none(live: Live) -> None:
    drifts = found(live)

    assert ["network", "database", "service", "edge", "observability"] == list(drifts)
    assert all(drift == Drift(stack) for stack, drift in drifts.items())


def test_each_property_that_was_changed_is_told_and_no_secret(live: Live, aws: Aws) -> None:
    client, name = aws.client("lambda"), held(aws, "service", "ApiFunction")
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    changed = {**variables, "LOG_LEVEL": "DEBUG", "JWT_SECRET": "geheim-1", "PAYMENT": "geheim-2"}
    client.update_function_configuration(
        FunctionName=name, MemorySize=1024, Environment={"Variables": changed}
    )

    [resource] = found(live, "service")["service"].resources
    properties = {one.path: (one.kind, one.expected, one.actual) for one in resource.properties}

    assert ("ApiFunction", "MODIFIED") == (resource.logical_id, resource.status)
    assert ("NOT_EQUAL", "512", "1024") == properties["/MemorySize"]
    assert ("NOT_EQUAL", "INFO", "DEBUG") == properties["/Environment/Variables/LOG_LEVEL"]
    kind, expected, actual = properties["/Environment/Variables/JWT_SECRET"]
    assert ("NOT_EQUAL", "***") == (kind, actual)
    assert str(expected).startswith("{{resolve:secretsmanager:")
    assert ("ADD", "***") == properties["/Environment/Variables/PAYMENT"][::2]
    assert "geheim" not in str(resource)


def test_a_resource_that_was_deleted_is_told(live: Live, aws: Aws) -> None:
    aws.client("cloudwatch").delete_alarms(AlarmNames=[held(aws, "observability", "ApiErrorsAlarm")])

    [resource] = found(live, "observability")["observability"].resources

    assert ("ApiErrorsAlarm", "DELETED") == (resource.logical_id, resource.status)


def test_protection_policy_and_tags_are_looked_at_beside(live: Live, aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    cloudformation.update_termination_protection(
        StackName="miyabi-staging-edge", EnableTerminationProtection=False
    )
    policy = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
    cloudformation.set_stack_policy(StackName="miyabi-staging-edge", StackPolicyBody=json.dumps(policy))
    cloudformation.update_stack(
        StackName="miyabi-staging-edge",
        UsePreviousTemplate=True,
        Tags=[{"Key": "Owner", "Value": "me"}, {"Key": "Mine", "Value": "1"}],
    )

    differences = beside(live, "edge")

    assert ("on", "off") == differences["termination protection"]
    assert ("backend", "me") == differences["tag Owner"]
    assert ("none", "1") == differences["tag Mine"]
    assert "LogicalResourceId/FrontendBucket" in differences["stack policy"][0]
    assert "LogicalResourceId/FrontendBucket" not in differences["stack policy"][1]


def test_an_alias_that_was_moved_is_told_once(live: Live, aws: Aws) -> None:
    client, name = aws.client("lambda"), held(aws, "service", "ApiFunction")
    client.update_function_configuration(FunctionName=name, Description="another")
    version = client.publish_version(FunctionName=name)["Version"]
    client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    client.update_function_configuration(FunctionName=name, Description="Answers the HTTP API")

    drift = found(live, "service")["service"]

    assert [("ApiAlias", "/FunctionVersion", "1", "2")] == [
        (each.logical_id, one.path, one.expected, one.actual)
        for each in drift.resources
        for one in each.properties
    ]
    assert () == drift.beside


def test_another_package_than_the_one_that_is_published_is_told(live: Live, aws: Aws) -> None:
    bucket = aws.client("ssm").get_parameter(Name="/miyabi/staging/artifact/bucket")["Parameter"]["Value"]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("README", "another")
    aws.client("s3").put_object(
        Bucket=bucket, Key="new.zip", Body=content.getvalue(), ChecksumAlgorithm="SHA256"
    )
    aws.client("ssm").put_parameter(Name="/miyabi/staging/artifact/key", Value="new.zip", Overwrite=True)

    differences = beside(live, "database")

    [(expected, actual)] = differences.values()
    assert ["code of migrator, sha256"] == list(differences)
    assert expected.endswith(" (new.zip)")
    assert expected.split()[0] != actual


def test_a_package_that_is_as_published_is_no_drift(live: Live, aws: Aws) -> None:
    s3 = aws.client("s3")
    bucket = aws.client("ssm").get_parameter(Name="/miyabi/staging/artifact/bucket")["Parameter"]["Value"]
    body = s3.get_object(Bucket=bucket, Key=PACKAGE)["Body"].read()
    s3.put_object(Bucket=bucket, Key=PACKAGE, Body=body, ChecksumAlgorithm="SHA256")

    assert {} == beside(live, "database")


def test_the_level_that_serves_is_held_against_the_settings(live: Live) -> None:
    louder = live.environment.model_copy(
        update={"api": live.environment.api.model_copy(update={"log_level": "WARN"})}
    )
    differences = found(Live(louder, live.client), "service")["service"].beside

    assert (
        Beside("log level of api", "WARN", "INFO", "`miyabi deploy staging --only service` puts it right"),
    ) == differences


def test_what_may_not_be_looked_at_hides_nothing_else(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    call = live.call

    def refusing(action: str, thing: str, **arguments: Any) -> Any:
        if action in ("cloudformation:DetectStackDrift", "s3:HeadObject"):
            raise Refused(action, thing, "AccessDenied")
        return call(action, thing, **arguments)

    monkeypatch.setattr(live, "call", refusing)
    drift = found(live, "database")["database"]

    assert not drift.is_drifted
    assert ["cloudformation:DetectStackDrift", "s3:HeadObject"] == [
        sentence.split()[2] for sentence in drift.unasked
    ]


def test_a_stack_that_there_is_not_is_refused(live: Live, aws: Aws) -> None:
    with pytest.raises(StackUnknown, match="staging has no stack 'servise'; it has network, database"):
        found(live, "servise")
    elsewhere = load_environment("reported").model_copy(update={"account": aws.account})
    with pytest.raises(NotDeployed, match="there is no stack miyabi-production-network"):
        look(Live(elsewhere, aws.client), wanted())


# What may be told.


@pytest.mark.parametrize(
    ("path", "expected", "actual", "shown"),
    [
        ("/MemorySize", "512", "1024", ("512", "1024")),
        ("/Environment/Variables/LOG_LEVEL", "INFO", "DEBUG", ("INFO", "DEBUG")),
        ("/Environment/Variables/SECRETS_REVISION", "1", "2", ("1", "2")),
        ("/Environment/Variables/JWT_SECRET", REFERENCE, "geheim", (REFERENCE, "***")),
        ("/Environment/Variables/UNKNOWN", None, "geheim", (None, "***")),
        ("/Environment/Variables", '{"A": "b"}', '{"A": "geheim"}', ("***", "***")),
        ("/Environment", '{"Variables": {}}', '{"Variables": {"A": "geheim"}}', ("***", "***")),
        ("/MasterUserPassword", REFERENCE, "geheim", (REFERENCE, "***")),
        ("/SecretString", "geheim", "geheim-2", ("***", "***")),
        (
            "/DistributionConfig/Origins/1/OriginCustomHeaders/0/HeaderValue",
            "geheim",
            "geheim-2",
            ("***", "***"),
        ),
        (
            "/DistributionConfig/Origins/1",
            '{"OriginCustomHeaders": [{"HeaderValue": "geheim"}]}',
            "{}",
            ("***", "***"),
        ),
        ("/Anything", f'{{"a": "{REFERENCE}"}}', '{"a": "geheim"}', ("***", "***")),
        ("/Url", "http://a", "postgresql://user:geheim@host/x", ("http://a", "postgresql://user:***@host/x")),
    ],
)
def test_no_secret_is_told_of_a_property(
    path: str, expected: str | None, actual: str | None, shown: tuple[str | None, str | None]
) -> None:
    assert shown == told(path, expected, actual)
    assert "geheim" not in str(shown)


# The command.


def test_the_command_exits_with_10_where_something_differs(miyabi: Program, aws: Aws) -> None:
    clean = miyabi("drift", "staging", "network", "--json")
    group = held(aws, "service", "ApiLogGroup")
    aws.client("logs").put_retention_policy(logGroupName=group, retentionInDays=1)
    drifted = miyabi("drift", "staging", "service")

    assert (0, []) == (clean.code, clean.document["stacks"][0]["resources"])
    assert 10 == drifted.code
    assert [
        "service        1 thing differs",
        f"  ApiLogGroup (AWS::Logs::LogGroup, {group})",
        "    /RetentionInDays",
        "      expected 30",
        "      actual   1",
    ] == drifted.out.splitlines()
