"""Secrets that a person enters are there and would work; none is ever told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ops.preflight.secrets import malformed, secrets
from ops.wanted import EnteredSecret
from stacks.secrets import ENTERED
from tests.ops.preflight.told import WELL, Told, enter, refusal, scope, sentences

if TYPE_CHECKING:
    from twin.aws.clients import Aws


MALFORMED: dict[str, tuple[str, str, str]] = {
    "no JSON": ("github", "not-for-the-eye", "its value is no JSON object with client_id, client_secret"),
    "a list": ("jwt", '["not-for-the-eye"]', "its value is no JSON object with secret"),
    "a key that is missing": ("github", '{"client_id": "not-for-the-eye"}', "client_secret is missing"),
    "no text": ("jwt", '{"secret": 123456789}', "secret is no text, or empty"),
    "an empty text": ("jwt", '{"secret": ""}', "secret is no text, or empty"),
    "a short key": ("jwt", '{"secret": "not-for-the-eye"}', "secret has 15 bytes and needs 32 or more"),
    "a sign that RDS does not take": (
        "master-password",
        '{"password": "not-for-the-eye@home"}',
        "password is not of 8 to 128",
    ),
    "a password that is too short": ("master-password", '{"password": "1234567"}', "password is not of 8"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_secret_that_would_not_work_is_told_without_its_value(case: str) -> None:
    name, text, expected = MALFORMED[case]
    secret = EnteredSecret(f"miyabi/production/{name}", ENTERED[name])

    [problem] = malformed(secret, text)

    assert expected in problem
    assert "not-for-the-eye" not in problem
    assert "1234567" not in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("github", WELL | {"note": "entered in May"}),
        ("jwt", {"secret": "x" * 32}),
        ("master-password", {"password": "abcDEF12"}),
    ],
)
def test_a_secret_that_is_as_it_should_be_is_no_problem(name: str, value: dict[str, str]) -> None:
    secret = EnteredSecret(f"miyabi/production/{name}", ENTERED[name])

    assert [] == malformed(secret, json.dumps(value))


def test_a_secret_is_looked_for_whatever_became_of_it(aws: Aws) -> None:
    client, name = aws.client("secretsmanager"), "miyabi/staging/github"
    told = [sentences(secrets(scope(aws.client)))]
    enter(aws, name, {"client_id": "not-for-the-eye"})
    told.append(sentences(secrets(scope(aws.client))))
    client.put_secret_value(SecretId=name, SecretString=json.dumps(WELL))
    told.append(sentences(secrets(scope(aws.client))))
    client.delete_secret(SecretId=name)
    told.append(sentences(secrets(scope(aws.client))))

    bring_back = "aws secretsmanager restore-secret"
    enter_it = "enter it by `miyabi secret set staging github`"
    assert [
        [f"secret {name} is not there; {enter_it}"],
        [f"secret {name}: client_secret is missing; {enter_it}"],
        [],
        [f"secret {name} is being deleted; bring it back by `{bring_back} --secret-id {name}`"],
    ] == told


def test_a_secret_that_may_not_be_read_is_a_note(aws: Aws) -> None:
    enter(aws, "miyabi/staging/github", "anything")
    unread = Told(aws.client, {"secretsmanager:get_secret_value": refusal("GetSecretValue")})

    [sentence] = sentences(secrets(scope(unread)))

    assert sentence.startswith(
        "(whether secret miyabi/staging/github is as it should be could not be looked at: "
    )


def test_secrets_of_stacks_that_are_not_meant_are_not_looked_for(aws: Aws) -> None:
    whole = scope(aws.client)

    assert [] == sentences(secrets(replace(whole, stacks=whole.stacks[:1])))
