"""ARNs are compared as IAM's ArnLike does: part by part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn import Arn, ArnInvalid, arn_like

API = "arn:aws:execute-api:us-east-1:123456789012:abc"


def test_an_arn_is_taken_apart_and_put_together() -> None:
    text = "arn:aws:logs:eu-west-1:${AWS::AccountId}:log-group:/aws/lambda/${Api}:*"

    arn = Arn.parse(text)

    assert arn == Arn("aws", "logs", "eu-west-1", "${AWS::AccountId}", "log-group:/aws/lambda/${Api}:*")
    assert str(arn) == text


@pytest.mark.parametrize(
    "text", ["", "*", "arn:aws:s3", "urn:aws:s3:::bucket", "arn:aws:s3:${A::B:C}:bucket"]
)
def test_what_is_no_arn_is_refused(text: str) -> None:
    with pytest.raises(ArnInvalid, match="is not an ARN; write arn:"):
        Arn.parse(text)


@pytest.mark.parametrize(
    ("pattern", "route", "expected"),
    [
        ("/*", "/$default/GET/api/v1/health", True),
        ("/*", "/$default/$default", True),
        ("/*/*", "/$default/$default", True),
        ("/*/*/*", "/$default/GET/api/v1/health", True),
        ("/*/*/*", "/$default/$default", False),
        ("/*/*/$default", "/$default/$default", False),
        ("/$default/$default", "/$default/$default", True),
        ("/prod/*", "/$default/GET/api", False),
        ("/*/GET/api/v1/health", "/$default/GET/api/v1/health", True),
        ("/*/POST/api/v1/health", "/$default/GET/api/v1/health", False),
        ("/?efault/*", "/default/GET/x", True),
        ("", "/default/GET/x", False),
    ],
)
def test_a_pattern_of_an_apis_routes_matches(pattern: str, route: str, *, expected: bool) -> None:
    assert expected is arn_like(API + pattern, API + route)


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:execute-api:*:*:abc/*", f"{API}/x/y", True),
        ("arn:aws:execute-api:*:abc/*", f"{API}/x/y", False),
        ("arn:aws:*", f"{API}/x/y", False),
        ("arn:aws:logs:*:*:*", "arn:aws:logs:a:b:log-group:x:*", True),
        (
            "arn:aws:logs:*:*:log-group:RDS*:log-stream:*",
            "arn:aws:logs:a:b:log-group:RDSOSMetrics:log-stream:db-1",
            True,
        ),
        ("*", f"{API}/x/y", True),
        ("arn:aws:S3:::bucket", "arn:aws:s3:::bucket", False),
        ("arn:aws:s3:::a.b", "arn:aws:s3:::aXb", False),
        ("arn:aws:s3:::a[bc]", "arn:aws:s3:::ab", False),
        ("arn:aws:s3:::a*", "arn:aws:s3:::a\nb", True),
    ],
)
def test_parts_are_compared_one_by_one(pattern: str, arn: str, *, expected: bool) -> None:
    assert expected is arn_like(pattern, arn)


def test_placeholders_are_ordinary_characters() -> None:
    pattern = "arn:aws:execute-api:eu-west-1:${AWS::AccountId}:${Api}/*"

    assert arn_like(pattern, "arn:aws:execute-api:eu-west-1:${AWS::AccountId}:${Api}/$default/$default")
    assert not arn_like(pattern, "arn:aws:execute-api:eu-west-1:${AWS::AccountId}:${Other}/$default/$default")
    assert not arn_like("arn:aws:s3:::${*}", "arn:aws:s3:::x")
    assert arn_like("${LogGroup.Arn}:*", "${LogGroup.Arn}:log-stream:x")


def plainly(pattern: str, text: str) -> bool:
    """The textbook definition of a pattern with `*` and `?`."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return plainly(pattern[1:], text) or (bool(text) and plainly(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and plainly(pattern[1:], text[1:])


PATTERN = st.text(alphabet="ab/*?$.", max_size=6)
TEXT = st.text(alphabet="ab/$.", max_size=6)


@given(st.lists(st.tuples(PATTERN, TEXT), min_size=5, max_size=5))
def test_patterns_match_as_the_textbook_says_in_each_part(parts: list[tuple[str, str]]) -> None:
    pattern = ":".join(["arn", *(part for part, _ in parts)])
    arn = ":".join(["arn", *(text for _, text in parts)])

    assert all(plainly(part, text) for part, text in parts) is arn_like(pattern, arn)


@given(PATTERN, TEXT)
def test_a_last_part_matches_as_the_textbook_says(pattern: str, text: str) -> None:
    assert plainly(pattern, text) is arn_like(f"arn:aws:s3:::{pattern}", f"arn:aws:s3:::{text}")


@given(st.lists(TEXT, min_size=5, max_size=8))
def test_every_arn_is_like_itself(parts: list[str]) -> None:
    arn = ":".join(["arn", *parts])

    assert arn_like(arn, arn)
    assert str(Arn.parse(arn)) == arn
