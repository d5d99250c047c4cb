"""What the local AWS keeps, and what it refuses to take for it."""

from __future__ import annotations

import io
import json
import socket
import threading
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from twin.aws import keeping
from twin.aws.clients import Aws
from twin.aws.errors import StateRefused, StateUnkept
from twin.aws.keeping import NAME, keep, prepare, restore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


TEMPLATE = {
    "Resources": {
        "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "of a stack"}}
    },
    "Outputs": {"Name": {"Value": {"Ref": "Parameter"}}},
}

TRUSTED = {
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
}


def zipped() -> bytes:
    """A function's package."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("a.py", "def handler(event, context): ...")
    return content.getvalue()


def again(aws: Aws, folder: Path) -> None:
    """Keep what an account has, drop it, and bring it back."""
    prepare(folder)
    keep(aws.account, folder)
    keeping.forget(aws.account)
    assert restore(aws.account, folder)


def kept(aws: Aws, folder: Path) -> Path:
    """The file of an account that has a parameter, and then has nothing."""
    aws.client("ssm").put_parameter(Name="/kept", Value="v", Type="String")
    prepare(folder)
    keep(aws.account, folder)
    keeping.forget(aws.account)
    return folder / NAME


def held(aws: Aws) -> dict[str, Any]:
    """The attributes of what moto holds parameters in."""
    from moto.ssm.models import ssm_backends

    return vars(ssm_backends[aws.account][aws.region])


def names(aws: Aws) -> list[str]:
    """Names of an account's parameters."""
    return [each["Name"] for each in aws.client("ssm").describe_parameters()["Parameters"]]


def test_a_parameter_has_its_versions_again(aws: Aws, tmp_path: Path) -> None:
    ssm = aws.client("ssm")
    ssm.put_parameter(Name="/a", Value="first", Type="String", Tags=[{"Key": "Owner", "Value": "backend"}])
    ssm.put_parameter(Name="/a", Value="second", Overwrite=True)
    before = ssm.get_parameter_history(Name="/a")["Parameters"]

    again(aws, tmp_path)

    assert before == ssm.get_parameter_history(Name="/a")["Parameters"]
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/a")["TagList"]
    assert [{"Key": "Owner", "Value": "backend"}] == tags
    assert 3 == ssm.put_parameter(Name="/a", Value="third", Overwrite=True)["Version"]


def test_an_object_has_all_its_versions_again_and_its_bucket_its_name(aws: Aws, tmp_path: Path) -> None:
    s3, bucket = aws.client("s3"), f"kept-{aws.account}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    versions = [
        s3.put_object(Bucket=bucket, Key="k", Body=body)["VersionId"] for body in (b"first", b"second")
    ]
    s3.delete_object(Bucket=bucket, Key="k")

    again(aws, tmp_path)

    bodies = [s3.get_object(Bucket=bucket, Key="k", VersionId=version)["Body"].read() for version in versions]
    assert [b"first", b"second"] == bodies
    assert 1 == len(s3.list_object_versions(Bucket=bucket)["DeleteMarkers"])
    keeping.forget(aws.account)


def test_what_was_encrypted_and_signed_can_be_read_and_verified_again(aws: Aws, tmp_path: Path) -> None:
    kms, digest = aws.client("kms"), b"0" * 32
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    signer = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    secret = kms.encrypt(KeyId=key, Plaintext=b"plain")["CiphertextBlob"]
    how = {"KeyId": signer, "Message": digest, "MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = kms.sign(**how)["Signature"]

    again(aws, tmp_path)

    assert b"plain" == kms.decrypt(CiphertextBlob=secret)["Plaintext"]
    assert kms.verify(**how, Signature=signature)["SignatureValid"]


def test_a_secret_is_found_by_its_arn_again(aws: Aws, tmp_path: Path) -> None:
    secrets = aws.client("secretsmanager")
    arn = secrets.create_secret(Name="s", SecretString="first")["ARN"]
    version = secrets.put_secret_value(SecretId=arn, SecretString="second")["VersionId"]

    again(aws, tmp_path)

    found = secrets.get_secret_value(SecretId=arn)
    assert (version, "second") == (found["VersionId"], found["SecretString"])


def test_a_function_is_found_by_the_arn_of_its_alias_again(aws: Aws, tmp_path: Path) -> None:
    functions = aws.client("lambda")
    aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUSTED))
    arn = functions.create_function(
        FunctionName="f",
        Role=f"arn:aws:iam::{aws.account}:role/r",
        Runtime="python3.13",
        Handler="a.handler",
        Code={"ZipFile": zipped()},
        Publish=True,
    )["FunctionArn"]
    alias = functions.create_alias(FunctionName="f", Name="live", FunctionVersion="1")["AliasArn"]

    again(aws, tmp_path)

    assert "1" == functions.get_function_configuration(FunctionName=alias)["Version"]
    assert arn.startswith(functions.get_function_configuration(FunctionName="f")["FunctionArn"])


