"""Roles and services are asked for as the local AWS has them, and IAM's simulation tells the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from ops.policies.resources import service_may
from ops.preflight.rights import rights
from tests.ops.preflight.told import Told, scope, sentences
from twin.roles import role_may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.deployed import Deployed

FUNCTION = "arn:aws:lambda:us-east-1:271828182801:function:miyabi-api:live"
API = "arn:aws:execute-api:us-east-1:271828182801:abc"
LOGS = "arn:aws:logs:us-east-1:271828182801:log-group"
ROLE = "arn:aws:iam::271828182801:role/system/miyabi-api"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
GATEWAY = "apigateway.amazonaws.com"


def document(effect: str, action: str | list[str], resource: str = "*", **more: Any) -> str:
    """A policy of one statement."""
    body = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [body]})


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


@pytest.fixture
def iam(deployed: Deployed) -> Any:
    """IAM, with a role that may write to one log group."""
    client = deployed.aws.client("iam")
    client.create_role(
        RoleName="miyabi-api",
        Path="/system/",
        AssumeRolePolicyDocument=TRUST,
        Tags=[{"Key": "team", "Value": "backend"}],
    )
    write = document("Allow", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{LOGS}:/aws/lambda/f:*")
    client.put_role_policy(RoleName="miyabi-api", PolicyName="WriteLogs", PolicyDocument=write)
    return client


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("logs:CreateLogStream", f"{LOGS}:/aws/lambda/f:log-stream:2026/11/26/[$LATEST]0a", True),
        ("logs:PutLogEvents", f"{LOGS}:/aws/lambda/f:log-stream:x", True),
        ("logs:CreateLogStream", f"{LOGS}:/aws/lambda/f:*", True),
        ("logs:CreateLogStream", f"{LOGS}:/aws/lambda/f", True),
        ("logs:CreateLogStream", f"{LOGS}:/aws/lambda/g", False),
        ("logs:CreateLogGroup", f"{LOGS}:/aws/lambda/f", False),
    ],
)
@pytest.mark.usefixtures("iam")
def test_a_role_writes_to_the_streams_of_its_group(
    deployed: Deployed, action: str, resource: str, *, expected: bool
) -> None:
    assert expected == role_may(deployed, ROLE, action, resource).allowed


@pytest.mark.usefixtures("iam")
def test_a_tag_is_put_on_the_group_itself(deployed: Deployed) -> None:
    """Which a policy with `:*` at its end does not reach."""
    decision = role_may(deployed, ROLE, "logs:TagResource", f"{LOGS}:/aws/lambda/f")

    assert decision.why == f"no statement of role miyabi-api allows logs:TagResource on {LOGS}:/aws/lambda/f"


def test_what_is_changed_counts_at_once(deployed: Deployed, iam: Any) -> None:
    """A policy of AWS's, a boundary, a denial, another version of a policy, and the role's end."""

    def may(action: str) -> bool:
        return role_may(deployed, ROLE, action, "*").allowed

    found = [may("logs:CreateLogGroup")]
    iam.attach_role_policy(RoleName="miyabi-api", PolicyArn=BASIC)
    found.append(may("logs:CreateLogGroup"))
    own = iam.create_policy(PolicyName="own", PolicyDocument=document("Allow", "s3:*"))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="miyabi-api", PermissionsBoundary=own)
    found.append(may("logs:CreateLogGroup"))
    iam.create_policy_version(PolicyArn=own, PolicyDocument=document("Allow", "logs:*"), SetAsDefault=True)
    found.append(may("logs:CreateLogGroup"))
    denial = document("Deny", "*", Condition={"StringEquals": {"aws:PrincipalTag/team": "backend"}})
    iam.put_role_policy(RoleName="miyabi-api", PolicyName="Stop", PolicyDocument=denial)
    found.append(may("logs:CreateLogGroup"))

    assert [False, True, False, True, False] == found
    assert role_may(deployed, ROLE, "s3:GetObject", "*").why == (
        "statement number 1 of policy Stop of role miyabi-api denies s3:GetObject on *"
    )
    for other in (ROLE + "2", ROLE.replace("system/", ""), ROLE.replace("271828182801", "123456789012")):
        assert role_may(deployed, other, "s3:GetObject", "*").why == (
            f"role {other} is not there, so it may call nothing"
        )


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("ArnEquals", "aws:PrincipalArn", ROLE),
        ("StringEquals", "aws:PrincipalAccount", "271828182801"),
        ("StringEquals", "aws:ResourceAccount", "123456789012"),
        ("StringEquals", "aws:RequestedRegion", "us-east-1"),
        ("StringEquals", "aws:PrincipalTag/team", "backend"),
        ("StringEquals", "aws:SourceVpc", "vpc-1"),
        ("Bool", "aws:SecureTransport", "true"),
        ("Bool", "aws:PrincipalIsAWSService", "false"),
        ("Bool", "aws:ViaAWSService", "false"),
        ("StringEquals", "aws:PrincipalType", "AssumedRole"),
        ("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z"),
        ("NumericGreaterThan", "aws:EpochTime", "1577836800"),
    ],
)
def test_a_role_brings_what_aws_knows_of_it(
    deployed: Deployed, iam: Any, operator: str, key: str, value: str
) -> None:
    conditional = document("Allow", "sqs:*", Condition={operator: {key: value}})
    iam.put_role_policy(RoleName="miyabi-api", PolicyName="Queue", PolicyDocument=conditional)

    queue = "arn:aws:sqs:us-east-1:123456789012:q"
    decision = role_may(deployed, ROLE, "sqs:SendMessage", queue, {"aws:SourceVpc": "vpc-1"})

    assert decision.allowed, decision.why


@pytest.mark.usefixtures("iam")
def test_a_resource_lets_a_role_in_by_its_own_policy(deployed: Deployed) -> None:
    of_secret = document("Allow", "secretsmanager:GetSecretValue", Principal={"AWS": ROLE})
    secret = "arn:aws:secretsmanager:us-east-1:271828182801:secret:s"

    def may(policy: str | None) -> bool:
        action = "secretsmanager:GetSecretValue"
        return role_may(deployed, ROLE, action, secret, resource_policy=policy).allowed

    assert (False, True) == (may(None), may(of_secret))


PERMISSION: Mapping[str, Any] = {
    "Sid": "Invoke",
    "Effect": "Allow",
    "Principal": {"Service": GATEWAY},
    "Action": "lambda:InvokeFunction",
    "Resource": FUNCTION,
    "Condition": {"ArnLike": {"AWS:SourceArn": f"{API}/*/*"}},
}


@pytest.mark.parametrize(
    ("changes", "source", "expected"),
    [
        ({}, f"{API}/$default/GET/api/v1/health", True),
        ({}, API.replace(":abc", ":abd") + "/$default/GET/api/v1/health", False),
        ({"Condition": {"ArnLike": {"AWS:SourceArn": f"{API}/prod/*"}}}, f"{API}/$default/GET/a", False),
        ({"Condition": {"ArnLike": {"AWS:SourceArn": f"{API}/*/GET/a"}}}, f"{API}/$default/GET/a", True),
        ({"Principal": {"Service": "events.amazonaws.com"}}, f"{API}/$default/GET/a", False),
        ({"Principal": "*"}, f"{API}/$default/GET/a", True),
        ({"Resource": FUNCTION.removesuffix(":live")}, f"{API}/$default/GET/a", False),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "271828182801"}}}, f"{API}/a/GET/a", True),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "271828182802"}}}, f"{API}/a/GET/a", False),
        ({"Condition": {"Bool": {"aws:PrincipalIsAWSService": "true"}}}, f"{API}/a/GET/a", True),
        ({"Condition": {"StringEquals": {"aws:PrincipalServiceName": GATEWAY}}}, f"{API}/a/GET/a", True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, f"{API}/a/GET/a", True),
        ({"Effect": "Deny"}, f"{API}/$default/GET/a", False),
    ],
)
def test_a_gateway_invokes_by_the_permission_alone(
    changes: dict[str, Any], source: str, *, expected: bool
) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html."""
    policy = json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": [{**PERMISSION, **changes}]})

    decision = service_may(policy, GATEWAY, "lambda:InvokeFunction", FUNCTION, {"aws:SourceArn": source})

    assert expected == decision.allowed, decision.why


