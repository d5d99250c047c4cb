"""What is read of a local AWS is kept until something changes, whoever changes it."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from twin.aws import keeping
from twin.aws.changes import changed, changes_of, count_change
from twin.aws.clients import Aws
from twin.aws.local import LocalAws
from twin.deployed import Deployed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT = "271000000001"
READS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("lambda", "list_functions", {}),
    ("apigatewayv2", "get_apis", {}),
    ("ec2", "describe_security_groups", {}),
    ("rds", "describe_db_instances", {}),
    ("iam", "list_roles", {}),
    ("cloudformation", "list_stacks", {}),
    ("secretsmanager", "list_secrets", {}),
    ("cloudwatch", "describe_alarms", {}),
    ("s3", "list_buckets", {}),
    ("logs", "describe_log_groups", {}),
    ("cloudfront", "list_distributions", {}),
)
CHANGES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ec2", "create_security_group", {"GroupName": "one", "Description": "one"}),
    ("apigatewayv2", "create_api", {"Name": "one", "ProtocolType": "HTTP"}),
    ("iam", "create_role", {"RoleName": "one", "AssumeRolePolicyDocument": "{}"}),
    ("ssm", "put_parameter", {"Name": "/one", "Value": "1", "Type": "String"}),
    ("logs", "create_log_group", {"logGroupName": "/one"}),
    ("s3", "create_bucket", {"Bucket": f"bucket-{ACCOUNT}"}),
    (
        "s3",
        "put_object",
        {"Bucket": f"bucket-{ACCOUNT}", "Key": "one", "Body": io.BytesIO(b"read as it goes")},
    ),
    ("sns", "create_topic", {"Name": "one"}),
    ("cloudwatch", "put_dashboard", {"DashboardName": "one", "DashboardBody": "{}"}),
    ("secretsmanager", "create_secret", {"Name": "one", "SecretString": "any"}),
)


@pytest.fixture
def aws() -> Iterator[Aws]:
    """An account that has nothing."""
    yield Aws(ACCOUNT, "us-east-1")
    keeping.forget(ACCOUNT)


def test_to_read_is_no_change_in_any_protocol(aws: Aws) -> None:
    before = changes_of(ACCOUNT)
    for service, operation, parameters in READS:
        getattr(aws.client(service), operation)(**parameters)
        assert before == changes_of(ACCOUNT), operation


def test_to_change_is_a_change_in_any_protocol(aws: Aws) -> None:
    for service, operation, parameters in CHANGES:
        before, of_service = changes_of(ACCOUNT), changes_of(ACCOUNT, service)
        getattr(aws.client(service), operation)(**parameters)
        assert before < changes_of(ACCOUNT), operation
        assert of_service < changes_of(ACCOUNT, service), operation


def test_a_change_of_one_service_is_none_of_another(aws: Aws) -> None:
    deployed, ssm = Deployed(aws), aws.client("ssm")
    groups = deployed.call("ec2", "describe_security_groups")
    ssm.put_parameter(Name="/one", Value="1", Type="String")

    assert groups is deployed.call("ec2", "describe_security_groups")
    assert changes_of(ACCOUNT, "ssm") > 0
    assert changes_of(ACCOUNT) >= changes_of(ACCOUNT, "ssm")


def test_all_is_asked_anew_when_an_account_is_put_back(aws: Aws, tmp_path: Path) -> None:
    deployed, ssm = Deployed(aws), aws.client("ssm")
    keeping.prepare(tmp_path)
    keeping.keep(ACCOUNT, tmp_path)
    ssm.put_parameter(Name="/one", Value="1", Type="String")
    assert 1 == len(deployed.call("ssm", "get_parameters", Names=["/one"])["Parameters"])
    keeping.restore(ACCOUNT, tmp_path)

    assert [] == deployed.call("ssm", "get_parameters", Names=["/one"])["Parameters"]


def test_of_many_that_ask_the_same_one_asks(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed, asked, real = Deployed(aws), list[str](), Deployed._ask

    def ask(*given: Any, **named: Any) -> Any:
        asked.append(given[2])
        return real(*given, **named)

    monkeypatch.setattr(Deployed, "_ask", ask)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: deployed.call("ec2", "describe_vpcs"), range(40)))

    assert ["describe_vpcs"] == asked
    assert all(answer is answers[0] for answer in answers)


def test_what_functions_say_is_no_change(aws: Aws) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/one")
    before = changes_of(ACCOUNT)
    logs.create_log_stream(logGroupName="/one", logStreamName="a")
    logs.put_log_events(
        logGroupName="/one", logStreamName="a", logEvents=[{"timestamp": 1764115200000, "message": "x"}]
    )
    aws.client("cloudwatch").put_metric_data(
        Namespace="AWS/Lambda", MetricData=[{"MetricName": "Errors", "Value": 1}]
    )

    assert before == changes_of(ACCOUNT)


def test_to_invoke_a_function_is_no_change() -> None:
    functions = "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions"
    before = changes_of(ACCOUNT)
    count_change(ACCOUNT, "POST", f"{functions}/f/invocations?Qualifier=live", {}, b"{}")
    assert before == changes_of(ACCOUNT)
    count_change(ACCOUNT, "POST", f"{functions}/f/versions", {}, b"{}")

    assert before + 1 == changes_of(ACCOUNT)


def test_an_answer_is_kept_until_something_changes(aws: Aws) -> None:
    deployed, ssm = Deployed(aws), aws.client("ssm")
    ssm.put_parameter(Name="/one", Value="1", Type="String")
    first = deployed.call("ssm", "get_parameter", Name="/one")

    assert first is deployed.call("ssm", "get_parameter", Name="/one")
    ssm.put_parameter(Name="/one", Value="2", Type="String", Overwrite=True)
    assert "2" == deployed.call("ssm", "get_parameter", Name="/one")["Parameter"]["Value"]


def test_a_change_at_once_is_one_of_services_that_nobody_has_changed_yet() -> None:
    account = "610500000021"
    before = [changes_of(account, "ssm"), changes_of(account, "ssm", "ec2"), changes_of(account)]
    changed(account)

    assert [number + 1 for number in before] == [
        changes_of(account, "ssm"),
        changes_of(account, "ssm", "ec2"),
        changes_of(account),
    ]


def test_rds_changes_the_secrets_of_its_masters(aws: Aws) -> None:
    deployed = Deployed(aws)
    aws.client("rds").create_db_instance(
        DBInstanceIdentifier="one",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="master",
        ManageMasterUserPassword=True,
    )
    [told] = deployed.call("rds", "describe_db_instances")["DBInstances"]
    secret = {"SecretId": told["MasterUserSecret"]["SecretArn"]}

    def held() -> dict[str, str]:
        value = deployed.call("secretsmanager", "get_secret_value", **secret)["SecretString"]
        return dict(json.loads(value))

    before = held()
    aws.client("rds").modify_db_instance(
        DBInstanceIdentifier="one", RotateMasterUserPassword=True, ApplyImmediately=True
    )

    assert "master" == before["username"] == held()["username"]
    assert len({before["password"], held()["password"]}) == 2, "RDS makes another password"


def test_what_is_kept_shows_no_secret(aws: Aws) -> None:
    aws.client("secretsmanager").create_secret(Name="one", SecretString="for-nobody's-eyes")
    deployed = Deployed(aws)
    assert (
        "for-nobody's-eyes"
        == deployed.call("secretsmanager", "get_secret_value", SecretId="one")["SecretString"]
    )

    assert "for-nobody" not in repr(vars(deployed))


def test_a_change_by_http_is_seen_as_well() -> None:
    with LocalAws(ACCOUNT, "us-east-1") as local:
        deployed = Deployed(local.aws)
        assert [] == deployed.call("ssm", "get_parameters", Names=["/one"])["Parameters"]
        local.client("ssm").put_parameter(Name="/one", Value="1", Type="String")
        assert 1 == len(deployed.call("ssm", "get_parameters", Names=["/one"])["Parameters"])


def test_that_something_is_not_there_is_kept_too(aws: Aws) -> None:
    deployed = Deployed(aws)
    refusals = []
    for _ in range(2):
        with pytest.raises(ClientError, match="ParameterNotFound") as refused:
            deployed.call("ssm", "get_parameter", Name="/one")
        refusals.append(refused.value)
    assert refusals[0] is refusals[1]
    aws.client("ssm").put_parameter(Name="/one", Value="1", Type="String")
    assert "1" == deployed.call("ssm", "get_parameter", Name="/one")["Parameter"]["Value"]


def test_pages_are_read_to_the_last(aws: Aws) -> None:
    for number in range(12):
        aws.client("ssm").put_parameter(Name=f"/of/{number}", Value="1", Type="String")
    found = Deployed(aws).pages("ssm", "get_parameters_by_path", "Parameters", Path="/of")

    assert 12 == len(found)
