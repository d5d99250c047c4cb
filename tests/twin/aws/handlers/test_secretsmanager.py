"""Secrets Manager."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING

import pytest

from tests.twin.aws.handlers.life import Life, Living, live, make

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.aws.handler import Properties

SECRET = "AWS::SecretsManager::Secret"
GENERATED = {
    "ExcludePunctuation": True,
    "GenerateStringKey": "password",
    "PasswordLength": 48,
    "SecretStringTemplate": '{"username": "miyabi_admin"}',
}

LIVES = (
    Life(
        SECRET,
        lambda aws: {
            "Description": "Password of the database's master user",
            "GenerateSecretString": GENERATED,
            "KmsKeyId": aws.arn("kms", "key/1"),
            "Tags": [{"Key": "Component", "Value": "database"}, {"Key": "Owner", "Value": "backend"}],
        },
        lambda aws: {
            "Description": None,
            "KmsKeyId": aws.arn("kms", "key/2"),
            "Tags": [{"Key": "Owner", "Value": "frontend"}, {"Key": "Project", "Value": "Miyabi"}],
        },
        attributes=("Id",),
        ref=r"arn:aws:secretsmanager:us-east-1:\d{12}:secret:miyabi-test-stack-Thing-[A-Z0-9]{12}-[A-Za-z]{6}",
    ),
)


def value(living: Living, stage: str = "AWSCURRENT") -> str:
    client = living.aws.client("secretsmanager")
    text: str = client.get_secret_value(SecretId=living.identifier["Id"], VersionStage=stage)["SecretString"]
    return text


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_a_password_is_generated_into_the_template(aws: Aws) -> None:
    found = json.loads(value(make(aws, SECRET, {"GenerateSecretString": GENERATED})))

    assert {"username", "password"} == found.keys()
    assert 48 == len(found["password"])
    assert set(found["password"]) <= set(string.ascii_letters + string.digits)


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({"ExcludeUppercase": True, "ExcludeLowercase": True, "ExcludePunctuation": True}, string.digits),
        (
            {"ExcludeCharacters": string.digits + "\\]^-", "ExcludePunctuation": True, "IncludeSpace": True},
            string.ascii_letters + " ",
        ),
        (
            {"ExcludeNumbers": True, "ExcludeUppercase": True, "ExcludeCharacters": '"@/\\'},
            string.ascii_lowercase + "!#$%&'()*+,-.:;<=>?[]^_`{|}~",
        ),
    ],
    ids=["kinds", "characters", "both"],
)
def test_a_password_has_only_characters_that_are_not_excluded(
    aws: Aws, options: Properties, allowed: str
) -> None:
    found = value(make(aws, SECRET, {"GenerateSecretString": {"PasswordLength": 4000, **options}}))

    assert 4000 == len(found)
    assert set(allowed) == set(found)


def test_each_kind_is_in_a_short_password_if_that_is_required(aws: Aws) -> None:
    wanted = {"PasswordLength": 4, "RequireEachIncludedType": True}
    found = value(make(aws, SECRET, {"GenerateSecretString": wanted}))

    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation)
    assert [1, 1, 1, 1] == [len(set(found) & set(kind)) for kind in kinds]


def test_a_new_value_is_made_only_when_how_to_make_it_changes(aws: Aws) -> None:
    living = make(aws, SECRET, {"Description": "One", "GenerateSecretString": GENERATED})
    first = value(living)

    living.update({**living.desired, "Description": "Two", "Tags": [{"Key": "a", "Value": "b"}]})
    assert first == value(living)
    living.update({**living.desired, "GenerateSecretString": {**GENERATED, "PasswordLength": 32}})
    assert 32 == len(json.loads(value(living))["password"])
    assert first == value(living, "AWSPREVIOUS")


def test_a_given_value_is_held(aws: Aws) -> None:
    living = make(aws, SECRET, {"SecretString": "first"})
    living.update({"SecretString": "second"})

    assert "second" == value(living)


def test_a_deleted_secrets_name_can_be_used_again_at_once(aws: Aws) -> None:
    make(aws, SECRET, {"Name": "miyabi/github"}).delete()

    assert "miyabi/github" == make(aws, SECRET, {"Name": "miyabi/github"}).read()["Name"]


@pytest.mark.parametrize(
    "properties",
    [
        {"GenerateSecretString": {"GenerateStringKey": "a", "SecretStringTemplate": "hunter2"}},
        {"GenerateSecretString": {"SecretStringTemplate": '{"a": "hunter2"}'}},
        {"GenerateSecretString": {}, "SecretString": "hunter2"},
        {
            "GenerateSecretString": {
                "GenerateStringKey": "a",
                "PasswordLength": 1,
                "SecretStringTemplate": '{"b": "hunter2"}',
            }
        },
    ],
)
def test_a_refusal_does_not_tell_the_value(aws: Aws, properties: Properties) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011  (whichever: none may tell the value)
        make(aws, SECRET, properties)

    assert "hunter2" not in repr(refused.value)
    assert refused.value.__cause__ is None
