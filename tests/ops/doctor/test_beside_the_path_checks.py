"""What stands beside a request's path: stacks, logs, quotas, costs, and whether somebody looks elsewhere."""

from __future__ import annotations

from typing import Any, Final

import pytest

from ops.doctor.answer import Answer, Verdict
from ops.doctor.sign import Sign
from tests.ops.doctor.healthy import ACCOUNT, REGION, STAGE, evidence_with, judged, reply, staging
from tests.ops.doctor.reading import refusal

GROUP: Final = "/aws/lambda/api"
ACCESS: Final = "/aws/apigateway/access"
FORMAT: Final = "$context.requestId $context.status $context.integrationErrorMessage"
STREAMS: Final = {"logs:DescribeLogStreams": {"logStreams": [{"logStreamName": "s"}]}}
ABSENT: Final = refusal("ResourceNotFoundException")
NO_KEY: Final = refusal("NotFoundException")
NO_STACK: Final = refusal("ValidationError")
NO_STACK.response["Error"]["Message"] = "Stack with id x does not exist"


def logging(text: str = FORMAT, group: str = ACCESS) -> dict[str, Any]:
    """A stage that writes an access log."""
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*"
    settings = {"DestinationArn": arn, "Format": text}
    return {"apigatewayv2:GetStages": {"Items": [{**STAGE, "AccessLogSettings": settings}]}}


def groups(*names: str, **more: Any) -> dict[str, Any]:
    """Log groups that are there."""
    found = [{"logGroupName": name, "retentionInDays": 30, **more} for name in names]
    return {"logs:DescribeLogGroups": {"logGroups": found}}


def allowing(*actions: str) -> dict[str, Any]:
    """A role that may do these actions alone."""

    def answer(**asked: Any) -> Any:
        [action] = asked["ActionNames"]
        decision = "allowed" if action in actions else "implicitDeny"
        return {"EvaluationResults": [{"EvalActionName": action, "EvalDecision": decision}]}

    return {"iam:SimulatePrincipalPolicy": answer}


def stacks(status: str = "UPDATE_COMPLETE", missing: str = "", **more: Any) -> dict[str, Any]:
    """Stacks of staging in a status, but for one that is not there."""

    def answer(StackName: str) -> Any:  # noqa: N803  (as botocore calls it)
        if missing and StackName.endswith(missing):
            return NO_STACK
        return {"Stacks": [{"StackName": StackName, "StackStatus": status, **more}]}

    return {"cloudformation:DescribeStacks": answer}


def key(state: str) -> dict[str, Any]:
    """A key of KMS in a state."""
    return {"kms:DescribeKey": {"KeyMetadata": {"KeyState": state}}}


def looping(lines_to: str = "", success: str = "") -> dict[str, Any]:
    """Where the function's lines are sent, and its results."""
    sent = [{"filterName": "f", "destinationArn": lines_to}] if lines_to else []
    arn = "arn:aws:lambda:us-east-1:1:function:api:live"
    ends = [
        {"FunctionArn": arn, "DestinationConfig": {"OnSuccess": {"Destination": success}, "OnFailure": {}}}
    ]
    return {
        "logs:DescribeSubscriptionFilters": {"subscriptionFilters": sent},
        "lambda:ListFunctionEventInvokeConfigs": {"FunctionEventInvokeConfigs": ends},
    }


def publishing(*names: str) -> dict[str, Any]:
    """Stacks that have made two parameters each, of which these are there."""
    made = [
        {"LogicalResourceId": name, "ResourceType": "AWS::SSM::Parameter", "PhysicalResourceId": name}
        for name in ("/p/a", "/p/b")
    ]
    return stacks() | {
        "cloudformation:ListStackResources": {"StackResourceSummaries": made},
        "ssm:GetParametersByPath": {"Parameters": [{"Name": name} for name in names]},
    }


def watched(*there: str, actions: bool = True) -> dict[str, Any]:
    """Stacks that have made two alarms, of which these are there."""
    made = [
        {"LogicalResourceId": name, "ResourceType": "AWS::CloudWatch::Alarm", "PhysicalResourceId": name}
        for name in ("one", "two")
    ]
    alarms = [{"AlarmName": name, "StateValue": "OK", "ActionsEnabled": actions} for name in there]
    return stacks() | {
        "cloudformation:ListStackResources": {"StackResourceSummaries": made},
        "cloudwatch:DescribeAlarms": {"MetricAlarms": alarms},
    }


def verdict(fault: str, answers: dict[str, Any], **more: Any) -> Verdict:
    return judged(fault, evidence_with(answers, **more)).verdict


