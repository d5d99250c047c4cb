"""Whether the function can be invoked: state, role, key, concurrency, versions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ops.doctor.answer import Verdict
from tests.ops.doctor.invoking import ARN, CONFIGURATION, LAMBDA, VARIABLES, answer_of, invocation, made
from tests.ops.doctor.reading import refusal

PROVED, RULED_OUT, UNKNOWN = Verdict.PROVED, Verdict.RULED_OUT, Verdict.UNKNOWN
GONE = refusal("ResourceNotFoundException")
REFUSED = {"integrationRequestId": "-", "integrationStatus": "502"}
RAN = {"integrationRequestId": LAMBDA, "integrationStatus": "200"}
KEY = "arn:aws:kms:us-east-1:590000000001:key/1"


def role(
    service: Any = "lambda.amazonaws.com", made_at: datetime | None = None, **more: Any
) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}} | more
    created = made_at or datetime(2026, 1, 1, tzinfo=UTC)
    return {"Role": {"CreateDate": created, "AssumeRolePolicyDocument": {"Statement": [statement]}}}


def denied(action: str) -> dict[str, Any]:
    return {action: refusal()}


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (role(), RULED_OUT),
        (role(["edgelambda.amazonaws.com", "lambda.amazonaws.com"]), RULED_OUT),
        (role("ec2.amazonaws.com"), PROVED),
        (role(Effect="Deny"), PROVED),
        ({"Role": {}}, PROVED),
        (GONE, PROVED),
        (refusal(), UNKNOWN),
    ],
)
def test_a_role_must_be_there_and_let_lambda_assume_it(told: Any, verdict: Verdict) -> None:
    assert verdict is answer_of("LAM-022", made(answers={"iam:GetRole": told})).verdict


@pytest.mark.parametrize(
    ("configuration", "created", "status", "verdict"),
    [
        ({}, datetime(2026, 11, 26, 7, 30, tzinfo=UTC), 500, PROVED),
        ({}, datetime(2026, 11, 26, 7, 30, tzinfo=UTC), 200, RULED_OUT),
        ({}, datetime(2026, 11, 26, 6, 30, tzinfo=UTC), 500, RULED_OUT),
        ({"KMSKeyArn": KEY}, datetime(2026, 11, 26, 7, 30, tzinfo=UTC), 500, RULED_OUT),
        ({"Environment": None}, datetime(2026, 11, 26, 7, 30, tzinfo=UTC), 500, RULED_OUT),
    ],
)
def test_a_role_that_is_younger_than_the_function_has_no_grant(
    configuration: dict[str, Any], created: datetime, status: int, verdict: Verdict
) -> None:
    answers = {"iam:GetRole": role(made_at=created)}
    evidence = made(status=status, configuration=configuration, answers=answers)

    assert verdict is answer_of("LAM-023", evidence).verdict


@pytest.mark.parametrize(
    ("configuration", "described", "access", "verdict"),
    [
        ({}, GONE, {}, RULED_OUT),
        ({}, GONE, REFUSED | {"integrationErrorMessage": "KMS access was denied"}, PROVED),
        ({"StateReasonCode": "DisabledKMSKey"}, GONE, {}, PROVED),
        ({"KMSKeyArn": KEY}, {"KeyMetadata": {"KeyState": "Enabled"}}, {}, RULED_OUT),
        ({"KMSKeyArn": KEY}, {"KeyMetadata": {"KeyState": "Disabled"}}, {}, PROVED),
        ({"KMSKeyArn": KEY}, {"KeyMetadata": {"KeyState": "PendingDeletion"}}, {}, PROVED),
        ({"KMSKeyArn": KEY}, refusal("NotFoundException"), {}, PROVED),
        ({"KMSKeyArn": KEY}, refusal(), {}, UNKNOWN),
    ],
)
def test_the_key_of_the_variables_must_be_open(
    configuration: dict[str, Any], described: Any, access: dict[str, str], verdict: Verdict
) -> None:
    evidence = made(configuration=configuration, answers={"kms:DescribeKey": described}, access=access)

    assert verdict is answer_of("LAM-021", evidence).verdict


def test_a_role_without_a_right_to_the_key_may_have_it_by_the_key_s_policy() -> None:
    answers = {
        "kms:DescribeKey": {"KeyMetadata": {"KeyState": "Enabled"}},
        "iam:SimulatePrincipalPolicy": {"EvaluationResults": [{"EvalDecision": "implicitDeny"}]},
    }
    answer = answer_of("LAM-021", made(configuration={"KMSKeyArn": KEY}, answers=answers))

    assert (UNKNOWN, False) == (answer.verdict, answer.unseen)
    assert "get-key-policy" in answer.decide


@pytest.mark.parametrize(
    ("concurrency", "verdict"),
    [
        ({"ReservedConcurrentExecutions": 0}, PROVED),
        ({"ReservedConcurrentExecutions": 5}, RULED_OUT),
        ({}, RULED_OUT),
        (refusal(), UNKNOWN),
    ],
)
def test_reserved_concurrency_of_0_switches_off(concurrency: Any, verdict: Verdict) -> None:
    evidence = made(answers={"lambda:GetFunctionConcurrency": concurrency})

    assert verdict is answer_of("LAM-014", evidence).verdict


@pytest.mark.parametrize(
    ("reserved", "access", "throttles", "expected"),
    [
        (60, {}, [], (RULED_OUT, True)),
        (60, {}, [3.0], (UNKNOWN, True)),
        (60, REFUSED | {"integrationErrorMessage": "Rate Exceeded."}, [], (PROVED, True)),
        (1, {}, [], (PROVED, False)),
        (0, REFUSED | {"integrationErrorMessage": "Rate Exceeded."}, [9.0], (RULED_OUT, True)),
    ],
)
def test_throttling_is_proved_by_this_request_or_by_a_limit_below_what_is_expected(
    reserved: int, access: dict[str, str], throttles: list[float], expected: tuple[Verdict, bool]
) -> None:
    answers = {
        "lambda:GetFunctionConcurrency": {"ReservedConcurrentExecutions": reserved},
        "cloudwatch:GetMetricData": {"MetricDataResults": [{"Values": throttles}]},
    }
    answer = answer_of("LAM-002", made(access=access, answers=answers))

    assert expected == (answer.verdict, answer.explains)


def test_loops_that_were_stopped_lately_prove_nothing_of_this_request() -> None:
    metrics = {"cloudwatch:GetMetricData": {"MetricDataResults": [{"Values": [2.0]}]}}
    said = REFUSED | {"integrationErrorMessage": "RecursiveInvocationException"}

    assert UNKNOWN is answer_of("LAM-013", made(answers=metrics)).verdict
    assert PROVED is answer_of("LAM-013", made(access=said)).verdict
    assert RULED_OUT is answer_of("LAM-013", made()).verdict


@pytest.mark.parametrize("state", ["Pending", "Inactive", "Failed", "Deactivated", "AnotherOne"])
def test_any_state_but_active_is_told_with_its_reason(state: str) -> None:
    answer = answer_of("LAM-020", made(configuration={"State": state, "StateReasonCode": "Idle"}))

    assert PROVED is answer.verdict
    assert f"{state} (Idle)" in answer.because


def test_a_refusal_of_lambda_is_told_by_its_name_alone() -> None:
    said = "EFSMountTimeoutException: arn:aws:elasticfilesystem:secret"
    answer = answer_of("LAM-029", made(access=REFUSED | {"integrationErrorMessage": said}))

    assert PROVED is answer.verdict
    assert "(EFSMountTimeoutException)" in answer.because
    assert "secret" not in answer.because


@pytest.mark.parametrize(
    ("access", "verdict"),
    [
        (None, UNKNOWN),
        (RAN, RULED_OUT),
        (REFUSED, PROVED),
        ({"integrationRequestId": "-", "errorMessage": "Internal Server Error"}, RULED_OUT),
        (
            REFUSED | {"integrationErrorMessage": "doesn't have permissions to call the integration"},
            RULED_OUT,
        ),
    ],
)
def test_a_refusal_of_lambda_is_told_where_there_is_one_alone(
    access: dict[str, str] | None, verdict: Verdict
) -> None:
    assert verdict is answer_of("LAM-029", made(access=access)).verdict


def by_qualifier(**documents: Any) -> Any:
    """GetFunctionConfiguration: what differs, by qualifier; `latest` of none."""

    def told(Qualifier: str = "latest", **_: Any) -> Any:  # noqa: N803  (botocore's spelling)
        return CONFIGURATION | documents.get(Qualifier.replace("4", "four"), {})

    return told


ALIAS = {"FunctionVersion": "3", "RoutingConfig": {"AdditionalVersionWeights": {"4": 0.1}}}


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ({"State": "Failed"}, PROVED),
        ({"Environment": {"Variables": {"JWT_SECRET": VARIABLES["JWT_SECRET"]}}}, PROVED),
        ({"PackageType": "Image"}, UNKNOWN),
    ],
)
def test_a_version_that_gets_a_part_of_the_requests_is_looked_at_too(
    other: dict[str, Any], verdict: Verdict
) -> None:
    answers = {"lambda:GetAlias": ALIAS, "lambda:GetFunctionConfiguration": by_qualifier(four=other)}
    answer = answer_of("LAM-024", made(status=200, answers=answers))

    assert verdict is answer.verdict
    assert "version 4" in answer.because
    assert VARIABLES["JWT_SECRET"] not in answer.because


def test_an_alias_without_weights_sends_all_requests_to_one_version() -> None:
    assert (
        RULED_OUT is answer_of("LAM-024", made(answers={"lambda:GetAlias": {"FunctionVersion": "3"}})).verdict
    )
    assert UNKNOWN is answer_of("LAM-024", made(answers=denied("lambda:GetAlias"))).verdict


@pytest.mark.parametrize(("number", "verdict"), [("2", PROVED), ("5", RULED_OUT)])
def test_an_alias_behind_the_newest_version_is_told(number: str, verdict: Verdict) -> None:
    versions = {"Versions": [{"Version": each} for each in ("$LATEST", "1", "5")]}
    answers = {"lambda:GetAlias": {"FunctionVersion": number}, "lambda:ListVersionsByFunction": versions}

    assert verdict is answer_of("LAM-025", made(answers=answers)).verdict


def test_what_is_changed_and_not_published_is_told_by_name_without_its_value() -> None:
    changed = {"Environment": {"Variables": {"JWT_SECRET": "another secret"}}, "Timeout": 3}
    answers = {"lambda:GetFunctionConfiguration": by_qualifier(latest=changed)}
    answer = answer_of("LAM-026", made(answers=answers))

    assert PROVED is answer.verdict
    assert answer.because.startswith("Environment, Timeout of function api differ")
    assert "secret" not in answer.because


def test_what_is_invoked_as_it_was_changed_last_can_not_be_unpublished() -> None:
    plain = made(integration={"IntegrationUri": ARN})

    assert RULED_OUT is answer_of("LAM-026", plain).verdict
    assert RULED_OUT is answer_of("LAM-025", plain).verdict
    assert RULED_OUT is answer_of("LAM-024", plain).verdict


@pytest.mark.parametrize(
    ("status", "verdict"), [("Failed", PROVED), ("InProgress", UNKNOWN), ("Successful", RULED_OUT)]
)
def test_an_update_that_failed_is_told(status: str, verdict: Verdict) -> None:
    assert verdict is answer_of("LAM-005", made(configuration={"LastUpdateStatus": status})).verdict


@pytest.mark.parametrize(
    ("runtime", "verdict"),
    [("python3.8", PROVED), ("python3.13", RULED_OUT), ("python9.9", UNKNOWN), (None, RULED_OUT)],
)
def test_a_runtime_is_judged_by_its_dates(runtime: str | None, verdict: Verdict) -> None:
    assert verdict is answer_of("LAM-012", made(configuration={"Runtime": runtime})).verdict


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({}, RULED_OUT),
        ({"CompatibleArchitectures": ["x86_64"]}, PROVED),
        (GONE, PROVED),
        (refusal(), UNKNOWN),
    ],
)
def test_layers_must_be_there_and_fit(told: Any, verdict: Verdict) -> None:
    layers = {"Layers": [{"Arn": "arn:aws:lambda:us-east-1:590000000001:layer:tools:7"}]}
    evidence = made(configuration=layers, answers={"lambda:GetLayerVersion": told})

    assert verdict is answer_of("LAM-027", evidence).verdict


@pytest.mark.parametrize(
    ("mapping", "verdict"),
    [
        ([], RULED_OUT),
        ([{"UUID": "1", "State": "Enabled", "LastProcessingResult": "OK"}], RULED_OUT),
        ([{"UUID": "1", "State": "Disabled"}], PROVED),
        ([{"UUID": "1", "State": "Enabled", "LastProcessingResult": "PROBLEM: denied"}], PROVED),
    ],
)
def test_other_event_sources_are_looked_at(mapping: list[dict[str, str]], verdict: Verdict) -> None:
    answers = {"lambda:ListEventSourceMappings": {"EventSourceMappings": mapping}}

    assert verdict is answer_of("LAM-028", made(lines=invocation(), answers=answers)).verdict
