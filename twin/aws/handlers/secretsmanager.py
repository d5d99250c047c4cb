"""Secrets Manager: secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twin.aws.errors import Absent, HandlerError
from twin.aws.handler import Handler, Identifier, Properties, Request
from twin.aws.properties import taken_away, told
from twin.aws.tagging import as_pairs, retag, without

if TYPE_CHECKING:
    from twin.aws.clients import Aws

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  (the name of a type)
_VALUE = ("GenerateSecretString", "SecretString")
_NONE = {"KmsKeyId": "alias/aws/secretsmanager"}


def _create_secret(request: Request) -> Identifier:
    secrets = request.client("secretsmanager")
    wanted = {"Name": request.name(512), **_settings(request.desired), **_value(secrets, request.desired)}
    made = secrets.create_secret(**wanted, Tags=as_pairs(request.desired.get("Tags")))
    return {"Id": made["ARN"]}


def _read_secret(aws: Aws, identifier: Identifier) -> Properties:
    secrets, arn = aws.client("secretsmanager"), identifier["Id"]
    try:
        found = secrets.describe_secret(SecretId=arn)
    except secrets.exceptions.ResourceNotFoundException:
        raise Absent(f"secret {arn} does not exist") from None
    if "DeletedDate" in found:
        raise Absent(f"secret {arn} is scheduled for deletion")
    tags = as_pairs(without(found.get("Tags", ())))
    return told(SECRET, aws.region, {**found, "Tags": tags}, {"Id": "ARN"})


def _update_secret(request: Request, identifier: Identifier) -> None:
    secrets, about = request.client("secretsmanager"), {"SecretId": identifier["Id"]}
    before, after = _settings(request.previous), _settings(request.desired)
    changes = taken_away(before, after, _NONE) | after
    # Names can't be changed; CloudFormation makes a new value only where how to make it has changed.
    changes.pop("Name", None)
    if request.changed(*_VALUE):
        changes |= _value(secrets, request.desired)
    secrets.update_secret(**about, **changes)
    retag(
        request.previous.get("Tags"),
        request.desired.get("Tags"),
        lambda tags: secrets.tag_resource(**about, Tags=as_pairs(tags)),
        lambda names: secrets.untag_resource(**about, TagKeys=names),
    )


def _delete_secret(aws: Aws, identifier: Identifier) -> None:
    """CloudFormation deletes for good: a recovery window would keep the name from being used again."""
    aws.client("secretsmanager").delete_secret(SecretId=identifier["Id"], ForceDeleteWithoutRecovery=True)


def _settings(properties: Properties) -> Properties:
    elsewhere = (*_VALUE, "Tags", "ReplicaRegions")
    return {name: value for name, value in properties.items() if name not in elsewhere}


def _value(secrets: Any, properties: Properties) -> Properties:
    """The secret's value, given or generated; nothing for a secret without one.

    No error may tell it, nor the template, which can hold parts of it.
    """
    if all(name in properties for name in _VALUE):
        raise HandlerError("InvalidRequest", "a secret has SecretString or GenerateSecretString, not both")
    if "GenerateSecretString" not in properties:
        return {"SecretString": properties["SecretString"]} if "SecretString" in properties else {}
    how = dict(properties["GenerateSecretString"])
    template, key = how.pop("SecretStringTemplate", None), how.pop("GenerateStringKey", None)
    password = secrets.get_random_password(**how)["RandomPassword"]
    if template is None and key is None:
        return {"SecretString": password}
    if template is None or key is None:
        raise HandlerError(
            "InvalidRequest", "SecretStringTemplate and GenerateStringKey go together; give both or neither"
        )
    return {"SecretString": json.dumps({**_parsed(template), key: password}, separators=(",", ":"))}


def _parsed(template: str) -> dict[str, Any]:
    try:
        parsed = json.loads(template)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise HandlerError("InvalidRequest", "SecretStringTemplate is not a JSON object; write one like {}")
    return parsed


HANDLERS = (
    Handler(
        type=SECRET,
        create=_create_secret,
        read=_read_secret,
        update=_update_secret,
        delete=_delete_secret,
        not_held={
            "GenerateSecretString": "the secret's value is made by it, and a value is no property",
            "SecretString": "a secret's value is no property; GetSecretValue alone tells it",
        },
    ),
)