@pytest.mark.parametrize(
    ("fault", "answers", "found"),
    [
        ("API-032", {}, Verdict.PROVED),
        ("API-032", logging() | groups(), Verdict.PROVED),
        ("API-032", logging() | groups(ACCESS), Verdict.RULED_OUT),
        ("API-032", {"apigatewayv2:GetStages": refusal()}, Verdict.UNKNOWN),
        ("LOG-010", {}, Verdict.RULED_OUT),
        ("LOG-010", logging(), Verdict.RULED_OUT),
        ("LOG-010", logging("$context.requestId $context.status"), Verdict.PROVED),
        ("LOG-001", {}, Verdict.RULED_OUT),
        ("LOG-001", allowing("logs:PutLogEvents"), Verdict.PROVED),
        ("LOG-001", allowing("logs:CreateLogStream"), Verdict.PROVED),
        ("LOG-001", {"iam:SimulatePrincipalPolicy": refusal()}, Verdict.UNKNOWN),
        ("LOG-009", groups(GROUP), Verdict.RULED_OUT),
        ("LOG-009", groups("/aws/lambda/api-of-another"), Verdict.UNKNOWN),
        ("LOG-009", groups() | allowing(), Verdict.PROVED),
        ("LOG-004", groups(GROUP) | STREAMS, Verdict.RULED_OUT),
        ("LOG-004", groups() | STREAMS, Verdict.RULED_OUT),
        ("LOG-004", groups(GROUP) | {"logs:DescribeLogStreams": {"logStreams": []}}, Verdict.PROVED),
        (
            "LOG-004",
            groups(GROUP) | {"logs:DescribeLogStreams": {"logStreams": []}} | allowing(),
            Verdict.UNKNOWN,
        ),
        ("LOG-008", {}, Verdict.RULED_OUT),
        ("LOG-005", {}, Verdict.RULED_OUT),
        ("COST-001", groups(GROUP), Verdict.RULED_OUT),
        ("COST-001", groups(GROUP, retentionInDays=None), Verdict.PROVED),
        ("LOG-011", groups(GROUP), Verdict.RULED_OUT),
        ("LOG-011", groups(GROUP, kmsKeyId="k") | key("Enabled"), Verdict.RULED_OUT),
        ("LOG-011", groups(GROUP, kmsKeyId="k") | key("Disabled"), Verdict.PROVED),
        ("LOG-011", groups(GROUP, kmsKeyId="k") | key("PendingDeletion"), Verdict.PROVED),
        ("LOG-011", groups(GROUP, kmsKeyId="k") | {"kms:DescribeKey": NO_KEY}, Verdict.PROVED),
        ("LOG-011", groups(GROUP, kmsKeyId="k"), Verdict.UNKNOWN),
        ("COST-003", looping(), Verdict.RULED_OUT),
        ("COST-003", looping("arn:aws:lambda:us-east-1:1:function:api"), Verdict.PROVED),
        ("COST-003", looping("arn:aws:lambda:us-east-1:1:function:api-2"), Verdict.RULED_OUT),
        ("COST-003", looping(success="arn:aws:lambda:us-east-1:1:function:api:live"), Verdict.PROVED),
        ("COST-003", looping(success="arn:aws:sqs:us-east-1:1:api"), Verdict.RULED_OUT),
        ("COST-003", {}, Verdict.UNKNOWN),
        ("OPS-010", stacks(), Verdict.RULED_OUT),
        ("OPS-010", stacks(missing="database"), Verdict.PROVED),
        ("OPS-010", stacks(missing="observability"), Verdict.RULED_OUT),
        ("OPS-016", publishing("/p/a", "/p/b"), Verdict.RULED_OUT),
        ("OPS-016", publishing("/p/a"), Verdict.PROVED),
        ("OPS-016", publishing() | {"ssm:GetParametersByPath": refusal()}, Verdict.UNKNOWN),
        ("OPS-014", stacks(missing="observability"), Verdict.PROVED),
        ("OPS-014", watched("one", "two"), Verdict.RULED_OUT),
        ("OPS-014", watched("one"), Verdict.PROVED),
        ("OPS-014", watched("one", "two", actions=False), Verdict.PROVED),
        ("OPS-014", stacks(), Verdict.UNKNOWN),
        ("OPS-011", stacks(), Verdict.RULED_OUT),
        ("OPS-011", stacks("UPDATE_ROLLBACK_FAILED"), Verdict.PROVED),
        ("OPS-011", stacks("UPDATE_IN_PROGRESS"), Verdict.RULED_OUT),
        ("OPS-012", stacks("UPDATE_IN_PROGRESS"), Verdict.PROVED),
        ("OPS-012", stacks(), Verdict.RULED_OUT),
        ("OPS-013", stacks(DriftInformation={"StackDriftStatus": "DRIFTED"}), Verdict.PROVED),
        ("OPS-013", stacks(), Verdict.RULED_OUT),
        ("OPS-013", {"cloudformation:DescribeStacks": refusal()}, Verdict.UNKNOWN),
        ("LOG-003", {}, Verdict.RULED_OUT),
        ("LOG-003", {"sts:GetCallerIdentity": {"Account": "000000000000"}}, Verdict.PROVED),
    ],
)
def test_the_deciding_fact_decides(fault: str, answers: dict[str, Any], found: Verdict) -> None:
    assert verdict(fault, answers) is found


