"""What AWS refuses to the code is told with the policy that AWS blames, by the request's own lines."""

from __future__ import annotations

import pytest

from ops.doctor.answer import Verdict
from tests.ops.doctor.invoking import LAMBDA, answer_of, invocation, made

RAN = {"integrationRequestId": LAMBDA, "integrationStatus": "200"}
SAID = (
    "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: User: "
    "arn:aws:sts::590000000001:assumed-role/api/api is not authorized to perform: "
    "secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:590000000001:secret:x "
)
KEY = "arn:aws:kms:us-east-1:590000000001:key/0f6a1e9c-52d1-4b43-b3ed-3f7fbb7c6a11"


@pytest.mark.parametrize(
    ("line", "told", "command"),
    [
        (
            f"{SAID}with an explicit deny in a service control policy",
            "a service control policy denies it",
            "aws organizations list-policies --filter SERVICE_CONTROL_POLICY",
        ),
        (
            f"{SAID}because no permissions boundary allows the secretsmanager:GetSecretValue action",
            "no permissions boundary allows it",
            "aws iam get-role --role-name api --query Role.PermissionsBoundary",
        ),
        (
            f"{SAID}because no identity-based policy allows the secretsmanager:GetSecretValue action",
            "no identity-based policy allows it",
            "aws iam list-role-policies --role-name api",
        ),
        (
            "An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied",
            "AWS refuses ListBuckets to function api:live",
            "",
        ),
        (
            f"An error occurred (DisabledException) when calling the Decrypt operation: {KEY} is disabled.",
            "for a key of KMS that is disabled, gone, or closed",
            f"aws kms describe-key --key-id {KEY} --query KeyMetadata.KeyState",
        ),
    ],
)
def test_aws_own_words_decide(line: str, told: str, command: str) -> None:
    answer = answer_of("LAM-035", made(lines=invocation(f"[ERROR] ClientError: {line}"), access=RAN))
    assert (Verdict.PROVED, True) == (answer.verdict, answer.explains)
    assert told in answer.because
    assert command in (*answer.commands, "")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("hello", 500),
        (f"{SAID}with an explicit deny in a service control policy", 200),
        (f"{SAID}because no VPC endpoint policy allows the secretsmanager:GetSecretValue action", 500),
        (
            "An error occurred (ThrottlingException) when calling the GetItem operation: Rate exceeded",
            500,
        ),
    ],
)
def test_nothing_is_refused_for_what_says_no_such_thing(line: str, status: int) -> None:
    answer = answer_of("LAM-035", made(status=status, lines=invocation(line), access=RAN))
    assert answer.verdict is Verdict.RULED_OUT


def test_what_a_function_says_of_limits_and_keys_is_not_lambdas_own_word() -> None:
    said = {
        **RAN,
        "integrationErrorMessage": "ThrottlingException: Rate exceeded, KMS: DisabledException",
    }
    ran = made(lines=invocation("[ERROR] it failed"), access=said)
    assert [Verdict.RULED_OUT] * 2 == [answer_of(each, ran).verdict for each in ("LAM-002", "LAM-021")]


def test_a_secret_in_the_name_of_an_action_is_not_told() -> None:
    line = "is not authorized to perform: x:SecretWordOfSomebody because no identity-based policy allows it"
    variables = {"Variables": {"A": "SecretWordOfSomebody"}}
    evidence = made(lines=invocation(line), access=RAN, configuration={"Environment": variables})
    answer = answer_of("LAM-035", evidence)
    assert "SecretWord" not in f"{answer.because} {answer.commands}"
