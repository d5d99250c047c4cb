"""The AWS CLI against the local AWS, with the commands that an operator types."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.aws_cli import forked
from twin.aws.local import LocalAws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.aws.clients import Aws

PROGRAM = Path("aws")
"""What `run` runs; the tests have one that is imported once."""
NETWORK = Path(__file__).parents[2] / "golden" / "staging" / "network.json"
TEMPLATE = """\
Parameters:
  Text:
    Type: String
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties:
      Name: /of/a/stack
      Type: String
      Value: !Sub '${Text} in ${AWS::Region}'
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}
Outputs:
  Name:
    Value: !Ref Parameter
"""


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The AWS CLI, imported once for all commands."""
    with forked(tmp_path_factory.mktemp("cli")) as program:
        yield program


@pytest.fixture(autouse=True)
def _program(cli: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `run` find it."""
    monkeypatch.setattr(sys.modules[__name__], "PROGRAM", cli)


@pytest.fixture
def local(aws: Aws) -> Iterator[LocalAws]:
    """A server for the test's own account."""
    with LocalAws(aws.account, aws.region) as local:
        yield local


def run(local: LocalAws, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the CLI with the variables that `miyabi local up` prints, and no others of AWS."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    environment = inherited | nowhere | local.variables | {"AWS_PAGER": ""}
    return subprocess.run(
        [PROGRAM, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def aws_cli(local: LocalAws, folder: Path, *words: str) -> str:
    """What a command prints; it must succeed."""
    done = run(local, folder, *words)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_a_stack_is_deployed_and_looked_at(local: LocalAws, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(TEMPLATE, encoding="utf-8")
    deploy = ["cloudformation", "deploy", "--template-file", "stack.yaml", "--stack-name", "miyabi-cli"]
    parameters = ["--parameter-overrides", "Text=written"]

    refused = run(local, tmp_path, *deploy, *parameters)
    deployed = aws_cli(local, tmp_path, *deploy, *parameters, "--capabilities", "CAPABILITY_IAM")
    stacks = json.loads(aws_cli(local, tmp_path, "cloudformation", "describe-stacks"))["Stacks"]
    value = aws_cli(
        local, tmp_path, "ssm", "get-parameter", "--name", "/of/a/stack", "--query", "Parameter.Value"
    )

    assert refused.returncode != 0
    assert "InsufficientCapabilities" in refused.stderr
    assert "Successfully created/updated stack - miyabi-cli" in deployed
    assert [("miyabi-cli", "CREATE_COMPLETE")] == [
        (each["StackName"], each["StackStatus"]) for each in stacks
    ]
    assert '"written in us-east-1"\n' == value


def test_a_stack_of_ours_is_deployed_again_and_changed_by_a_change_set(
    local: LocalAws, tmp_path: Path
) -> None:
    (tmp_path / "network.json").write_bytes(NETWORK.read_bytes())
    changed = NETWORK.read_text(encoding="utf-8").replace('"RetentionInDays": 30', '"RetentionInDays": 60')
    (tmp_path / "changed.json").write_text(changed, encoding="utf-8")
    stack = ["--stack-name", "miyabi-staging-network"]
    capable = ["--capabilities", "CAPABILITY_IAM"]
    tags = ["--tags", "Project=Miyabi Society"]
    deploy = ["cloudformation", "deploy", *stack, "--template-file", "network.json", *capable, *tags]
    about = [*stack, "--change-set-name", "retention"]
    query = ["--query", "Changes[].ResourceChange.[Action,LogicalResourceId,Replacement]"]

    deployed = aws_cli(local, tmp_path, *deploy)
    again = aws_cli(local, tmp_path, *deploy, "--no-fail-on-empty-changeset")
    template = ["--template-body", "file://changed.json", *capable]
    aws_cli(local, tmp_path, "cloudformation", "create-change-set", *about, *template)
    told = aws_cli(local, tmp_path, "cloudformation", "describe-change-set", *about, *query)
    aws_cli(local, tmp_path, "cloudformation", "execute-change-set", *about)
    groups = local.aws.client("logs").describe_log_groups()["logGroups"]
    [held] = local.aws.client("cloudformation").describe_stacks()["Stacks"]

    assert "Successfully created/updated stack - miyabi-staging-network" in deployed
    assert "No changes to deploy. Stack miyabi-staging-network is up to date" in again
    assert ["Modify", "FlowLogGroup", "False"] in json.loads(told)
    assert "UPDATE_COMPLETE" == held["StackStatus"]
    assert [60] == [group["retentionInDays"] for group in groups]


def test_objects_are_copied_there_and_back(local: LocalAws, tmp_path: Path) -> None:
    content = bytes(range(256)) * 36 * 1024  # 9 MiB: above 8 the CLI uploads in parts
    (tmp_path / "there").write_bytes(content)
    local.aws.client("s3").create_bucket(Bucket="cli-copies")

    aws_cli(local, tmp_path, "s3", "cp", "there", "s3://cli-copies/folder/there")
    listed = aws_cli(local, tmp_path, "s3", "ls", "s3://cli-copies/folder/")
    aws_cli(local, tmp_path, "s3", "cp", "s3://cli-copies/folder/there", "back")

    assert f"{len(content)} there" in listed
    assert content == (tmp_path / "back").read_bytes()


def test_a_log_is_read(local: LocalAws, tmp_path: Path) -> None:
    logs = local.aws.client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/api")
    logs.create_log_stream(logGroupName="/aws/lambda/api", logStreamName="s")
    now = 1_795_651_200_000
    logs.put_log_events(
        logGroupName="/aws/lambda/api", logStreamName="s", logEvents=[{"timestamp": now, "message": "it ran"}]
    )
    words = ["--log-group-name", "/aws/lambda/api", "--query", "events[].message", "--output", "text"]

    assert "it ran\n" == aws_cli(local, tmp_path, "logs", "filter-log-events", *words)


def test_what_is_missing_is_told_as_by_aws(local: LocalAws, tmp_path: Path) -> None:
    done = run(local, tmp_path, "ssm", "get-parameter", "--name", "/none")

    assert 255 == done.returncode
    assert "An error occurred (ParameterNotFound) when calling the GetParameter operation" in done.stderr