def test_an_access_log_that_the_settings_do_not_ask_for_is_by_design() -> None:
    settings = staging()
    quiet = settings.model_copy(
        update={"http_api": settings.http_api.model_copy(update={"access_log": False})}
    )
    assert judged("API-032", evidence_with({}, environment=quiet)).by_design
    assert not judged("API-032", evidence_with({})).by_design


def test_a_system_that_was_made_by_hand_is_no_fault() -> None:
    answer = judged("OPS-010", evidence_with({"cloudformation:DescribeStacks": NO_STACK}))
    assert (Verdict.PROVED, True) == (answer.verdict, answer.by_design)
    gone = {"cloudformation:DescribeStacks": NO_STACK, "apigatewayv2:GetApi": ABSENT}
    assert not judged("OPS-010", evidence_with(gone)).by_design


def test_another_account_is_told_from_settings_that_name_none() -> None:
    assert verdict("OPS-001", {}) is Verdict.UNKNOWN
    assert verdict("OPS-001", {}, environment=staging(account=ACCOUNT)) is Verdict.RULED_OUT


def test_lines_that_do_not_come_are_told_of_an_application_that_answered() -> None:
    evidence = evidence_with({}, reply(503, '{"error":"database_error"}'))
    assert evidence.sign is Sign.APPLICATION_UNAVAILABLE
    assert judged("LOG-005", evidence).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("state", "found"), [("ALARM", Verdict.PROVED), ("OK", Verdict.RULED_OUT)])
def test_an_alarm_is_told(state: str, found: Verdict) -> None:
    alarms = {"MetricAlarms": [{"AlarmName": "miyabi-staging-observability-Errors-1", "StateValue": state}]}
    assert verdict("OPS-015", {"cloudwatch:DescribeAlarms": alarms}) is found


@pytest.mark.parametrize(("executions", "found"), [(10, Verdict.PROVED), (1000, Verdict.RULED_OUT)])
def test_an_account_with_few_executions_is_told(executions: int, found: Verdict) -> None:
    limit = {"AccountLimit": {"ConcurrentExecutions": executions}}
    assert verdict("LAM-003", {"lambda:GetAccountSettings": limit}) is found


@pytest.mark.parametrize(
    ("counted", "found"),
    [([], Verdict.RULED_OUT), ([999.0], Verdict.RULED_OUT), ([1e6, 1e6], Verdict.PROVED)],
)
def test_more_requests_than_the_bill_expects_are_told(counted: list[float], found: Verdict) -> None:
    figures = {"MetricDataResults": [{"Id": "asked", "Values": counted}]}
    assert verdict("COST-002", {"cloudwatch:GetMetricData": figures}) is found


@pytest.mark.parametrize(
    ("written", "run", "found"),
    [(1e6, 0.0, Verdict.RULED_OUT), (5e8, 10.0, Verdict.PROVED), (5e8, 1e6, Verdict.RULED_OUT)],
)
def test_more_lines_than_the_bill_expects_are_told(written: float, run: float, found: Verdict) -> None:
    def figures(MetricDataQueries: list[Any], **_: Any) -> Any:  # noqa: N803  (as botocore calls it)
        metric = MetricDataQueries[0]["MetricStat"]["Metric"]["MetricName"]
        return {"MetricDataResults": [{"Values": [written if metric == "IncomingBytes" else run]}]}

    assert verdict("COST-004", {"cloudwatch:GetMetricData": figures}) is found


def test_a_command_names_what_it_is_for() -> None:
    answer: Answer = judged("LOG-001", evidence_with(allowing()))
    assert any("--role-name api " in command for command in answer.commands)
