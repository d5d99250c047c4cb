"""Wildcards and variables stand for what IAM's reference says, compared with a matcher that only tries."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.policies import patterns
from ops.policies.patterns import WITH_VARIABLES, Unresolved
from ops.policies.request import Context, Request

DOCS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
RESOURCE = DOCS + "reference_policies_elements_resource.html"
OPERATORS = DOCS + "reference_policies_elements_condition_operators.html"
VARIABLES = DOCS + "reference_policies_variables.html"
BUCKET = "arn:aws:s3:::bucket"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f"
API = "arn:aws:execute-api:us-east-1:123456789012:abc"


def asked(**context: str | list[str]) -> Request:
    """A request of which only the context counts; `aws__x` stands for `aws:x`."""
    values: Context = {key.replace("__", ":"): value for key, value in context.items()}
    return Request.of("any:Action", "*", values)


RESOURCES = [
    ("*", "*", True, RESOURCE),
    ("*", BUCKET, True, RESOURCE),
    (BUCKET, "*", False, RESOURCE),
    (f"{BUCKET}/*/test/*", f"{BUCKET}/1/test/object.jpg", True, RESOURCE),
    (f"{BUCKET}/*/test/*", f"{BUCKET}//test/", True, RESOURCE),
    (f"{BUCKET}/*/test/*", f"{BUCKET}/test/object.jpg", False, RESOURCE),
    (f"{BUCKET}/*/test/*", f"{BUCKET}/1-test/object.jpg", False, RESOURCE),
    (f"{BUCKET}/a?", f"{BUCKET}/ab", True, RESOURCE),
    (f"{BUCKET}/a?", f"{BUCKET}/a", False, RESOURCE),
    (BUCKET, f"{BUCKET}/a", False, RESOURCE),
    (BUCKET.upper(), BUCKET, False, RESOURCE),
    # a star that ends a part runs on past the colon, another does not
    ("arn:aws:dynamodb:*:table/a", "arn:aws:dynamodb:us-east-1:123456789012:table/a", True, RESOURCE),
    ("arn:aws:sqs:us-*-1:q:*", "arn:aws:sqs:us-east:q-1:q:x", False, RESOURCE),
    ("arn:aws:sqs:us-east-?:1:q", "arn:aws:sqs:us-east-:1:q", False, RESOURCE),
    # what an incomplete ARN lacks is any
    ("arn:aws:sqs", "arn:aws:sqs:us-east-1:123456789012:q", True, RESOURCE),
    ("arn:aws:sqs:us-east-1:1", "arn:aws:sqs:us-east-1:1:q", True, RESOURCE),
    ("arn:aws:sqs:us-east-1", "arn:aws:sqs:us-east-2:123456789012:q", False, RESOURCE),
    ("arn:aws:sqs:us-east-1:1*2:q", "arn:aws:sqs:us-east-1:1:2:q", False, RESOURCE),
    # colons of the last part are ordinary characters
    (f"{GROUP}:*", f"{GROUP}:log-stream:2026/11/26/[$LATEST]a", True, RESOURCE),
    (f"{GROUP}*stream:x", f"{GROUP}:log-stream:x", True, RESOURCE),
    (GROUP, f"{GROUP}:log-stream:x", False, RESOURCE),
    (f"{GROUP}:*", f"{GROUP}-other:log-stream:x", False, RESOURCE),
    ("arn:aws:s3:::b[c]+.", "arn:aws:s3:::b[c]+.", True, RESOURCE),
]


@pytest.mark.parametrize(("pattern", "value", "expected", "page"), RESOURCES)
def test_a_resource_is_compared_as_the_reference_says(
    pattern: str, value: str, page: str, *, expected: bool
) -> None:
    assert expected == patterns.resource(pattern).matches(value, asked()), page


ARNS = [
    (f"{API}/*/*", f"{API}/$default/GET/api/v1/health", True),
    (f"{API}/*/GET/api/v1/health", f"{API}/$default/GET/api/v1/health", True),
    (f"{API}/*/*/$default", f"{API}/$default/$default", False),
    (f"{API}/*/*", "arn:aws:execute-api:us-east-1:123456789012:abd/x/y", False),
    ("arn:aws:execute-api:*:*:abc/*", f"{API}/x", True),
    (f"{GROUP}*stream:x", f"{GROUP}:log-stream:x", True),
    ("arn:*:abc/*", f"{API}/x", False),
    ("arn:aws:execute-api:*:abc/*", f"{API}/x", False),
    ("arn:aws:sns:us-east-1:*:a:b", "arn:aws:sns:us-east-1:1:a:b", True),
    ("arn:aws:sns:us-east-?:1:a", "arn:aws:sns:us-east-2:1:a", True),
]


@pytest.mark.parametrize(("pattern", "value", "expected"), ARNS)
def test_an_arn_is_compared_part_by_part(pattern: str, value: str, *, expected: bool) -> None:
    assert expected == patterns.arn(pattern).matches(value, asked()), OPERATORS


VALUES: list[tuple[str, dict[str, str | list[str]], str, bool]] = [
    ("home/${aws:username}/*", {"aws__username": "Zoe"}, "home/Zoe/a", True),
    ("home/${AWS:UserName}", {"aws__username": "Zoe"}, "home/Zoe", True),
    ("home/${ aws:username }", {"aws__username": "Zoe"}, "home/Zoe", True),
    ("home/${aws:username, 'guest'}", {}, "home/guest", True),
    ("home/${aws:username, 'guest'}", {"aws__username": "Zoe"}, "home/guest", False),
    ("home/${aws:username}", {"aws__username": "*"}, "home/any", False),
    ("home/${aws:username}", {"aws__username": "*"}, "home/*", True),
    ("100${*}", {}, "100*", True),
    ("100${*}", {}, "1000", False),
    ("${?}${$}", {}, "?$", True),
]


@pytest.mark.parametrize(("pattern", "context", "value", "expected"), VALUES)
def test_variables_are_replaced_by_what_the_request_has(
    pattern: str, context: dict[str, str | list[str]], value: str, *, expected: bool
) -> None:
    assert expected == patterns.plain(pattern, version=WITH_VARIABLES).matches(value, asked(**context)), (
        VARIABLES
    )


@pytest.mark.parametrize("context", [{}, {"aws__username": ["Zoe", "Ann"]}], ids=["absent", "several"])
def test_a_variable_without_one_value_is_not_resolved(context: dict[str, str | list[str]]) -> None:
    with pytest.raises(Unresolved):
        patterns.plain("${aws:username}", version=WITH_VARIABLES).matches("Zoe", asked(**context))


def test_the_version_before_takes_variables_for_text() -> None:
    assert patterns.plain("${aws:username}", version="2008-10-17").matches("${aws:username}", asked())


def tried(pattern: str, text: str) -> bool:
    """Whether wildcards can stand for something that makes the pattern the text; tries all there is."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(tried(pattern[1:], text[cut:]) for cut in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and tried(pattern[1:], text[1:])


letters = st.text("ab.$", max_size=8)


@settings(max_examples=100)
@given(st.text("ab.*?$", max_size=8), letters)
def test_wildcards_match_what_trying_finds(pattern: str, text: str) -> None:
    found = patterns.plain(pattern).matches(text, asked())

    assert tried(pattern, text) == found


@settings(max_examples=60)
@given(st.lists(st.text("ab*?/", max_size=4), min_size=6, max_size=6), st.data())
def test_an_arn_matches_if_each_of_its_parts_does(parts: list[str], data: st.DataObject) -> None:
    values = [data.draw(st.sampled_from([part.replace("*", "ab").replace("?", "a"), "b"])) for part in parts]
    found = patterns.arn(":".join(parts)).matches(":".join(values), asked())

    assert all(map(tried, parts, values)) == found
