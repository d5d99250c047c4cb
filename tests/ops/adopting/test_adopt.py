"""`miyabi adopt` on the reported system, made by hand through the services' APIs on the local AWS."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ops.adopting.discovery import Hints
from scripts.commands.adopt.run import Outside, run
from scripts.consent import Consent
from tests.sampling import examples
from tests.twin.aws.cloudformation.test_adopting import DATABASE, FUNCTION, make_by_hand
from twin.aws import clients, keeping
from twin.aws.clients import Aws
from twin.aws.dispatch import dispatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ACCOUNT = "211234825975"
PASSWORD, JWT = "unmistakable-password-of-the-master", "unmistakable-secret-that-signs-tokens"
READS = ("Get", "Describe", "List")


@pytest.fixture(scope="module")
def account() -> Aws:
    """The report's account; its clients are made once."""
    return Aws(ACCOUNT, "us-east-1")


@pytest.fixture(scope="module")
def by_hand(account: Aws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what is reported."""
    folder = tmp_path_factory.mktemp("by-hand")
    make_by_hand(account)
    set_variables(account)
    keeping.keep(ACCOUNT, folder)
    keeping.forget(ACCOUNT)
    return folder


@pytest.fixture(scope="module")
def in_stacks(account: Aws, by_hand: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the same after it was adopted."""
    folder = tmp_path_factory.mktemp("in-stacks")
    keeping.restore(ACCOUNT, by_hand)
    assert 0 == adopt(account)
    keeping.keep(ACCOUNT, folder)
    keeping.forget(ACCOUNT)
    return folder


@pytest.fixture
def aws(account: Aws, by_hand: Path) -> Iterator[Aws]:
    """The account, with what is reported."""
    keeping.restore(ACCOUNT, by_hand)
    yield account
    keeping.forget(ACCOUNT)


@pytest.fixture
def adopted(account: Aws, in_stacks: Path) -> Iterator[Aws]:
    """The account, with all of it adopted."""
    keeping.restore(ACCOUNT, in_stacks)
    yield account
    keeping.forget(ACCOUNT)


def set_variables(aws: Aws, **others: str) -> None:
    """Give the function what the report's has, secrets and all, or others in place of some."""
    [database] = aws.client("rds").describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"]
    host = database["Endpoint"]["Address"]
    variables = {
        "DATABASE_URL": f"postgresql://miyabi_admin:{PASSWORD}@{host}:5432/miyabi?sslmode=require",
        "JWT_SECRET": JWT,
        "RUST_LOG": "info",
    }
    aws.client("lambda").update_function_configuration(
        FunctionName=FUNCTION, Environment={"Variables": variables | others}
    )


def adopt(aws: Aws, *, dry_run: bool = False, hints: Hints | None = None, **options: Any) -> int:
    """Run the command; returns its exit code."""
    outside = Outside(aws.client, lambda url: dispatch(ACCOUNT, "GET", url, {}, None)[2], lambda _: None)
    consent = Consent(yes=not dry_run, dry_run=dry_run)
    return run("reported", hints or Hints(), consent, outside=outside, **options)


def identities(aws: Aws) -> dict[str, Any]:
    """What tells that nothing was made anew: the database's own id, the code, the API."""
    [database] = aws.client("rds").describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"]
    function = aws.client("lambda").get_function_configuration(FunctionName=FUNCTION)
    [api] = aws.client("apigatewayv2").get_apis()["Items"]
    return {
        "database": database["DbiResourceId"],
        "code": function["CodeSha256"],
        "secrets": {name: function["Environment"]["Variables"][name] for name in ("JWT_SECRET", "RUST_LOG")},
        "api": (api["ApiId"], api["ApiEndpoint"]),
    }


def stacks(aws: Aws) -> dict[str, str]:
    """The stacks with their status."""
    found = aws.client("cloudformation").describe_stacks()["Stacks"]
    return {stack["StackName"]: stack["StackStatus"] for stack in found}


def drifted(aws: Aws) -> list[str]:
    """Resources that are not as their template says, of all stacks."""
    cloudformation = aws.client("cloudformation")
    found: list[str] = []
    for stack in stacks(aws):
        cloudformation.detect_stack_drift(StackName=stack)
        drifts = cloudformation.describe_stack_resource_drifts(StackName=stack)["StackResourceDrifts"]
        found += [one["LogicalResourceId"] for one in drifts if one["StackResourceDriftStatus"] == "MODIFIED"]
    return found


def entered(aws: Aws, name: str) -> dict[str, str]:
    """The value of a secret."""
    answer = aws.client("secretsmanager").get_secret_value(SecretId=f"miyabi/production/{name}")
    value: dict[str, str] = json.loads(answer["SecretString"])
    return value


def test_everything_comes_into_stacks_and_nothing_is_made_anew(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    before = identities(aws)
    looked = adopt(aws, dry_run=True)
    untouched = stacks(aws)
    code = adopt(aws)
    told = capsys.readouterr()

    assert (0, {}, 0) == (looked, untouched, code)
    assert before == identities(aws)
    assert {
        "miyabi-production-network": "UPDATE_COMPLETE",
        "miyabi-production-database": "UPDATE_COMPLETE",
        "miyabi-production-service": "UPDATE_COMPLETE",
    } == stacks(aws)
    assert {"password": PASSWORD} == entered(aws, "master-password")
    assert {"secret": JWT} == entered(aws, "jwt")
    assert [] == drifted(aws)
    assert '/PreferredMaintenanceWindow: "sun:01:00-sun:02:00" -> "mon:04:00-mon:05:00"' in told.err
    assert f"function {FUNCTION} has no permission for API " in told.err
    assert "10 resources are in stacks now, the very ones that were there" in told.out
    for secret in (PASSWORD, JWT):
        assert secret not in told.out + told.err


def test_what_the_update_would_take_out_of_the_address_is_told_without_its_secrets(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "proxy.internal:6432/miyabi?sslmode=verify-full&passfile=unmistakable&connect_timeout=5"
    set_variables(aws, DATABASE_URL=f"postgresql://miyabi_admin:{PASSWORD}@{address}")
    code = adopt(aws, dry_run=True)
    told = capsys.readouterr().err
    begins = "  ~ service.ApiFunction /Environment/Variables/DATABASE_URL"

    assert 0 == code
    assert f'{begins} host: "proxy.internal" -> "{DATABASE}.' in told
    assert [
        f'{begins} port: "6432" -> "5432"',
        f'{begins} option sslmode: "verify-full" -> "require"',
        f"{begins} option passfile: something else -> nothing",
        f'{begins} option connect_timeout: "5" -> nothing',
    ] == [line for line in told.splitlines() if line.startswith(begins) and " host: " not in line]
    assert "unmistakable" not in told


def test_a_second_time_there_is_nothing_left_to_import(
    adopted: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    before, statuses = identities(adopted), stacks(adopted)
    code = adopt(adopted)

    assert 0 == code
    assert (before, statuses) == (identities(adopted), stacks(adopted))
    assert "found, and in its stacks already:" in capsys.readouterr().err


def test_what_was_adopted_is_let_go_of_as_it_was(adopted: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    before = identities(adopted)
    code = adopt(adopted, releasing=True)
    again = adopt(adopted)

    assert (0, 0) == (code, again)
    assert before == identities(adopted)
    assert "10 resources are in no stack any more, and all of them are there" in capsys.readouterr().out


def test_a_stack_that_has_more_by_now_is_not_let_go_of(
    adopted: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    cloudformation, stack = adopted.client("cloudformation"), "miyabi-production-network"
    body = cloudformation.get_template(StackName=stack)["TemplateBody"]
    body["Resources"]["ApiSecurityGroup"] = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "the api's", "VpcId": {"Ref": "AdoptedVpcId"}},
    }
    kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in body["Parameters"]]
    cloudformation.update_stack(StackName=stack, TemplateBody=json.dumps(body), Parameters=kept)
    before = stacks(adopted)
    code = adopt(adopted, releasing=True)

    assert 2 == code
    assert f"stack {stack} has ApiSecurityGroup, which reported has not" in capsys.readouterr().err
    assert before == stacks(adopted)


@pytest.mark.parametrize("position", range(9, 24, 24 // examples(1, 24)))
def test_stopped_at_any_change_the_same_command_goes_on(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, position: int
) -> None:
    before, numbers = identities(aws), count()
    within: list[str] = []

    def losing(account: str, method: str, url: str, headers: Any, body: Any) -> Any:
        within.append(url)
        answer = dispatch(account, method, url, headers, body)
        within.pop()
        if not within and _changes(method, url, headers, body) and next(numbers) == position:
            # it was done, and its answer never came
            raise EndpointConnectionError(endpoint_url=url)
        return answer

    monkeypatch.setattr(clients, "dispatch", losing)
    lost = adopt(aws)
    monkeypatch.setattr(clients, "dispatch", dispatch)

    assert lost in {0, 3, 7}
    assert 0 == adopt(aws)
    assert before == identities(aws)
    assert {"UPDATE_COMPLETE"} == set(stacks(aws).values())
    assert {"password": PASSWORD} == entered(aws, "master-password")
    assert [] == drifted(aws)


def _changes(method: str, url: str, headers: Any, body: Any) -> bool:
    """Whether a request changes something; what CloudFormation asks within one of ours is not counted."""
    action = str(headers.get("X-Amz-Target", b"")) + str(body or "")
    return method in {"POST", "PUT"} and not any(f"{verb}" in action for verb in READS) and "sts" not in url


def without_function(aws: Aws) -> None:
    """Take the function away."""
    aws.client("lambda").delete_function(FunctionName=FUNCTION)


def with_two_apis(aws: Aws) -> None:
    """Make another API of the same name."""
    aws.client("apigatewayv2").create_api(Name=FUNCTION, ProtocolType="HTTP")


def without_password(aws: Aws) -> None:
    """Have an address without a password."""
    set_variables(aws, DATABASE_URL="postgresql://miyabi_admin@host/miyabi")


def with_a_password_that_urls_escape(aws: Aws) -> None:
    """Have a password that the templates can't write."""
    set_variables(aws, DATABASE_URL="postgresql://miyabi_admin:p%40ss-unmistakable@host/miyabi")


def with_another_secret(aws: Aws) -> None:
    """Have somebody enter another password than the function has."""
    aws.client("secretsmanager").create_secret(
        Name="miyabi/production/master-password", SecretString='{"password": "another"}'
    )


def without_log_group(aws: Aws) -> None:
    """Take the log group away."""
    aws.client("logs").delete_log_group(logGroupName=f"/aws/lambda/{FUNCTION}")


def with_another_subnet_group(aws: Aws) -> None:
    """Move the database into another subnet group."""
    rds = aws.client("rds")
    [group] = rds.describe_db_subnet_groups()["DBSubnetGroups"]
    ids = [subnet["SubnetIdentifier"] for subnet in group["Subnets"]]
    rds.create_db_subnet_group(DBSubnetGroupName="other", DBSubnetGroupDescription="other", SubnetIds=ids)
    rds.modify_db_instance(DBInstanceIdentifier=DATABASE, DBSubnetGroupName="other", ApplyImmediately=True)


WRONG: dict[str, tuple[Callable[[Aws], None], str]] = {
    "no function": (
        without_function,
        f"function {FUNCTION} is not there in us-east-1; correct api.function_name",
    ),
    "two APIs": (with_two_apis, "is there 2 times ("),
    "no password": (without_password, f"DATABASE_URL of function {FUNCTION} has no password; enter it by"),
    "escapes": (with_a_password_that_urls_escape, "has a password with characters that a URL escapes"),
    "another secret": (with_another_secret, "has another value than DATABASE_URL of the live function"),
    "no log group": (without_log_group, "make it: aws logs create-log-group --log-group-name /aws/lambda/"),
    "another subnet group": (
        with_another_subnet_group,
        "is in subnet group other, and the settings say miyabi-db-subnet-prod",
    ),
}


@pytest.mark.parametrize(("spoil", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_missing_or_ambiguous_is_told_before_anything_is_changed(
    aws: Aws, capsys: pytest.CaptureFixture[str], spoil: Callable[[Aws], None], sentence: str
) -> None:
    spoil(aws)
    code = adopt(aws)
    told = capsys.readouterr().err

    assert 2 == code
    assert sentence in told
    assert "unmistakable" not in told
    assert {} == stacks(aws)
    assert [] == aws.client("s3").list_buckets()["Buckets"]


def test_of_two_apis_the_one_that_is_named_is_adopted(aws: Aws) -> None:
    [api] = aws.client("apigatewayv2").get_apis()["Items"]
    with_two_apis(aws)

    assert 0 == adopt(aws, hints=Hints(api_id=api["ApiId"]))


def test_an_environment_that_was_not_made_by_hand_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    aws = Aws("123456789012", "us-east-1")
    code = run("staging", Hints(), Consent(yes=True), outside=Outside(aws.client))

    assert 2 == code
    assert (
        "environment staging has no function name and role name of a system made by hand"
        in capsys.readouterr().err
    )
