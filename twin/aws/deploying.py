"""Deploys what `make synth` wrote for an environment to a local AWS, with plain boto3."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from twin.aws.clients import Aws

    Document = dict[str, Any]

PACKAGE = "package.zip"


@dataclass(frozen=True)
class Written:
    """What `make synth` wrote for an environment: a manifest, and a template for each stack."""

    folder: Path

    @cached_property
    def manifest(self) -> Document:
        """The manifest: environment, system, account, secrets to enter, and the stacks in order."""
        found: Document = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return found

    @property
    def stacks(self) -> list[Document]:
        """The manifest's stacks in order of deployment."""
        found: list[Document] = self.manifest["stacks"]
        return found

    def text(self, stack: Document) -> str:
        """A stack's template, byte for byte."""
        file: str = stack["file"]
        return (self.folder / file).read_text(encoding="utf-8")


def deploy(aws: Aws, written: Written, package: bytes | None = None) -> None:
    """Put there what a deployment presupposes, and create all stacks."""
    prepare(aws, written, package)
    for stack in written.stacks:
        aws.client("cloudformation").create_stack(**creation(aws, written, stack))


def prepare(aws: Aws, written: Written, package: bytes | None = None) -> None:
    """Put there what a deployment presupposes: the package, where it is, and secrets that a person enters.

    Without a package an empty one stands in, as long as no function is to run.
    """
    bucket, system = f"miyabi-artifacts-{aws.account}", written.manifest["system"]
    s3, ssm, secrets = aws.client("s3"), aws.client("ssm"), aws.client("secretsmanager")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=PACKAGE, Body=package or _empty_package())
    for name, value in (("bucket", bucket), ("key", PACKAGE), ("bootstrap-key", PACKAGE)):
        ssm.put_parameter(Name=f"/miyabi/{system}/artifact/{name}", Type="String", Value=value)
    for secret in written.manifest["entered_secrets"]:
        value = json.dumps({key: f"entered-{key}" for key in secret["keys"]})
        secrets.create_secret(Name=secret["name"], SecretString=value)


def creation(aws: Aws, written: Written, stack: Document) -> Document:
    """The arguments of CreateStack for a stack of the manifest."""
    arguments = update(aws, written, stack)
    arguments["EnableTerminationProtection"] = stack["termination_protection"]
    if stack["stack_policy"]:
        arguments["StackPolicyBody"] = json.dumps(stack["stack_policy"])
    return arguments


def update(aws: Aws, written: Written, stack: Document) -> Document:
    """The arguments of UpdateStack for a stack of the manifest."""
    required = [name for name, parameter in stack["parameters"].items() if parameter["required"]]
    adopted = adopted_values(aws) if required else {}
    return {
        "StackName": stack["name"],
        "TemplateBody": written.text(stack),
        "Parameters": [{"ParameterKey": name, "ParameterValue": adopted[name]} for name in required],
        "Capabilities": stack["capabilities"],
        "Tags": [{"Key": key, "Value": value} for key, value in stack["tags"].items()],
    }


def adopted_values(aws: Aws) -> dict[str, str]:
    """What an environment adopts, of the account's default VPC; keys and descriptions are made up."""
    ec2 = aws.client("ec2")
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]
    ids = ",".join(sorted(subnet["SubnetId"] for subnet in subnets)[:3])
    return {
        "AdoptedVpcId": vpc["VpcId"],
        "AdoptedDatabaseSubnetIds": ids,
        "AdoptedFunctionSubnetIds": ids,
        "AdoptedSecurityGroupDescription": "Security group of the database",
        "AdoptedStorageKeyArn": aws.arn("kms", "key/5d1f2e7c-8a53-4f6d-9c1b-3f0a9b7d6e21"),
        "AdoptedSubnetGroupDescription": "Subnets of the database",
    }


def _empty_package() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr(zipfile.ZipInfo("README"), "Stands in for a package.\n")
    return content.getvalue()
