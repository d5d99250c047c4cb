"""Every rule about the functions' rights notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
NEEDED = "MIYABI.IAM.11"
SPARE = "MIYABI.IAM.12"
UNUSED = "MIYABI.TEMPLATE.7"
"""A role under which nothing runs any more."""
UNTOLD = "MIYABI.LAMBDA.15"
"""A version that would not be published anew."""
MONITORING = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"}
FLOWS = "FlowLogRole/Policies/0/PolicyDocument/Statement/0"
API_FUNCTION = "LoginFunction/Environment/Variables/API_FUNCTION"


def _service(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "service", path, wrong, *rules)


def _without(role: str, sid: str) -> Callable[[Templates], None]:
    def remove(templates: Templates) -> None:
        statements = _statements(templates, role)
        statements.remove(_statement(templates, role, sid))

    return remove


for needing, sids in {
    "ApiRole": ("WriteLogs", "SendTraces", "AttachToVpc", "DecryptEnvironment"),
    "LoginRole": ("WriteLogs", "SendTraces", "DecryptEnvironment", "InvokeApi", "ReadAddress"),
}.items():
    MUTATIONS += [
        Mutation(f"{needing} without {sid}", "staging", frozenset({NEEDED}), _without(needing, sid))
        for sid in sids
    ]
_service("ApiFunction/Role", [{"Fn::GetAtt": ["LoginRole", "Arn"]}], "MIYABI.IAM.10", NEEDED, UNUSED)
_service("LoginFunction/Role", [REMOVED, UNKNOWN, "miyabi-login"], "MIYABI.IAM.9", NEEDED, UNUSED)
_service(API_FUNCTION, [REMOVED], "MIYABI.LAMBDA.11", SPARE)
_service(API_FUNCTION, [UNKNOWN], "MIYABI.LAMBDA.11", "MIYABI.IAM.13", NEEDED, SPARE, "MIYABI.SECRET.5")
_service(
    API_FUNCTION, [{"Ref": "ApiFunction"}, {"Ref": "LoginAlias"}], "MIYABI.IAM.13", NEEDED, SPARE, UNTOLD
)
spoils(MUTATIONS, "database", "DatabaseMonitoringRole/ManagedPolicyArns", [REMOVED, []], "MIYABI.IAM.14")
spoils(MUTATIONS, "observability", "BackupRole/ManagedPolicyArns", [REMOVED, []], "MIYABI.IAM.14")
spoils(
    MUTATIONS,
    "observability",
    "BackupRole/ManagedPolicyArns/0",
    [MONITORING],
    "MIYABI.IAM.7",
    "MIYABI.IAM.14",
)
spoils(MUTATIONS, "network", "FlowLog/DeliverLogsPermissionArn", [REMOVED, UNKNOWN], "MIYABI.IAM.15", UNUSED)
spoils(MUTATIONS, "network", "FlowLogRole/Policies", [REMOVED, []], "MIYABI.IAM.15")
spoils(MUTATIONS, "network", f"{FLOWS}/Action", ["logs:PutLogEvents"], "MIYABI.IAM.15")
spoils(MUTATIONS, "network", f"{FLOWS}/Effect", ["Deny"], "MIYABI.IAM.15")


@breaks(MUTATIONS, NEEDED, SPARE)
def let_the_api_write_the_logins_log(templates: Templates) -> None:
    _statement(templates, "ApiRole", "WriteLogs")["Resource"] = [{"Fn::GetAtt": ["LoginLogGroup", "Arn"]}]


@breaks(MUTATIONS, NEEDED)
def let_the_api_write_into_streams_that_are_there(templates: Templates) -> None:
    _statement(templates, "ApiRole", "WriteLogs")["Action"] = ["logs:PutLogEvents"]


@breaks(MUTATIONS, NEEDED)
def let_the_api_write_its_log_at_times(templates: Templates) -> None:
    statement = _statement(templates, "ApiRole", "WriteLogs")
    statement["Condition"] = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}


@breaks(MUTATIONS, NEEDED)
def deny_the_api_its_log(templates: Templates) -> None:
    refusal = {"Sid": "No", "Effect": "Deny", "Action": "logs:*", "Resource": "*"}
    _statements(templates, "ApiRole").append(refusal)


@breaks(MUTATIONS, NEEDED, SPARE)
def let_the_login_invoke_what_is_newest(templates: Templates) -> None:
    _statement(templates, "LoginRole", "InvokeApi")["Resource"] = [{"Fn::GetAtt": ["ApiFunction", "Arn"]}]


@breaks(MUTATIONS, SPARE)
def let_the_login_invoke_itself_too(templates: Templates) -> None:
    _statement(templates, "LoginRole", "InvokeApi")["Resource"].append({"Ref": "LoginAlias"})


@breaks(MUTATIONS, SPARE)
def let_the_api_read_a_secret(templates: Templates) -> None:
    more = {
        "Sid": "Read",
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": [{"Ref": "JwtSecret"}],
    }
    _statements(templates, "ApiRole").append(more)


@breaks(MUTATIONS, SPARE)
def let_the_api_read_a_secret_by_a_policy_of_its_own(templates: Templates) -> None:
    more = {
        "Sid": "Read",
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": {"Ref": "JwtSecret"},
    }
    templates["service"]["Resources"]["More"] = {
        "Type": "AWS::IAM::RolePolicy",
        "Properties": {
            "RoleName": {"Ref": "ApiRole"},
            "PolicyName": "more",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [more]},
        },
    }


def _statements(templates: Templates, role: str) -> list[dict[str, Any]]:
    properties = templates["service"]["Resources"][role]["Properties"]
    statements: list[dict[str, Any]] = properties["Policies"][0]["PolicyDocument"]["Statement"]
    return statements


def _statement(templates: Templates, role: str, sid: str) -> dict[str, Any]:
    return next(each for each in _statements(templates, role) if each["Sid"] == sid)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)
