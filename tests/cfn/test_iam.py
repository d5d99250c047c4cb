"""Policies are read into statements of one shape, and answer what they grant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn import Reference, ValueUnknown
from cfn.iam import (
    Condition,
    Policy,
    Principal,
    Statement,
    grants,
    policies_of_role,
    statements,
    statements_of_role,
    trusted_services,
)
from cfn.managed_policies import MANAGED_POLICIES
from tests.cfn.making import deployment, resource, template

BUCKET = "arn:aws:s3:::miyabi"


def allow(action: Any, on: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": on, **more}


def deny(action: Any, on: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": on, **more}


def document(*bodies: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [*bodies]}


def test_single_values_become_tuples() -> None:
    [statement] = statements(
        {
            "Statement": {
                "Sid": "One",
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com", "AWS": ["a", "b"]},
                "Action": "s3:GetObject",
                "Resource": BUCKET,
                "Condition": {"ArnLike": {"aws:SourceArn": "x"}, "Bool": {"aws:SecureTransport": True}},
            }
        }
    )

    assert statement == Statement(
        effect="Allow",
        sid="One",
        actions=("s3:GetObject",),
        resources=(BUCKET,),
        principals=(
            Principal("AWS", "a"),
            Principal("AWS", "b"),
            Principal("Service", "lambda.amazonaws.com"),
        ),
        conditions=(
            Condition("ArnLike", "aws:SourceArn", ("x",)),
            Condition("Bool", "aws:SecureTransport", (True,)),
        ),
    )


def test_anybody_is_written_in_two_ways() -> None:
    short, long = statements(
        document({"Effect": "Deny", "Principal": "*"}, {"Effect": "Deny", "Principal": {"AWS": "*"}})
    )

    assert short == long
    assert short.principals == (Principal("AWS", "*"),)


def test_a_document_may_be_json_text() -> None:
    assert statements(json.dumps(document(allow("s3:*")))) == statements(document(allow("s3:*")))


@pytest.mark.parametrize("value", ["not JSON", "[]", None, [1], {"Statement": ["x"]}])
def test_what_is_no_document_is_refused_by_its_name(value: Any) -> None:
    with pytest.raises(ValueUnknown, match="policy of X is unknown"):
        statements(value, "policy of X")


@pytest.mark.parametrize(
    ("bodies", "action", "on", "expected"),
    [
        ([allow("s3:GetObject")], "s3:GetObject", BUCKET, True),
        ([allow("S3:getobject")], "s3:GetObject", BUCKET, True),
        ([allow("s3:Get*")], "s3:GetObject", BUCKET, True),
        ([allow("s3:Get?bject")], "s3:GetObject", BUCKET, True),
        ([allow("*")], "s3:GetObject", BUCKET, True),
        ([allow("s3:PutObject")], "s3:GetObject", BUCKET, False),
        ([], "s3:GetObject", BUCKET, False),
        ([allow("s3:*", f"{BUCKET}/*")], "s3:GetObject", BUCKET, False),
        ([allow("s3:*", f"{BUCKET}/*")], "s3:GetObject", f"{BUCKET}/a/b", True),
        ([allow("s3:*", ["x", f"{BUCKET}*"])], "s3:GetObject", BUCKET, True),
        ([allow("s3:*", "arn:aws:s3")], "s3:GetObject", BUCKET, True),
        ([allow("s3:*", "arn:aws:s*")], "s3:GetObject", BUCKET, True),
        ([allow("s3:*", "arn:aws:sqs")], "s3:GetObject", BUCKET, False),
        ([allow("s3:*"), deny("s3:GetObject")], "s3:GetObject", BUCKET, False),
        ([allow("s3:*"), deny("s3:GetObject")], "s3:PutObject", BUCKET, True),
        ([allow("s3:*"), deny("s3:*", f"{BUCKET}/*")], "s3:GetObject", BUCKET, True),
        (
            [allow("s3:*"), deny("s3:*", Condition={"Bool": {"aws:SecureTransport": False}})],
            "s3:GetObject",
            BUCKET,
            True,
        ),
        ([allow("s3:*", Condition={"Bool": {"aws:SecureTransport": True}})], "s3:GetObject", BUCKET, True),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "s3:GetObject", BUCKET, True),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "iam:PassRole", BUCKET, False),
        ([{"Effect": "Allow", "Action": "*", "NotResource": f"{BUCKET}*"}], "s3:GetObject", BUCKET, False),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b"}], "s3:GetObject", BUCKET, True),
        ([{"Effect": "Allow", "Action": "lambda:InvokeFunction"}], "lambda:InvokeFunction", "x", True),
    ],
)
def test_statements_grant(bodies: list[Any], action: str, on: str, *, expected: bool) -> None:
    assert expected is grants(statements(document(*bodies)), action, on)


def test_references_are_compared_as_they_stand() -> None:
    key = Reference("service", "Key", "Arn")
    given_to = statements(document(allow("kms:Decrypt", key)))

    assert grants(given_to, "kms:Decrypt", key)
    assert not grants(given_to, "kms:Decrypt", Reference("service", "Other", "Arn"))


def role(**properties: Any) -> dict[str, Any]:
    trust = document(
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    )
    return resource("IAM::Role", AssumeRolePolicyDocument=trust, **properties)


BASIC = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}


def test_a_role_carries_inline_attached_and_managed_policies() -> None:
    service = template(
        Role=role(
            Policies=[{"PolicyName": "inline", "PolicyDocument": document(allow("a:A"))}],
            ManagedPolicyArns=[BASIC, {"Ref": "Managed"}, "arn:aws:iam::aws:policy/ReadOnlyAccess"],
            RoleName="miyabi-role",
        ),
        Attached=resource("IAM::Policy", Roles=[{"Ref": "Role"}], PolicyDocument=document(allow("b:B"))),
        Named=resource("IAM::RolePolicy", RoleName="miyabi-role", PolicyDocument=document(allow("c:C"))),
        Managed=resource("IAM::ManagedPolicy", PolicyDocument=document(allow("d:D"))),
        Foreign=resource("IAM::Policy", Roles=["other"], PolicyDocument=document(allow("e:E"))),
    )

    assert policies_of_role(deployment(service), service.resources["Role"]) == [
        Policy("inline", document(allow("a:A"))),
        Policy("service.Attached", document(allow("b:B"))),
        Policy("service.Named", document(allow("c:C"))),
        Policy(
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            MANAGED_POLICIES["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
        ),
        Policy("service.Managed", document(allow("d:D"))),
        Policy("arn:aws:iam::aws:policy/ReadOnlyAccess", None),
    ]


def test_a_policy_is_attached_from_another_stack() -> None:
    one = template(
        "one", Role=role(), Written=resource("SSM::Parameter", Name="/role", Value={"Ref": "Role"})
    )
    two = template(
        "two",
        {"Role": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/role"}},
        Policy=resource("IAM::Policy", Roles=[{"Ref": "Role"}], PolicyDocument=document(allow("b:B"))),
    )

    assert grants(statements_of_role(deployment(one, two), one.resources["Role"]), "b:B", "*")


def test_a_managed_policy_that_we_do_not_have_is_unknown_and_not_empty() -> None:
    service = template(Role=role(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]))

    with pytest.raises(ValueUnknown, match=r"ReadOnlyAccess is unknown \(it is AWS's policy"):
        statements_of_role(deployment(service), service.resources["Role"])


EITHER = {"Fn::If": ["Live", allow("a:A"), allow("b:B")]}


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Policies": [EITHER]}, "it hangs on condition Live"),
        ({"ManagedPolicyArns": {"Ref": "Arns"}}, "parameter Arns of service has no default"),
        ({"Policies": ["x"]}, "x is unknown"),
        (
            {"Policies": [{"PolicyName": "inline", "PolicyDocument": document(EITHER)}]},
            "inline is unknown \\(it hangs on condition Live",
        ),
    ],
)
def test_a_policy_that_hangs_on_something_unknown_is_not_passed_over(properties: Any, reason: str) -> None:
    service = template(
        "service",
        {"Stage": {"Type": "String"}, "Arns": {"Type": "CommaDelimitedList"}},
        {"Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}},
        Role=role(**properties),
    )

    with pytest.raises(ValueUnknown, match=reason):
        statements_of_role(deployment(service), service.resources["Role"])


def test_a_lambda_role_in_a_vpc_may_write_logs_and_hold_interfaces() -> None:
    managed = statements(
        MANAGED_POLICIES["arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"]
    )
    group = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/x:log-stream:y"

    assert grants(managed, "logs:PutLogEvents", group)
    assert grants(managed, "ec2:CreateNetworkInterface", "*")
    assert not grants(managed, "logs:DeleteLogGroup", group)


def test_the_monitoring_role_may_write_to_the_groups_of_rds_only() -> None:
    managed = statements(
        MANAGED_POLICIES["arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"]
    )
    stream = "arn:aws:logs:eu-west-1:123456789012:log-group:{}:log-stream:db"

    assert grants(managed, "logs:PutLogEvents", stream.format("RDSOSMetrics"))
    assert not grants(managed, "logs:PutLogEvents", stream.format("/aws/lambda/x"))


def test_a_role_is_trusted_by_the_services_that_may_assume_it() -> None:
    trust = document(
        {
            "Effect": "Allow",
            "Principal": {"Service": {"Fn::Sub": "lambda.${AWS::URLSuffix}"}},
            "Action": "sts:AssumeRole",
        },
        {"Effect": "Allow", "Principal": {"Service": ["b.amazonaws.com"], "AWS": "x"}, "Action": ["sts:*"]},
        {"Effect": "Deny", "Principal": {"Service": "c.amazonaws.com"}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"Service": "d.amazonaws.com"}, "Action": "sts:TagSession"},
    )
    service = template(Role=resource("IAM::Role", AssumeRolePolicyDocument=trust))

    assert trusted_services(deployment(service), service.resources["Role"]) == (
        "b.amazonaws.com",
        "lambda.amazonaws.com",
    )


def test_a_role_without_a_trust_policy_is_trusted_by_nobody() -> None:
    service = template(Role=resource("IAM::Role"))

    assert trusted_services(deployment(service), service.resources["Role"]) == ()


ACTIONS = ["s3:GetObject", "s3:PutObject", "kms:Decrypt"]
STATEMENTS = st.lists(
    st.builds(
        lambda make, action, on: make(action, on),
        st.sampled_from([allow, deny]),
        st.sampled_from([*ACTIONS, "s3:*", "*"]),
        st.sampled_from([BUCKET, f"{BUCKET}/*", "*"]),
    ),
    max_size=5,
)


@given(STATEMENTS, st.sampled_from(ACTIONS), st.sampled_from([BUCKET, f"{BUCKET}/x"]))
def test_more_allowance_never_takes_away_and_a_denial_always_does(
    bodies: list[Any], action: str, on: str
) -> None:
    before = grants(statements(document(*bodies)), action, on)

    assert grants(statements(document(*bodies, allow("s3:GetObject"))), action, on) or not before
    assert not grants(statements(document(*bodies, deny(action))), action, on)
    assert grants(statements(document(*reversed(bodies))), action, on) is before
