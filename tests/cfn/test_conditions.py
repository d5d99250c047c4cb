"""Conditions hold, fail, or stay open where a parameter decides that nobody has given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cfn import CircularReference, Reference, Resolver, Template, TemplateInvalid, Unknown
from tests.cfn.resolving import BODY, resolver

CONDITIONS = [
    ({"Fn::Equals": ["a", "a"]}, True),
    ({"Fn::Equals": ["a", "b"]}, False),
    ({"Fn::Equals": [{"Ref": "Size"}, "20"]}, True),
    ({"Fn::Equals": [True, "true"]}, True),
    ({"Fn::Equals": [{"Ref": "Nobody"}, "x"]}, None),
    ({"Fn::Equals": [{"Ref": "Nobody"}, {"Ref": "Nobody"}]}, True),
    ({"Fn::Equals": [{"Fn::Sub": "x${Nobody}"}, ""]}, False),
    ({"Fn::Equals": [{"Ref": "Nobody"}, ""]}, None),
    ({"Fn::And": [{"Condition": "Live"}, {"Fn::Not": [{"Condition": "Quiet"}]}]}, True),
    ({"Fn::And": [{"Condition": "Open"}, {"Condition": "Quiet"}]}, False),
    ({"Fn::And": [{"Condition": "Open"}, {"Condition": "Live"}]}, None),
    ({"Fn::Or": [{"Condition": "Open"}, {"Condition": "Live"}]}, True),
    ({"Fn::Or": [{"Condition": "Open"}, {"Condition": "Quiet"}]}, None),
    ({"Fn::Or": [{"Condition": "Quiet"}, {"Condition": "Quiet"}]}, False),
    ({"Fn::Or": [{"Condition": "Live"}] * 10}, True),
    ({"Fn::Not": [{"Condition": "Open"}]}, None),
]


@pytest.mark.parametrize(("expression", "expected"), CONDITIONS, ids=json.dumps)
def test_a_condition_holds_fails_or_stays_open(expression: Any, *, expected: bool | None) -> None:
    template = Template("service", BODY | {"Conditions": BODY["Conditions"] | {"Tried": expression}})

    outcome = Resolver(template, region="x").holds("Tried")

    assert expected is (None if isinstance(outcome, Unknown) else outcome)


def test_a_living_id_is_never_empty_but_may_be_any_other_text() -> None:
    body = {
        "Parameters": {"Key": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/key"}},
        "Conditions": {
            "HasNone": {"Fn::Equals": [{"Ref": "Key"}, ""]},
            "IsX": {"Fn::Equals": [{"Ref": "Key"}, "x"]},
            "IsItself": {"Fn::Equals": [{"Ref": "Key"}, {"Fn::Sub": "${Key}"}]},
        },
        "Resources": {},
    }
    resolver = Resolver(Template("x", body), region="x", stored=lambda _: Reference("keys", "Key", "Arn"))

    assert resolver.holds("HasNone") is False
    assert isinstance(resolver.holds("IsX"), Unknown)
    assert resolver.holds("IsItself") is True


@pytest.mark.parametrize(
    ("expression", "where"),
    [
        ("text", "Conditions/Tried"),
        ({"Fn::Maybe": []}, "Conditions/Tried"),
        ({"Fn::And": [{"Condition": "Live"}]}, "Conditions/Tried/Fn::And"),
        ({"Fn::Not": [{"Condition": "Nope"}]}, "Conditions/Tried/Fn::Not"),
        ({"Fn::Not": [{"Condition": "Live"}] * 2}, "Conditions/Tried/Fn::Not"),
        ({"Fn::Equals": ["a"]}, "Conditions/Tried/Fn::Equals"),
        ({"Fn::Equals": ["a", "a", "a"]}, "Conditions/Tried/Fn::Equals"),
        ({"Fn::Or": [{"Condition": "Live"}] * 11}, "Conditions/Tried/Fn::Or"),
        ({"Fn::Or": [], "Fn::And": []}, "Conditions/Tried"),
        ({"Condition": {"a": 1}}, "Conditions/Tried"),
    ],
)
def test_a_mistake_in_a_condition_is_named_with_its_place(expression: Any, where: str) -> None:
    template = Template("service", BODY | {"Conditions": BODY["Conditions"] | {"Tried": expression}})

    with pytest.raises(TemplateInvalid) as refused:
        Resolver(template, region="x").holds("Tried")

    assert refused.value.where == where


@pytest.mark.parametrize(
    ("function", "count"), [("Fn::And", "2 to 10"), ("Fn::Equals", "2"), ("Fn::Not", "1")]
)
def test_a_wrong_count_of_operands_says_the_right_one(function: str, count: str) -> None:
    template = Template("service", BODY | {"Conditions": {"Tried": {function: []}}})

    with pytest.raises(TemplateInvalid, match=f"a list of 0 stands where a list of {count} is needed"):
        Resolver(template, region="x").holds("Tried")


def test_a_condition_that_is_not_there_is_refused() -> None:
    with pytest.raises(TemplateInvalid, match="Quite is not a condition; did you mean Quiet"):
        resolver().holds("Quite")


def test_conditions_that_wait_for_each_other_are_shown_as_a_circle() -> None:
    conditions = {name: {"Fn::Not": [{"Condition": other}]} for name, other in ("AB", "BC", "CB")}
    resolver = Resolver(Template("x", {"Conditions": conditions, "Resources": {}}), region="x")

    with pytest.raises(CircularReference) as refused:
        resolver.holds("A")

    assert refused.value.path == ("B", "C", "B")
