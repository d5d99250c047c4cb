"""Several policies make one verdict: a denial wins, something must allow, and the boundary limits it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.policies.decision import ALLOWED, DENIED, NOT_ALLOWED, Verdict
from ops.policies.documents import read
from ops.policies.errors import PolicyRefused
from ops.policies.evaluating import decide
from ops.policies.request import Caller, Request

LOGIC = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
ROLE = "arn:aws:iam::123456789012:role/r"
ROOT = "arn:aws:iam::123456789012:root"


def statement(effect: str, action: str = "s3:GetObject", **more: Any) -> dict[str, Any]:
    """A statement about everything, unless something else is given."""
    return {"Effect": effect, "Action": action, "Resource": "*", **more}


def policy(*statements: dict[str, Any], name: str = "policy p", version: str = "2012-10-17") -> Any:
    """A policy as it is read."""
    return read({"Version": version, "Statement": list(statements)}, name)


def asked(action: str = "s3:GetObject", resource: str = "arn:aws:s3:::b/k", **context: str) -> Request:
    """What a role asks for."""
    return Request.of(action, resource, context, Caller.principal(ROLE))


ALLOW, DENY = policy(statement("Allow")), policy(statement("Deny"))
NOTHING = policy(statement("Allow", "sqs:*"))
TO_ROLE = policy(statement("Allow", Principal={"AWS": ROLE}))
TO_ACCOUNT = policy(statement("Allow", Principal={"AWS": ROOT}))
NOT_TO_ACCOUNT = policy(statement("Deny", Principal={"AWS": "123456789012"}))
TO_OTHER = policy(statement("Allow", Principal={"AWS": ROLE + "2"}))
ALL_BUT_OTHER = policy(statement("Allow", NotPrincipal={"AWS": ROLE + "2"}))
TO_ANYBODY = policy(statement("Allow", Principal="*"))
TO_ALL_BUT = policy(statement("Deny", NotPrincipal={"AWS": [ROLE, ROOT]}))
TO_ALL_BUT_OTHER = policy(statement("Deny", NotPrincipal={"AWS": ROLE + "2"}))

TOGETHER: list[tuple[str, list[Any], Any, Any, Verdict]] = [
    ("nothing at all", [], None, None, NOT_ALLOWED),
    ("nothing about it", [NOTHING], None, None, NOT_ALLOWED),
    ("allowed", [NOTHING, ALLOW], None, None, ALLOWED),
    ("denied as well", [ALLOW, DENY], None, None, DENIED),
    ("within the boundary", [ALLOW], ALLOW, None, ALLOWED),
    ("beyond the boundary", [ALLOW], NOTHING, None, NOT_ALLOWED),
    ("by the boundary alone", [NOTHING], ALLOW, None, NOT_ALLOWED),
    ("denied by the boundary", [ALLOW], DENY, None, DENIED),
    ("the resource names the role", [], None, TO_ROLE, ALLOWED),
    ("the resource names the role beyond the boundary", [], NOTHING, TO_ROLE, NOT_ALLOWED),
    ("the resource names the account alone", [], None, TO_ACCOUNT, NOT_ALLOWED),
    ("the resource names the account, and it allows", [ALLOW], None, TO_ACCOUNT, ALLOWED),
    ("the resource denies the account", [ALLOW], None, NOT_TO_ACCOUNT, DENIED),
    ("the resource names another", [], None, TO_OTHER, NOT_ALLOWED),
    ("the resource names anybody", [], None, TO_ANYBODY, ALLOWED),
    ("the resource allows all but another", [], None, ALL_BUT_OTHER, ALLOWED),
    ("the resource denies all others", [ALLOW], None, TO_ALL_BUT, ALLOWED),
    ("the resource denies all but another", [ALLOW], None, TO_ALL_BUT_OTHER, DENIED),
]


@pytest.mark.parametrize(
    ("identity", "boundary", "resource", "expected"),
    [case[1:] for case in TOGETHER],
    ids=[case[0] for case in TOGETHER],
)
def test_policies_make_one_verdict(
    identity: list[Any], boundary: Any, resource: Any, expected: Verdict
) -> None:
    assert expected is decide(asked(), "role r", identity, boundary, resource).verdict, LOGIC


ABOUT: list[tuple[dict[str, Any], bool]] = [
    ({"Action": "S3:getobject"}, True),
    ({"Action": "s3:Get*"}, True),
    ({"Action": ["sqs:*", "s3:?etObject"]}, True),
    ({"Action": "*"}, True),
    ({"Action": "s3:Put*"}, False),
    ({"Action": "${aws:username}"}, False),
    ({"NotAction": "s3:Put*"}, True),
    ({"NotAction": ["iam:*", "s3:get*"]}, False),
    ({"Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"}, True),
    ({"Action": "s3:*", "NotResource": "arn:aws:s3:::b/*"}, False),
    ({"Action": "s3:*", "Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*"}, False),
    ({"Action": "s3:*", "NotResource": "arn:aws:s3:::${aws:PrincipalTag/team}/*"}, False),
    ({"Action": "s3:*", "Resource": ["arn:aws:s3:::${aws:PrincipalTag/team}/*", "*"]}, True),
    ({"Action": "s3:*", "Condition": {"StringNotEquals": {"aws:a": "${aws:b}"}}}, True),
    ({"Action": "s3:*", "Condition": {"StringEquals": {"aws:c": "${aws:b}"}}}, False),
    ({"Action": "s3:*", "Condition": {"StringEquals": {"aws:c": ["${aws:b}", "d"]}}}, True),
    ({"Action": "s3:*", "Condition": {"StringNotEquals": {"aws:c": ["${aws:b}", "e"]}}}, False),
    (
        {"Action": "s3:*", "Condition": {"StringEquals": {"aws:c": ["d", "e"]}, "Null": {"aws:a": "true"}}},
        True,
    ),
    ({"Action": "s3:*", "Condition": {"StringEquals": {"aws:c": "d", "aws:a": "b"}}}, False),
    ({"Action": "s3:*", "Condition": {"Bool": {"aws:c": True}}}, False),
]


@pytest.mark.parametrize(("body", "expected"), ABOUT, ids=[json.dumps(body) for body, _ in ABOUT])
def test_a_statement_applies(body: dict[str, Any], *, expected: bool) -> None:
    whole = {"Effect": "Allow"} | ({} if "NotResource" in body else {"Resource": "*"}) | body

    decision = decide(asked(**{"aws:c": "d"}), "role r", [policy(whole)])

    assert expected == decision.allowed, decision.why


effects = st.sampled_from(["Allow", "Deny"])
actions = st.sampled_from(["s3:GetObject", "s3:*", "*", "sqs:*", "s3:Put*"])


@settings(max_examples=60)
@given(st.lists(st.lists(st.tuples(effects, actions), max_size=3), max_size=3))
def test_a_denial_wins_wherever_it_stands(written: list[list[tuple[str, str]]]) -> None:
    about = {effect for one in written for effect, action in one if action in ("s3:GetObject", "s3:*", "*")}
    expected = DENIED if "Deny" in about else ALLOWED if "Allow" in about else NOT_ALLOWED

    policies = [policy(*(statement(effect, action) for effect, action in one)) for one in written]

    assert expected is decide(asked(), "role r", policies).verdict
    assert expected is decide(asked(), "role r", policies[::-1]).verdict


NOTHING_ALLOWS = "no statement of role r allows s3:GetObject on arn:aws:s3:::b/k"
UNLESS = f"{NOTHING_ALLOWS}; statement number 1 of policy p would if"
SENTENCES: list[tuple[list[Any], Any, str]] = [
    ([], None, "role r has no policy that could allow s3:GetObject on arn:aws:s3:::b/k"),
    ([NOTHING], None, NOTHING_ALLOWS),
    (
        [policy(statement("Deny", Sid="DenyAll"), name="policy x")],
        None,
        "statement DenyAll of policy x denies s3:GetObject on arn:aws:s3:::b/k",
    ),
    (
        [ALLOW],
        policy(statement("Allow", "sqs:*"), name="the boundary"),
        "the boundary does not allow s3:GetObject on arn:aws:s3:::b/k",
    ),
    (
        [policy(statement("Allow", Condition={"StringLike": {"aws:c": ["e*", "f"]}}))],
        None,
        f"{UNLESS} aws:c, which is d, passed StringLike e*, f",
    ),
    (
        [policy(statement("Deny", Condition={"Bool": {"aws:c": "true"}})), NOTHING],
        None,
        NOTHING_ALLOWS,
    ),
    (
        [policy(statement("Allow", Condition={"StringLike": {"aws:x": "f"}}))],
        None,
        f"{UNLESS} aws:x, which is absent, passed StringLike f",
    ),
]


@pytest.mark.parametrize(("identity", "boundary", "expected"), SENTENCES)
def test_a_verdict_says_why(identity: list[Any], boundary: Any, expected: str) -> None:
    assert expected == decide(asked(**{"aws:c": "d"}), "role r", identity, boundary).why


@pytest.mark.parametrize("version", [{}, {"Version": "2008-10-17"}], ids=["none", "2008-10-17"])
def test_without_the_later_version_a_variable_is_text(version: dict[str, str]) -> None:
    limited = statement("Allow", Resource="arn:aws:s3:::${aws:c}")
    named = read({**version, "Statement": limited}, "policy p")

    assert not decide(asked(resource="arn:aws:s3:::d", **{"aws:c": "d"}), "role r", [named]).allowed
    assert decide(asked(resource="arn:aws:s3:::${aws:c}"), "role r", [named]).allowed


REFUSED: list[tuple[Any, str]] = [
    ("{", "it is no JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"),
    ([], "the policy is no JSON object"),
    ({"Statements": []}, "element Statements of the policy is not known"),
    ({"Version": "2026-01-01"}, "version '2026-01-01' is not known"),
    ({"Statement": ["a"]}, "statement number 1 is no JSON object"),
    ({"Statement": statement("allow")}, "effect 'allow' of statement number 1 is neither Allow nor Deny"),
    ({"Statement": statement("Allow", Actions="a")}, "element Actions of statement number 1 is not known"),
    ({"Statement": statement("Allow", NotAction="a")}, "statement number 1 has both Action and NotAction"),
    ({"Statement": {"Effect": "Allow"}}, "statement number 1 has neither Action nor NotAction"),
    (
        {"Statement": statement("Allow", NotResource="a")},
        "statement number 1 has both Resource and NotResource",
    ),
    (
        {"Statement": statement("Allow", Principal="*", NotPrincipal="*")},
        "statement number 1 has both Principal and NotPrincipal",
    ),
    ({"Statement": statement("Allow", Principal={"Aws": "*"})}, "element Aws of Principal is not known"),
    ({"Statement": statement("Allow", Resource={"Ref": "A"})}, 'Resource has {"Ref": "A"}, which is no text'),
    ({"Statement": statement("Allow", Condition=[])}, "a Condition is no JSON object"),
    ({"Statement": statement("Allow", Condition={"Bool": "a"})}, "condition Bool compares nothing"),
]


@pytest.mark.parametrize(("document", "found"), REFUSED, ids=[found for _, found in REFUSED])
def test_a_policy_that_is_not_understood_is_refused(document: Any, found: str) -> None:
    text = document if isinstance(document, str) else json.dumps(document)

    with pytest.raises(PolicyRefused) as refused:
        read(text, "policy p")

    assert found == refused.value.found
