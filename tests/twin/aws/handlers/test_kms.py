"""Key Management Service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.twin.aws.handlers.life import Life, live, make
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.aws.handler import Properties


def policy(aws: Aws, sid: str) -> Properties:
    """A policy with a statement of the account's and one of a service's."""
    condition = {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:*:{aws.account}:log-group:*"}
    }
    root = {"Sid": "Account", "Effect": "Allow", "Action": ["kms:*"], "Resource": ["*"]}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {**root, "Principal": {"AWS": [f"arn:aws:iam::{aws.account}:root"]}},
            {**root, "Sid": sid, "Principal": {"Service": ["logs.amazonaws.com"]}, "Condition": condition},
        ],
    }


LIVES = (
    Life(
        "AWS::KMS::Key",
        lambda aws: {
            "Description": "Logs, secrets and backups",
            "EnableKeyRotation": True,
            "KeyPolicy": policy(aws, "LogGroups"),
            "PendingWindowInDays": 30,
            "Tags": [{"Key": "Component", "Value": "network"}, {"Key": "Owner", "Value": "backend"}],
        },
        lambda aws: {
            "Description": None,
            "Enabled": False,
            "EnableKeyRotation": False,
            "KeyPolicy": policy(aws, "Topics"),
            "Tags": [{"Key": "Owner", "Value": "frontend"}],
        },
        attributes=("Arn", "KeyId"),
        ref=r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_a_deleted_key_waits_for_its_end(aws: Aws) -> None:
    living = make(aws, "AWS::KMS::Key", {})
    living.delete()

    found = aws.client("kms").describe_key(KeyId=living.identifier["KeyId"])["KeyMetadata"]
    assert "PendingDeletion" == found["KeyState"]


def test_a_key_rotates_as_often_as_was_asked_for(aws: Aws) -> None:
    living = make(aws, "AWS::KMS::Key", {"EnableKeyRotation": True, "RotationPeriodInDays": 180})
    kms, named = aws.client("kms"), dict(living.identifier)
    assert 180 == kms.get_key_rotation_status(**named)["RotationPeriodInDays"]

    living.update({"EnableKeyRotation": True})
    assert 365 == kms.get_key_rotation_status(**named)["RotationPeriodInDays"]

    living.update({})
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(**named)


def test_a_key_whose_policy_is_taken_away_has_the_usual_one(aws: Aws) -> None:
    living = make(aws, "AWS::KMS::Key", {"KeyPolicy": policy(aws, "LogGroups")})
    living.update({})

    assert make(aws, "AWS::KMS::Key", {}).read()["KeyPolicy"] == living.read()["KeyPolicy"]


def test_a_key_can_not_become_one_of_another_kind(aws: Aws) -> None:
    living = make(aws, "AWS::KMS::Key", {})

    with pytest.raises(HandlerError, match="make another key"):
        living.update({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"})


def test_a_key_waits_for_its_deletion_as_long_as_its_properties_say(aws: Aws) -> None:
    key = make(aws, "AWS::KMS::Key", {"PendingWindowInDays": 7})
    assert key.handler.delete_as is not None
    key.handler.delete_as(aws, key.identifier, key.desired)

    told = aws.client("kms").describe_key(**key.identifier)["KeyMetadata"]
    assert (told["DeletionDate"] - datetime.now(UTC)).days in (6, 7)


def test_a_key_is_switched_by_its_arn_too(aws: Aws) -> None:
    keys = aws.client("kms")
    arn = keys.create_key()["KeyMetadata"]["Arn"]
    told = []
    for change in (keys.disable_key, keys.enable_key, keys.schedule_key_deletion, keys.cancel_key_deletion):
        change(KeyId=arn)
        told.append(keys.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"])
    assert ["Disabled", "Enabled", "PendingDeletion", "Disabled"] == told
