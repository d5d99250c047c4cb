"""Key Management Service: keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent, HandlerError
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.properties import as_json
from twin.aws.tagging import as_map, as_pairs, retag

if TYPE_CHECKING:
    from twin.aws.clients import Aws

_FOR_LIFE = ("KeySpec", "KeyUsage", "MultiRegion", "Origin")
"""What KMS can't change of a key; an update of any of them fails, see the type's page."""


def _create_key(request: Request) -> Identifier:
    kms, wanted = request.client("kms"), request.desired
    given = {
        name: wanted[name]
        for name in ("Description", *_FOR_LIFE, "BypassPolicyLockoutSafetyCheck")
        if name in wanted
    }
    policy = as_json(wanted.get("KeyPolicy", _usual_policy(request.aws)))
    made = kms.create_key(**given, Policy=policy, Tags=_pairs(wanted.get("Tags")))
    identifier = request.begin(KeyId=made["KeyMetadata"]["KeyId"])
    _switch(request, identifier)
    return identifier


def _read_key(aws: Aws, identifier: Identifier) -> Properties:
    """A key that waits for its deletion is as good as gone, as CloudFormation sees it."""
    kms, key_id = aws.client("kms"), identifier["KeyId"]
    try:
        key = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        key = {"KeyState": "PendingDeletion"}
    if key["KeyState"] == "PendingDeletion":
        raise Absent(f"key {key_id} does not exist")
    return {
        **{name: key[name] for name in ("Arn", "KeyId", "Description", "Enabled", *_FOR_LIFE) if name in key},
        "KeyPolicy": json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]),
        "EnableKeyRotation": kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"],
        "Tags": as_pairs(kms.list_resource_tags(KeyId=key_id)["Tags"]),
    }


def _update_key(request: Request, identifier: Identifier) -> None:
    kms, wanted, key_id = request.client("kms"), request.desired, identifier["KeyId"]
    if request.changed(*_FOR_LIFE):
        raise HandlerError("NotUpdatable", f"a key keeps its {', '.join(_FOR_LIFE)}; make another key")
    if request.changed("Description"):
        kms.update_key_description(KeyId=key_id, Description=wanted.get("Description", ""))
    if request.changed("KeyPolicy"):
        policy = as_json(wanted.get("KeyPolicy", _usual_policy(request.aws)))
        bypass = wanted.get("BypassPolicyLockoutSafetyCheck", False)
        kms.put_key_policy(
            KeyId=key_id, PolicyName="default", Policy=policy, BypassPolicyLockoutSafetyCheck=bypass
        )
    _switch(request, identifier)
    retag(
        request.previous.get("Tags"),
        wanted.get("Tags"),
        lambda tags: kms.tag_resource(KeyId=key_id, Tags=_pairs(tags)),
        lambda names: kms.untag_resource(KeyId=key_id, TagKeys=names),
    )


def _delete_key(aws: Aws, identifier: Identifier) -> None:
    _delete_key_in_time(aws, identifier, {})


def _delete_key_in_time(aws: Aws, identifier: Identifier, properties: Properties) -> None:
    window = {name: properties[name] for name in ("PendingWindowInDays",) if name in properties}
    aws.client("kms").schedule_key_deletion(KeyId=identifier["KeyId"], **window)


def _switch(request: Request, identifier: Identifier) -> None:
    """Turn the key and its rotation on or off; a key that is off takes no change of its rotation."""
    kms, wanted, key_id = request.client("kms"), request.desired, identifier["KeyId"]
    enabled = wanted.get("Enabled", True)
    if request.changed("Enabled") and enabled:
        kms.enable_key(KeyId=key_id)
    if request.changed("EnableKeyRotation", "RotationPeriodInDays"):
        if wanted.get("EnableKeyRotation"):
            period = {name: wanted[name] for name in ("RotationPeriodInDays",) if name in wanted}
            kms.enable_key_rotation(KeyId=key_id, **period)
        else:
            kms.disable_key_rotation(KeyId=key_id)
    if request.changed("Enabled") and not enabled:
        kms.disable_key(KeyId=key_id)


def _usual_policy(aws: Aws) -> Properties:
    """The policy of a key that is made without one; see "Default key policy" in the developer guide."""
    root = f"arn:{aws.partition}:iam::{aws.account}:root"
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]}


def _pairs(tags: Any) -> list[dict[str, str]]:
    return as_pairs(as_map(tags), "TagKey", "TagValue")


HANDLERS = (
    Handler(
        type="AWS::KMS::Key",
        create=_create_key,
        read=_read_key,
        update=_update_key,
        delete=_delete_key,
        delete_as=_delete_key_in_time,
        not_held={
            "BypassPolicyLockoutSafetyCheck": "it says how the policy is to be put, not what is in it",
            "PendingWindowInDays": "it says how the key is to be deleted, and is used then",
        },
    ),
)
