"""An environment's golden templates, deployed to a running twin with code that runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ops.wanted import Wanted
from twin.aws.deploying import PACKAGE, Written, creation
from twin.rehearsing.preparing import enter_secrets

if TYPE_CHECKING:
    from twin.aws.clients import Aws

GOLDEN = Path(__file__).parents[2] / "golden"


def deploy(aws: Aws, environment: str, package: Path) -> None:
    """Create all stacks; one package serves every function."""
    written = Written(GOLDEN / environment)
    enter_secrets(aws, Wanted.of_folder(written.folder))
    bucket, system = f"miyabi-artifacts-{aws.account}", written.manifest["system"]
    aws.client("s3").create_bucket(Bucket=bucket)
    aws.client("s3").put_object(Bucket=bucket, Key=PACKAGE, Body=package.read_bytes())
    for name, value in (("bucket", bucket), ("key", PACKAGE), ("bootstrap-key", PACKAGE)):
        aws.client("ssm").put_parameter(Name=f"/miyabi/{system}/artifact/{name}", Type="String", Value=value)
    for stack in written.stacks:
        aws.client("cloudformation").create_stack(**creation(aws, written, stack))
    make_roles(aws)


def make_roles(aws: Aws) -> None:
    """Have the migrator, where there is one, make the API's roles; health needs no tables."""
    functions = aws.client("lambda")
    for function in functions.list_functions()["Functions"]:
        if "migrator" in function["Handler"]:
            answer = functions.invoke(
                FunctionName=function["FunctionName"], Qualifier="live", Payload=b'{"action": "roles"}'
            )
            assert json.loads(answer["Payload"].read())["ok"]
