"""Values given to parameters are checked as CloudFormation checks them, and secret ones are never shown."""

from __future__ import annotations

from typing import Any

import pytest

from cfn import Resolver, Template, TemplateInvalid, Unknown
from tests.cfn.making import template


def given(declaration: dict[str, Any], value: Any) -> Any:
    """What Ref of a parameter so declared comes to."""
    tried = template("service", {"P": declaration})
    return Resolver(tried, region="x", parameters={"P": value}).resolve({"Ref": "P"})


@pytest.mark.parametrize(
    ("declaration", "value", "expected"),
    [
        ({"AllowedValues": ["a", "b"]}, "b", "b"),
        ({"AllowedValues": [True, False]}, "true", "true"),
        ({"AllowedValues": ["true"]}, True, "true"),
        ({"AllowedValues": [1, 2], "Type": "Number"}, "2", 2),
        ({"AllowedValues": ["a", "b"], "Type": "CommaDelimitedList"}, "a, b", ["a", "b"]),
        ({"AllowedPattern": "[a-z]+"}, "abc", "abc"),
        ({"AllowedPattern": "\\p{Alpha}+"}, "1", "1"),
        ({"AllowedPattern": "[[a]x]"}, "ax]", "ax]"),
        ({"MinLength": 2, "MaxLength": "3"}, "ab", "ab"),
        ({"Type": "Number", "MinValue": 1, "MaxValue": "2.5"}, "2.5", 2.5),
        ({"MinLength": "many"}, "", ""),
        ({"Type": "List<Number>", "MaxValue": 9}, "1, 2", [1, 2]),
        ({"Type": "List<Number>"}, [1, "2"], [1, 2]),
        ({"Type": "CommaDelimitedList"}, [], []),
        ({"Type": "AWS::EC2::VPC::Id"}, "vpc-1", "vpc-1"),
        ({"Type": "List<AWS::EC2::Subnet::Id>"}, "a,b", ["a", "b"]),
        ({"Type": "Number"}, "9" * 5000, "9" * 5000),
    ],
)
def test_a_value_that_fits_is_taken(declaration: dict[str, Any], value: Any, expected: Any) -> None:
    assert expected == given({"Type": "String"} | declaration, value)


@pytest.mark.parametrize(
    ("declaration", "value", "sentence"),
    [
        ({"AllowedValues": ["a", "b"]}, "c", "'c' breaks AllowedValues (a, b); give another value"),
        ({"AllowedValues": ["a"], "Type": "CommaDelimitedList"}, "a,c", "'c' breaks AllowedValues (a)"),
        ({"AllowedPattern": "[a-z]+"}, "abc1", "'abc1' breaks AllowedPattern ([a-z]+)"),
        ({"MinLength": 2}, "a", "'a' breaks MinLength (2)"),
        ({"MaxLength": "2"}, "abc", "'abc' breaks MaxLength (2)"),
        ({"Type": "Number", "MinValue": 1}, 0, "'0' breaks MinValue (1)"),
        ({"Type": "Number", "MaxValue": 1}, "many", "'many' breaks MaxValue (1)"),
        ({"Type": "Number", "MaxValue": 1}, "NaN", "'NaN' breaks MaxValue (1)"),
        (
            {"MinLength": 2, "ConstraintDescription": "must be long."},
            "a",
            "'a' breaks MinLength (2); give another value: it must be long",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_refused(declaration: dict[str, Any], value: Any, sentence: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        given({"Type": "String"} | declaration, value)

    assert refused.value.where == "Parameters/P"
    assert sentence in str(refused.value)


SECRET = {"Type": "String", "NoEcho": True, "MinLength": 12}


def test_a_secret_that_does_not_fit_is_not_shown() -> None:
    with pytest.raises(TemplateInvalid) as refused:
        given(SECRET, "hunter2")

    assert "the value breaks MinLength (12)" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::FindInMap": ["Map", "a", {"Ref": "P"}]},
        {"Fn::Select": [{"Ref": "P"}, []]},
        {"Fn::Cidr": [{"Fn::Sub": "${P}/16"}, 1, 8]},
        {"Ref": {"Ref": "P"}},
    ],
)
@pytest.mark.parametrize("by_default", [True, False])
def test_a_secret_is_not_shown_by_a_mistake_either(value: Any, *, by_default: bool) -> None:
    declaration = {"Type": "String", "NoEcho": "true"} | ({"Default": "hunter2"} if by_default else {})
    tried = template("service", {"P": declaration})

    with pytest.raises(TemplateInvalid) as refused:
        Resolver(tried, region="x", parameters={} if by_default else {"P": "hunter2"}).resolve(value)

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("value", [Unknown("x"), {"a": 1}, None])
def test_what_is_no_plain_value_is_not_checked(value: Any) -> None:
    tried = template("service", {"P": {"Type": "String", "AllowedValues": ["a"], "Default": "a"}})

    assert Resolver(tried, region="x", parameters={"P": value}).template is tried


def test_a_default_is_not_checked() -> None:
    assert given({"Type": "String", "Default": "z", "AllowedValues": ["a"]}, None) == "z"


@pytest.mark.parametrize("kind", ["String", "Number", "CommaDelimitedList", "List<Number>"])
@pytest.mark.parametrize("default", [{"Ref": "X"}, [{"Ref": "X"}]])
def test_a_default_that_is_no_text_is_refused(kind: str, default: Any) -> None:
    with pytest.raises(TemplateInvalid, match="stands where text is needed"):
        given({"Type": kind, "Default": default}, None)


@pytest.mark.parametrize("section", ["Parameters", "Outputs"])
def test_a_declaration_that_is_no_mapping_is_refused(section: str) -> None:
    tried = Template("x", {"Resources": {}, section: {"A": "text"}})

    with pytest.raises(TemplateInvalid, match=f"template x, {section}/A: a text stands there"):
        _ = getattr(tried, section.lower())