def test_a_stack_is_there_again_and_can_be_deleted(aws: Aws, tmp_path: Path) -> None:
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="miyabi-kept", TemplateBody=json.dumps(TEMPLATE))
    (before,) = cloudformation.describe_stacks()["Stacks"]

    again(aws, tmp_path)

    (after,) = cloudformation.describe_stacks()["Stacks"]
    assert before["StackId"] == after["StackId"]
    assert [before["Outputs"][0]["OutputValue"]] == names(aws)
    cloudformation.delete_stack(StackName="miyabi-kept")
    assert [] == names(aws)


def test_only_its_owner_may_read_it_and_nothing_else_is_left_beside_it(aws: Aws, tmp_path: Path) -> None:
    path = kept(aws, tmp_path / "made" / "for it")

    assert 0o600 == path.stat().st_mode & 0o777
    assert 0o700 == path.parent.stat().st_mode & 0o777
    assert [path] == list(path.parent.iterdir())


def test_where_nothing_was_kept_nothing_changes(aws: Aws, tmp_path: Path) -> None:
    aws.client("ssm").put_parameter(Name="/stays", Value="v", Type="String")

    assert not restore(aws.account, tmp_path)
    assert ["/stays"] == names(aws)


def edited(**changes: Any) -> Callable[[bytes], bytes]:
    """What makes another first line."""

    def edit(content: bytes) -> bytes:
        head, _, body = content.partition(b"\n")
        return json.dumps({**json.loads(head), **changes}).encode() + b"\n" + body

    return edit


BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut off": (lambda content: content[:-1], "is damaged: its checksum is another"),
    "changed": (lambda content: content[:-1] + b"x", "is damaged: its checksum is another"),
    "empty": (lambda _: b"", "is damaged: its first line does not say what it is"),
    "something else": (lambda _: b"[]\n", "is damaged: its first line does not say what it is"),
    "another account's": (edited(account="999999999999"), "is of account 999999999999, not of"),
    "of another version": (
        edited(made_by={"moto": "1"}),
        "was made by another version of moto and python and",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_not_ours_and_whole_is_refused(aws: Aws, tmp_path: Path, case: str) -> None:
    change, sentence = BROKEN[case]
    path = kept(aws, tmp_path)
    path.write_bytes(change(path.read_bytes()))
    aws.client("ssm").put_parameter(Name="/stays", Value="v", Type="String")

    with pytest.raises(StateRefused, match=sentence):
        restore(aws.account, tmp_path)

    assert ["/stays"] == names(aws)


def test_what_can_not_be_put_back_is_not_put_back_in_part(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("of another shape")

    kept(aws, tmp_path)
    failing = keeping.Part(dump=lambda _: {}, load=fail, forget=lambda _: None)
    monkeypatch.setitem(keeping.PARTS, "cloudformation", failing)

    with pytest.raises(StateRefused, match=r"can't be put back \(ValueError: of another shape\)"):
        restore(aws.account, tmp_path)

    assert [] == names(aws)


@pytest.fixture
def other(aws: Aws) -> Iterator[Aws]:
    """Another account that has nothing yet."""
    account = f"{(int(aws.account) + 1) % 10**12:012}"
    yield Aws(account, "us-east-1")
    keeping.forget(account)


def test_a_bucket_whose_name_is_taken_meanwhile_is_not_taken_back(
    aws: Aws, other: Aws, tmp_path: Path
) -> None:
    aws.client("s3").create_bucket(Bucket=f"name-{aws.account}")
    kept(aws, tmp_path)
    other.client("s3").create_bucket(Bucket=f"name-{aws.account}")

    with pytest.raises(
        StateRefused, match=f"bucket name-{aws.account} is of account {other.account} already"
    ):
        restore(aws.account, tmp_path)

    assert [f"name-{aws.account}"] == [each["Name"] for each in other.client("s3").list_buckets()["Buckets"]]


def test_what_can_not_be_pickled_is_told_and_what_was_kept_stays(aws: Aws, tmp_path: Path) -> None:
    path = kept(aws, tmp_path)
    before = path.read_bytes()
    with socket.socket() as unpicklable:
        held(aws)["unpicklable"] = unpicklable
        with pytest.raises(StateUnkept, match="cannot pickle 'socket' object"):
            keep(aws.account, tmp_path)

    assert before == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_a_folder_that_can_not_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(
        StateUnkept, match=r"file/local-aws.state .*; make room there, or name another folder"
    ):
        prepare(tmp_path / "file")


def test_locks_and_functions_without_a_name_are_made_anew(aws: Aws, tmp_path: Path) -> None:
    word = "said"
    held(aws).update(
        lock=threading.Lock(),
        reentrant=threading.RLock(),
        said=lambda more="": word + more,
        twice=[held(aws)] * 2,
    )

    again(aws, tmp_path)

    found = held(aws)
    assert "said again" == found["said"](" again")
    assert found["twice"][0] is found["twice"][1]
    with found["lock"], found["reentrant"]:
        pass
