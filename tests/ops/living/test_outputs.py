"""Outputs: the names that others need, in three forms, and never a secret."""

from __future__ import annotations

import json
import shlex
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ops import outputs
from ops.errors import NotDeployed
from ops.live import Live
from ops.outputs import Output, Outputs
from stacks.loading import load_environment
from tests.ops.living.running import held

if TYPE_CHECKING:
    from tests.ops.living.running import Program
    from twin.aws.clients import Aws

OF_THE_REPORT = {
    "LAMBDA_FUNCTION_NAME",
    "LAMBDA_FUNCTION_ARN",
    "LAMBDA_ROLE_ARN",
    "API_GATEWAY_ID",
    "API_GATEWAY_ENDPOINT",
    "AWS_REGION",
}
"""What the file of the system that was made by hand had, but for two secrets."""


def values(live: Live) -> dict[str, str]:
    """What is told, by name."""
    return {one.name: one.value for one in outputs.read(live).values}


def sample(value: str, environment: str = "staging") -> Outputs:
    """Outputs with one value."""
    return Outputs(environment, (Output("ODD", value, "an odd one"),), {}, ())


def test_what_the_report_had_is_told_as_aws_has_it(live: Live, aws: Aws) -> None:
    told = values(live)
    name = held(aws, "service", "ApiFunction")

    assert told.keys() >= OF_THE_REPORT
    assert name == told["LAMBDA_FUNCTION_NAME"]
    assert aws.arn("lambda", f"function:{name}") == told["LAMBDA_FUNCTION_ARN"]
    assert held(aws, "service", "ApiAlias") == told["LAMBDA_ALIAS_ARN"]
    assert told["LAMBDA_ROLE_ARN"].endswith(f":role/{held(aws, 'service', 'ApiRole')}")
    assert held(aws, "service", "HttpApi") == told["API_GATEWAY_ID"]
    assert f"{told['PUBLIC_ADDRESS']}/api/v1/health" == told["HEALTH_URL"]
    assert ("5432", "miyabi") == (told["DATABASE_PORT"], told["DATABASE_NAME"])
    assert held(aws, "database", "PostgresqlLogGroup") == told["DATABASE_LOG_GROUP"]


def test_no_secret_is_told_in_any_form_only_where_it_is(live: Live, aws: Aws) -> None:
    secrets = aws.client("secretsmanager")
    names = [one["ARN"] for one in secrets.list_secrets()["SecretList"]]
    hidden = {
        value
        for name in names
        for key, value in json.loads(secrets.get_secret_value(SecretId=name)["SecretString"]).items()
        if key not in ("username", "client_id")
    }
    found = outputs.read(live)
    told = json.dumps(found.document()) + found.env()

    assert len(hidden) > 4
    assert [] == [value for value in hidden if value in told]
    assert "postgresql://" not in told
    assert held(aws, "database", "ApiLoginASecret") == values(live)["DATABASE_SECRET_ID"]
    assert "miyabi/staging/github" == values(live)["GITHUB_SECRET_ID"]


@pytest.mark.parametrize(
    "value", ["plain", "a b", "$(id)", "it's `x`", 'quo"te', "back\\slash", "*", "#", ""]
)
def test_a_shell_reads_the_file_as_it_was_meant(value: str, tmp_path: Path) -> None:
    path, _ = outputs.write(sample(value), tmp_path)
    command = f"set -a; . {shlex.quote(str(path))}; sh -c 'printf %s \"$ODD\"'"
    found = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)

    assert value == found.stdout


def test_the_file_is_its_owners_alone_and_replaced_in_one_step(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    first, second = outputs.write(sample("a"), folder), outputs.write(sample("a"), folder)
    path, _ = first
    path.chmod(0o644)
    reader = path.open(encoding="utf-8")
    third = outputs.write(sample("b"), folder)

    with reader:
        assert "ODD=a" in reader.read(), "who reads the former file reads it whole"
    assert "ODD=b" in path.read_text(encoding="utf-8")
    assert [True, False, True] == [changed for _, changed in (first, second, third)]
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert ["lambda-staging.env"] == [each.name for each in folder.iterdir()]


def test_an_environment_that_is_deployed_in_part_tells_what_there_is(live: Live, aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    for stack in ("observability", "edge"):
        name = f"miyabi-staging-{stack}"
        cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
        cloudformation.delete_stack(StackName=name)

    found = outputs.read(live)
    told = {one.name: one.value for one in found.values}

    assert ("miyabi-staging-edge", "miyabi-staging-observability") == found.missing
    assert "PUBLIC_ADDRESS" not in told
    assert f"{told['API_GATEWAY_ENDPOINT']}/api/v1/health" == told["HEALTH_URL"]


def test_what_was_never_deployed_is_said(aws: Aws) -> None:
    elsewhere = load_environment("reported").model_copy(update={"account": aws.account})

    with pytest.raises(NotDeployed, match="there is no stack miyabi-production-network in us-east-1"):
        outputs.read(Live(elsewhere, aws.client))


def test_the_command_prints_each_form_and_writes_the_file(
    miyabi: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table, env, document = (
        miyabi("outputs", "staging", "--format", form) for form in ("table", "env", "json")
    )
    written = miyabi("outputs", "staging", "--write")

    file = (tmp_path / "config" / "lambda-staging.env").read_text(encoding="utf-8")
    assert [0, 0, 0, 0] == [told.code for told in (table, env, document, written)]
    assert env.out == file
    assert "" == written.out
    assert "config/lambda-staging.env is written; its owner alone may read it" in written.err
    assert {"environment", "values", "stacks", "missing"} == document.document.keys()
    assert all(name in table.out for name in document.document["values"])


def test_every_value_is_documented(live: Live) -> None:
    document = Path(__file__).parents[3] / "docs" / "looking-around.md"
    text = document.read_text(encoding="utf-8")

    assert [] == [
        one.name for one in outputs.read(live).values if f"| `{one.name}` | {one.description} |" not in text
    ]