def test_a_missing_permission_is_told() -> None:
    decision = service_may(None, GATEWAY, "lambda:InvokeFunction", FUNCTION)

    assert decision.why == f"{FUNCTION} has no policy that could let {GATEWAY} call lambda:InvokeFunction"


def test_a_wrong_source_is_told() -> None:
    policy = {"Version": "2012-10-17", "Statement": [PERMISSION]}
    context = {"aws:SourceArn": "arn:aws:execute-api:us-east-1:271828182801:new/a/GET/b"}

    decision = service_may(policy, GATEWAY, "lambda:InvokeFunction", FUNCTION, context)

    name = f"the policy of {FUNCTION}"
    assert decision.why == (
        f"no statement of {name} allows lambda:InvokeFunction on {FUNCTION} to {GATEWAY}; statement Invoke "
        f"of {name} would if AWS:SourceArn, which is {context['aws:SourceArn']}, passed ArnLike {API}/*/*"
    )


@pytest.mark.parametrize(("service", "expected"), [("lambda.amazonaws.com", True), (GATEWAY, False)])
def test_a_service_assumes_a_role_by_its_trust(service: str, *, expected: bool) -> None:
    assert expected == service_may(TRUST, service, "sts:AssumeRole", ROLE).allowed


# IAM's simulation.


