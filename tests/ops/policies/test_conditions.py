"""Every condition operator compares as IAM's reference says, absent keys and several values included."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ops.policies.comparisons import COMPARISONS
from ops.policies.conditions import Condition
from ops.policies.errors import PolicyRefused
from ops.policies.patterns import WITH_VARIABLES
from ops.policies.request import Request

if TYPE_CHECKING:
    from ops.policies.request import Context, Value

DOCS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
OPERATORS = DOCS + "reference_policies_elements_condition_operators.html"
SEVERAL = DOCS + "reference_policies_condition-single-vs-multi-valued-context-keys.html"

IF_EXISTS = "https://repost.aws/questions/QU9HFmDzP0QGuU-fd7rS6B7w"
"""What AWS was seen to do, and not what its page of operators says."""


def holds(operator: str, values: str | tuple[str, ...], found: Value | None) -> bool:
    """Whether a condition on one key holds for what a request has under it, if anything."""
    texts = (values,) if isinstance(values, str) else values
    condition = Condition.read("policy p", operator, "my:Key", texts, version=WITH_VARIABLES)
    context: Context = {} if found is None else {"MY:key": found}
    return condition.holds(Request.of("a:B", "*", context))


MOMENT = datetime(2026, 11, 26, 12, tzinfo=UTC)
CASES: list[tuple[str, str | tuple[str, ...], Value, bool]] = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", ("a", "b"), "b", True),
    ("StringNotEquals", "a", "a", False),
    ("StringNotEquals", ("a", "b"), "b", False),
    ("StringNotEquals", ("a", "b"), "c", True),
    ("StringEqualsIgnoreCase", "aB", "Ab", True),
    ("StringNotEqualsIgnoreCase", "aB", "Ab", False),
    ("StringLike", "a*", "ab", True),
    ("StringLike", "a*", "Ab", False),
    ("StringNotLike", "a?", "ab", False),
    ("NumericEquals", "10", 10, True),
    ("NumericEquals", "10", "10.0", True),
    ("NumericEquals", "10", "ten", False),
    ("NumericNotEquals", "10", 11, True),
    ("NumericNotEquals", "10", 10, False),
    ("NumericLessThan", "10", 9, True),
    ("NumericLessThan", "10", 10, False),
    ("NumericLessThanEquals", "10", 10, True),
    ("NumericLessThanEquals", "9", 10, False),
    ("NumericGreaterThan", "9", "10", True),
    ("NumericGreaterThan", "10", 10, False),
    ("NumericGreaterThanEquals", "10", 10, True),
    ("NumericGreaterThanEquals", "11", 10, False),
    ("DateEquals", "2026-11-26T12:00:00Z", MOMENT, True),
    ("DateEquals", "1795694400", MOMENT, True),
    ("DateNotEquals", "2026-11-26T13:00:00+01:00", MOMENT, False),
    ("DateLessThan", "2026-11-26T12:00:01Z", MOMENT, True),
    ("DateLessThan", "2026-11-26T12:00:00Z", MOMENT, False),
    ("DateLessThanEquals", "2026-11-26T12:00:00Z", MOMENT, True),
    ("DateGreaterThan", "2026-11-26", MOMENT, True),
    ("DateGreaterThan", "2026-11-26T12:00:00Z", MOMENT, False),
    ("DateGreaterThanEquals", "2026-11-26T12:00:00Z", MOMENT, True),
    ("DateEquals", "2026-11-26T12:00:00Z", "yesterday", False),
    ("Bool", "true", True, True),
    ("Bool", "true", "TRUE", True),
    ("Bool", "true", False, False),
    ("Bool", "false", False, True),
    ("Bool", "false", "perhaps", False),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.9", False),
    ("IpAddress", "203.0.113.9", "203.0.113.9", True),
    ("IpAddress", "203.0.113.9/24", "203.0.113.1", True),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("IpAddress", "2001:db8::/32", "203.0.113.9", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", False),
    ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", True),
    ("ArnEquals", "arn:aws:sns:*:1:t", "arn:aws:sns:us-east-1:1:t", True),
    ("ArnLike", "arn:aws:sns:*:1:t", "arn:aws:sns:us-east-1:2:t", False),
    ("ArnNotEquals", "arn:aws:sns:*:1:t", "arn:aws:sns:us-east-1:1:t", False),
    ("ArnNotLike", "arn:aws:sns:*:1:t", "arn:aws:sns:us-east-1:2:t", True),
]


@pytest.mark.parametrize(("operator", "values", "found", "expected"), CASES)
def test_an_operator_compares(
    operator: str, values: str | tuple[str, ...], found: Value, *, expected: bool
) -> None:
    assert expected == holds(operator, values, found), OPERATORS


def test_every_operator_has_a_case() -> None:
    assert set(COMPARISONS) == {operator for operator, *_ in CASES}


@pytest.mark.parametrize("operator", sorted(COMPARISONS))
def test_an_absent_key_passes_only_what_must_not_equal(operator: str) -> None:
    value = {
        "Numeric": "1",
        "Date": "1",
        "Bool": "true",
        "Binary": "QQ==",
        "IpAddre": "::1",
        "NotIpAd": "::1",
    }
    text = next((text for start, text in value.items() if operator.startswith(start)), "arn:a:b:c:d:e")

    assert ("Not" in operator) == holds(operator, text, None), OPERATORS
    assert holds(f"{operator}IfExists", text, None)
    assert not holds(f"ForAnyValue:{operator}", text, None), SEVERAL
    assert holds(f"ForAllValues:{operator}", text, None), SEVERAL
    assert COMPARISONS[operator].negated == ("Not" in operator)


FURTHER: list[tuple[str, str | tuple[str, ...], Value | None, bool, str]] = [
    ("StringEqualsIfExists", "a", "b", False, OPERATORS),
    ("StringEqualsIfExists", "a", "a", True, OPERATORS),
    ("Null", "true", None, True, OPERATORS),
    ("Null", "true", "a", False, OPERATORS),
    ("Null", "false", None, False, OPERATORS),
    ("Null", "false", "a", True, OPERATORS),
    ("Null", "true", [], True, OPERATORS),
    ("ForAnyValue:StringEquals", ("a", "b"), ["c", "b"], True, SEVERAL),
    ("ForAnyValue:StringEquals", ("a", "b"), ["c", "d"], False, SEVERAL),
    ("ForAllValues:StringEquals", ("a", "b"), ["b", "a", "a"], True, SEVERAL),
    ("ForAllValues:StringEquals", ("a", "b"), ["a", "c"], False, SEVERAL),
    ("ForAllValues:StringEquals", "a", [], True, SEVERAL),
    ("ForAnyValue:StringNotEquals", ("a", "b"), ["a", "c"], True, SEVERAL),
    ("ForAnyValue:StringNotEquals", ("a", "b"), ["a", "b"], False, SEVERAL),
    ("ForAllValues:StringNotEquals", ("a", "b"), ["c", "a"], False, SEVERAL),
    ("ForAllValues:StringNotEquals", ("a", "b"), ["c", "d"], True, SEVERAL),
    ("ForAnyValue:StringEqualsIfExists", "a", None, False, IF_EXISTS),
    ("ForAnyValue:StringEqualsIfExists", "a", ["a"], True, SEVERAL),
    ("ForAllValues:StringLikeIfExists", "a*", ["ab", "ac"], True, SEVERAL),
    ("StringNotEquals", "a", ["a", "b"], False, SEVERAL),
    ("StringEquals", "a", ["a", "b"], True, SEVERAL),
]


@pytest.mark.parametrize(("operator", "values", "found", "expected", "page"), FURTHER)
def test_several_values_and_existence(
    operator: str, values: str | tuple[str, ...], found: Value | None, page: str, *, expected: bool
) -> None:
    assert expected == holds(operator, values, found), page


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("StringEqual", "a", "condition operator StringEqual is not known"),
        ("ForSomeValues:StringEquals", "a", "condition operator ForSomeValues:StringEquals is not known"),
        ("NullIfExists", "true", "condition operator NullIfExists is not known"),
        ("ForAnyValue:Null", "true", "condition operator ForAnyValue:Null is not known"),
        ("NumericEquals", "ten", "NumericEquals compares my:Key with 'ten', which is no number"),
        ("NumericEquals", "nan", "NumericEquals compares my:Key with 'nan', which is no number"),
        ("DateEquals", "today", "DateEquals compares my:Key with 'today', which is no date"),
        ("Bool", "yes", "Bool compares my:Key with 'yes', which is neither true nor false"),
        ("Null", "yes", "Null compares with 'yes', which is neither true nor false"),
        ("BinaryEquals", "Qm!luYXJ5", "BinaryEquals compares my:Key with 'Qm!luYXJ5', which is no base64"),
        ("IpAddress", "1.2.3", "IpAddress compares my:Key with '1.2.3', which is no address"),
    ],
)
def test_what_is_not_known_is_refused_by_name(operator: str, value: str, found: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        holds(operator, value, "a")

    assert found == refused.value.found
    assert str(refused.value).startswith(f"policy p can't be evaluated: {found};")
