"""Every rule about roles and policies notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
TRUST = "AssumeRolePolicyDocument"
FLOW_LOG = "FlowLogRole/Policies/0/PolicyDocument"
KEY = {"Fn::GetAtt": ["Key", "Arn"]}
STATEMENT = {"Sid": "More", "Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": KEY}


def _arn(place: str) -> dict[str, str]:
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:{place}"}


def _document(path: str, wrong: Sequence[Any]) -> None:
    """What can't be read gives no right either, so the flow log's role lacks what it needs."""
    spoils(MUTATIONS, "network", f"{FLOW_LOG}/{path}", wrong, "MIYABI.IAM.1", "MIYABI.IAM.15")


def _statement(rules: Sequence[str], **wrong: Any) -> None:
    """One more statement in a role that no function runs under: what is said of every role applies."""

    def add(templates: Templates) -> None:
        _policy(templates)["Statement"].append(
            {key: value for key, value in (STATEMENT | wrong).items() if value}
        )

    MUTATIONS.append(Mutation(f"a statement with {wrong}", "staging", frozenset(rules), add))


def _trust(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "network", f"FlowLogRole/{TRUST}/{path}", wrong, *rules)


_document("Statement", [REMOVED, [], UNKNOWN, "Allow", [["Allow"]]])
_document("Statement/0/Effect", [REMOVED, "Permit"])
_document("Statement/0/Action", [REMOVED, [7], UNKNOWN])
_document("Statement/0/Condition", ["never", {"Bool": "aws:SecureTransport"}])
spoils(MUTATIONS, "network", f"{FLOW_LOG}/Version", [REMOVED, "2008-10-17"], "MIYABI.IAM.1")
_statement([], Sid="More")
for sid in (None, UNKNOWN, "write flow logs", "WriteFlowLogs"):
    _statement(["MIYABI.IAM.2"], Sid=sid)
for actions in ("logs:*", ["logs:Put*"], ["logs:?utLogEvents"]):
    _statement(["IAM.21"], Action=actions)
_statement(["IAM.21"], Action=None, NotAction="s3:*")
_statement(["IAM.21", "MIYABI.IAM.3"], Resource=None, NotResource=KEY)
_statement(["MIYABI.IAM.1", "MIYABI.IAM.3"], Resource=None)
_statement(["IAM.1", "IAM.21", "MIYABI.IAM.3"], Action="*", Resource="*")
_statement([], Action="xray:PutTraceSegments", Resource="*")
for wide in (
    "*",
    UNKNOWN,
    _arn("${AWS::AccountId}:*"),
    _arn("${AWS::AccountId}:log-group:*"),
    _arn("*:log-group:flows"),
    {"Fn::Sub": "arn:${AWS::Partition}:*:${AWS::Region}:${AWS::AccountId}:log-group:flows"},
):
    _statement(["MIYABI.IAM.3"], Resource=wide)
_statement(["MIYABI.IAM.3", "MIYABI.IAM.4"], Action="iam:PassRole", Resource="*")
_statement(["MIYABI.IAM.4"], Action="iam:passrole", Resource=_arn("${AWS::AccountId}:role/miyabi-*"))
_statement([], Action="iam:PassRole", Resource={"Fn::GetAtt": ["FlowLogRole", "Arn"]})
for decryption in ("kms:Decrypt", "kms:ReEncryptFrom"):
    _statement(["MIYABI.IAM.3", "KMS.2"], Action=decryption, Resource="*")
    _statement(["MIYABI.IAM.3", "KMS.2"], Action=decryption, Resource=_arn("${AWS::AccountId}:key/*"))
    _statement([], Action=decryption, Resource=KEY)
_trust("Statement/0/Principal", [REMOVED], "MIYABI.IAM.1", "MIYABI.IAM.5")
_trust("Statement/0/Principal", ["*", {"Service": "*"}, {"Service": UNKNOWN}], "MIYABI.IAM.5")
_trust("Statement/0/Principal/AWS", [KEY, "*"], "MIYABI.IAM.5")
_trust(
    "Statement/0/Principal/Service", [["vpc-flow-logs.amazonaws.com", "ec2.amazonaws.com"]], "MIYABI.IAM.5"
)
_trust("Statement/0/Principal", [{"Federated": "accounts.google.com"}], "MIYABI.IAM.5")
_trust("Statement/0/Effect", ["Deny"], "MIYABI.IAM.5")
_trust("Statement/0/Action", [REMOVED], "MIYABI.IAM.1", "MIYABI.IAM.5")
_trust("Statement/0/Action", ["sts:*", ["sts:AssumeRole", "sts:TagSession"]], "MIYABI.IAM.5")
_trust("Statement/0/Sid", [REMOVED], "MIYABI.IAM.2")
_trust("Statement/0/Condition", [REMOVED, {"StringLike": {"aws:SourceAccount": "*"}}], "MIYABI.IAM.6")
_trust("Statement/0/Condition/StringEquals/aws:SourceAccount", [UNKNOWN, "elsewhere"], "MIYABI.IAM.6")
spoils(
    MUTATIONS,
    "database",
    f"DatabaseMonitoringRole/{TRUST}/Statement/0/Condition",
    [REMOVED],
    "MIYABI.IAM.6",
)
spoils(MUTATIONS, "observability", f"BackupRole/{TRUST}/Statement/0/Condition", [REMOVED], "MIYABI.IAM.6")
spoils(
    MUTATIONS,
    "database",
    "DatabaseMonitoringRole/ManagedPolicyArns",
    [
        UNKNOWN,
        [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"}],
        [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}],
    ],
    "MIYABI.IAM.7",
    "MIYABI.IAM.14",
)
spoils(
    MUTATIONS,
    "service",
    "LoginRole/RoleName",
    [UNKNOWN, "login", "miyabi-lambda-execution-role"],
    "MIYABI.IAM.8",
)
spoils(MUTATIONS, "service", "ApiRole/RoleName", ["miyabi-api"], "MIYABI.IAM.8", environment="production")


@breaks(MUTATIONS)
def deny_everything_else(templates: Templates) -> None:
    _policy(templates)["Statement"].append(
        {"Sid": "No", "Effect": "Deny", "NotAction": "logs:*", "Resource": "*"}
    )


@breaks(MUTATIONS, "IAM.21", "MIYABI.IAM.3")
def allow_too_much_in_a_policy_of_its_own(templates: Templates) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": {"Sid": "All", "Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    }
    _add(templates, "AWS::IAM::RolePolicy", PolicyName="all", PolicyDocument=document, RoleName="FlowLogRole")


@breaks(MUTATIONS, "IAM.2", "MIYABI.TEMPLATE.1")
def make_a_user(templates: Templates) -> None:
    _add(templates, "AWS::IAM::User")


@breaks(MUTATIONS, "IAM.2", "MIYABI.TEMPLATE.1")
def make_a_group(templates: Templates) -> None:
    _add(templates, "AWS::IAM::Group")


@breaks(MUTATIONS, "IAM.2", "MIYABI.TEMPLATE.1")
def make_an_access_key(templates: Templates) -> None:
    _add(templates, "AWS::IAM::AccessKey", UserName="somebody")


@breaks(MUTATIONS, "MIYABI.IAM.1", "MIYABI.IAM.5")
def forget_the_trust_policy(templates: Templates) -> None:
    del templates["network"]["Resources"]["FlowLogRole"]["Properties"][TRUST]


def _policy(templates: Templates) -> dict[str, Any]:
    role = templates["network"]["Resources"]["FlowLogRole"]["Properties"]
    document: dict[str, Any] = role["Policies"][0]["PolicyDocument"]
    return document


def _add(templates: Templates, kind: str, **properties: Any) -> None:
    templates["network"]["Resources"]["Added"] = {"Type": kind, "Properties": properties}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)