def simulated(answer: Any) -> list[tuple[str, str, str]]:
    """Action, resource and decision of each result."""
    return [
        (one["EvalActionName"], one["EvalResourceName"], one["EvalDecision"])
        for one in answer["EvaluationResults"]
    ]


def test_a_role_is_simulated(iam: Any) -> None:
    stream = f"{LOGS}:/aws/lambda/f:log-stream:x"
    answer = iam.simulate_principal_policy(
        PolicySourceArn=ROLE,
        ActionNames=["logs:PutLogEvents", "s3:GetObject"],
        ResourceArns=[stream, "arn:aws:s3:::b/k"],
        PolicyInputList=[document("Deny", "s3:*", "arn:aws:s3:::b/*")],
    )

    assert [
        ("logs:PutLogEvents", stream, "allowed"),
        ("logs:PutLogEvents", "arn:aws:s3:::b/k", "implicitDeny"),
        ("s3:GetObject", stream, "implicitDeny"),
        ("s3:GetObject", "arn:aws:s3:::b/k", "explicitDeny"),
    ] == simulated(answer)
    first, *_, last = answer["EvaluationResults"]
    assert first["MatchedStatements"] == [{"SourcePolicyId": "WriteLogs", "SourcePolicyType": "role"}]
    assert last["MatchedStatements"] == [{"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "none"}]


def test_a_user_is_simulated_with_its_groups_and_what_is_known_of_the_request(iam: Any) -> None:
    user = iam.create_user(UserName="ann")["User"]["Arn"]
    iam.create_group(GroupName="staff")
    iam.add_user_to_group(GroupName="staff", UserName="ann")
    conditional = document("Allow", "sqs:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    iam.put_group_policy(GroupName="staff", PolicyName="Queue", PolicyDocument=conditional)
    context = {
        "ContextKeyName": "aws:MultiFactorAuthPresent",
        "ContextKeyType": "boolean",
        "ContextKeyValues": ["true"],
    }

    def ask(**more: Any) -> Any:
        asked = iam.simulate_principal_policy(PolicySourceArn=user, ActionNames=["sqs:SendMessage"], **more)
        return asked["EvaluationResults"][0]

    assert ask(ContextEntries=[context])["EvalDecision"] == "allowed"
    without = ask()
    assert without["EvalDecision"] == "implicitDeny"
    assert without["MissingContextValues"] == ["aws:MultiFactorAuthPresent"]


def test_given_policies_are_simulated_within_a_boundary_and_with_a_resource(deployed: Deployed) -> None:
    def ask(resource: str, **more: Any) -> Any:
        answer = deployed.aws.client("iam").simulate_custom_policy(
            PolicyInputList=[document("Allow", "s3:*")],
            ActionNames=["s3:GetObject"],
            ResourceArns=[resource],
            **more,
        )
        return answer["EvaluationResults"][0]

    limit = [document("Allow", "s3:*", "arn:aws:s3:::b/*")]
    beyond = ask("arn:aws:s3:::c/k", PermissionsBoundaryPolicyInputList=limit)
    user = f"arn:aws:iam::{deployed.aws.account}:user/ann"
    denied = ask(
        "arn:aws:s3:::b/k",
        ResourcePolicy=document("Deny", "s3:*", Principal={"AWS": user}),
        CallerArn=user,
    )

    assert ask("arn:aws:s3:::b/k", PermissionsBoundaryPolicyInputList=limit)["EvalDecision"] == "allowed"
    assert beyond["EvalDecision"] == "implicitDeny"
    assert beyond["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    assert denied["MatchedStatements"] == [
        {"SourcePolicyId": "ResourcePolicy", "SourcePolicyType": "resource"}
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PolicySourceArn": "arn:aws:sts::271828182801:assumed-role/miyabi-api/session"}, "InvalidInput"),
        ({"PolicySourceArn": "arn:aws:iam::271828182801:role/other"}, "NoSuchEntity"),
        ({"PolicySourceArn": "arn:aws:iam::271828182801:role/miyabi-api"}, "NoSuchEntity"),
        ({"ResourceHandlingOption": "EC2-VPC-InstanceStore"}, "InvalidInput"),
        ({"ResourcePolicy": document("Allow", "s3:*", Principal="*")}, "InvalidInput"),
        ({"PolicyInputList": [document("Allow", "s3:*", Condition={"Is": {"a": "b"}})]}, "InvalidInput"),
    ],
)
def test_what_can_not_be_simulated_is_refused(iam: Any, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        iam.simulate_principal_policy(**{"PolicySourceArn": ROLE, "ActionNames": ["s3:GetObject"], **changes})

    assert code == refused.value.response["Error"]["Code"]


def test_the_preflight_is_told_what_a_role_lacks(deployed: Deployed, iam: Any) -> None:
    """The real answer of the simulation to the question that a deployment asks."""
    allowed = document("Allow", ["cloudformation:*", "ssm:*", "s3:*Object", "s3:List*", "s3:Create*"])
    iam.put_role_policy(RoleName="miyabi-api", PolicyName="Deploy", PolicyDocument=allowed)
    session = {
        "Arn": "arn:aws:sts::271828182801:assumed-role/miyabi-api/session",
        "Account": deployed.aws.account,
    }

    [found] = sentences(rights(scope(Told(deployed.aws.client, {"sts:get_caller_identity": session}))))

    assert found == (
        f"(IAM's simulation denies {session['Arn']} s3:PutBucketOwnershipControls, s3:PutBucketPolicy, "
        "s3:PutBucketPublicAccessBlock, s3:PutBucketTagging, s3:PutBucketVersioning, "
        "s3:PutEncryptionConfiguration, s3:PutLifecycleConfiguration on "
        "arn:aws:s3:::miyabi-staging-artifacts-271828182801-us-east-1; let a policy allow it, unless one "
        "that the simulation does not know does)"
    )
