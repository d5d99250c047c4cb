"""What a schema says of properties: kinds, problems, and how what is there differs from what was asked."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn.registry import schema_of
from cfn.schema import Difference, Schema
from cfn.values import Reference, Text, Unknown

BODY: dict[str, Any] = {
    "typeName": "Test::Test::Thing",
    "primaryIdentifier": ["/properties/Name"],
    "createOnlyProperties": ["/properties/Name", "/properties/Limits/Least"],
    "readOnlyProperties": ["/properties/Arn"],
    "tagging": {"tagProperty": "/properties/Tags"},
    "additionalProperties": False,
    "required": ["Name"],
    "type": "object",
    "definitions": {
        "Tag": {
            "type": "object",
            "properties": {"Key": {"type": "string"}, "Value": {"type": "string"}},
            "required": ["Key", "Value"],
        }
    },
    "properties": {
        "Arn": {"type": "string"},
        "Name": {"type": "string"},
        "Size": {"type": "integer"},
        "Share": {"type": "number"},
        "Open": {"type": "boolean"},
        "Colour": {"type": "string", "enum": ["red", "green"]},
        "Steps": {"type": "array", "items": {"type": "string"}},
        "Friends": {"type": "array", "insertionOrder": False, "items": {"type": "string"}},
        "Limits": {
            "type": "object",
            "properties": {"Least": {"type": "integer"}, "Most": {"type": "integer"}},
        },
        "Words": {"type": "object", "patternProperties": {".*": {"type": "string"}}},
        "Policy": {"type": ["object", "string"]},
        "Tags": {"type": "array", "items": {"$ref": "#/definitions/Tag"}},
    },
}
SCHEMA = Schema(BODY)
REFERENCE = Reference("stack", "Other")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"Size": "20"}, {"Size": 20}),
        ({"Size": "many"}, {"Size": "many"}),
        ({"Share": "60"}, {"Share": 60}),
        ({"Share": "0.5"}, {"Share": 0.5}),
        ({"Open": "true"}, {"Open": True}),
        ({"Open": "False"}, {"Open": False}),
        ({"Name": 17}, {"Name": "17"}),
        ({"Name": True}, {"Name": "true"}),
        ({"Words": {"a": 1}}, {"Words": {"a": "1"}}),
        ({"Tags": [{"Key": "a", "Value": 1}]}, {"Tags": [{"Key": "a", "Value": "1"}]}),
        ({"Size": REFERENCE}, {"Size": REFERENCE}),
        ({"Unheard": {"a": "1"}}, {"Unheard": {"a": "1"}}),
    ],
    ids=str,
)
def test_plain_values_become_of_the_kind_that_is_asked_for(
    written: dict[str, Any], meant: dict[str, Any]
) -> None:
    coerced = SCHEMA.coerced(written)

    assert coerced == meant
    assert list(map(type, coerced.values())) == list(map(type, meant.values()))


def test_text_that_is_not_known_yet_keeps_what_it_hangs_on() -> None:
    text = Text(["a", REFERENCE])

    assert SCHEMA.coerced({"Name": text})["Name"] is text


@pytest.mark.parametrize(
    ("properties", "problems"),
    [
        ({"Name": "a", "Tags": [{"Key": "k", "Value": "v"}]}, []),
        ({}, ["#: required key [Name] not found"]),
        ({"Name": "a", "Nmae": 1}, ["#: extraneous key [Nmae] is not permitted"]),
        ({"Name": "a", "Size": "many"}, ["#/Size: expected type: Integer, found: String"]),
        ({"Name": "a", "Open": 1.5}, ["#/Open: expected type: Boolean, found: Double"]),
        ({"Name": ["a"]}, ["#/Name: expected type: String, found: JSONArray"]),
        ({"Name": "a", "Colour": "blue"}, ["#/Colour: blue is not a valid enum value"]),
        ({"Name": "a", "Tags": [{"Key": "k"}]}, ["#/Tags/0: required key [Value] not found"]),
        ({"Name": REFERENCE, "Size": Unknown("nobody knows"), "Tags": REFERENCE}, []),
    ],
    ids=str,
)
def test_what_no_service_would_take_is_a_problem(properties: dict[str, Any], problems: list[str]) -> None:
    assert SCHEMA.problems(properties) == problems


@pytest.mark.parametrize(
    ("wanted", "found", "differences"),
    [
        ({"Name": "a"}, {"Name": "a", "Size": 1, "Arn": "arn"}, []),
        ({"Size": 1}, {"Size": 2}, [Difference("/Size", "NOT_EQUAL", 1, 2)]),
        ({"Size": 1}, {}, [Difference("/Size", "REMOVE", 1)]),
        ({"Limits": {"Most": 1}}, {"Limits": {"Most": 1, "Least": 0}}, []),
        ({"Limits": {"Most": 1}}, {"Limits": {"Most": 2}}, [Difference("/Limits/Most", "NOT_EQUAL", 1, 2)]),
        ({"Words": {"a": "b"}}, {"Words": {"a": "b", "c": "d"}}, [Difference("/Words/c", "ADD", None, "d")]),
        ({"Words": {"a/b": "c"}}, {"Words": {}}, [Difference("/Words/a~1b", "REMOVE", "c")]),
        ({"Words": {}}, {"Words": {"a/b": "c"}}, [Difference("/Words/a~1b", "ADD", None, "c")]),
        ({"Friends": ["a", "b"]}, {"Friends": ["b", "a"]}, []),
        ({"Friends": ["a"]}, {"Friends": ["b", "a"]}, [Difference("/Friends/1", "ADD", None, "b")]),
        ({"Steps": ["a", "b"]}, {"Steps": ["a"]}, [Difference("/Steps/1", "REMOVE", "b")]),
        (
            {"Steps": ["a", "b"]},
            {"Steps": ["b", "a"]},
            [Difference("/Steps/0", "NOT_EQUAL", "a", "b"), Difference("/Steps/1", "NOT_EQUAL", "b", "a")],
        ),
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]},
            {"Tags": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]},
            [],
        ),
        ({"Policy": '{"Version": "2012-10-17"}'}, {"Policy": {"Version": "2012-10-17"}}, []),
        ({"Limits": {}, "Tags": []}, {"Arn": "arn"}, []),
    ],
    ids=str,
)
def test_what_was_asked_for_is_held_against_what_is_there(
    wanted: dict[str, Any], found: dict[str, Any], differences: list[Difference]
) -> None:
    assert SCHEMA.differences(wanted, found) == differences


def test_an_empty_choice_is_missed_where_another_was_made() -> None:
    """`{"Allow": {}}` and `{"Block": {}}` say different things, and nothing but their names says which."""
    schema = schema_of("AWS::WAFv2::WebACL", "us-east-1")
    assert schema is not None

    found = schema.differences({"DefaultAction": {"Allow": {}}}, {"DefaultAction": {"Block": {}}})

    assert [difference.path for difference in found] == ["/DefaultAction/Allow"]


def test_items_that_are_each_there_once_have_no_order() -> None:
    items = {"type": "array", "uniqueItems": True, "items": {"type": "string"}}
    schema = Schema({"typeName": "T", "primaryIdentifier": [], "properties": {"Set": items}})

    assert schema.differences({"Set": ["a", "b"]}, {"Set": ["b", "a"]}) == []


def test_values_under_free_keys_and_in_alternatives_have_their_kinds() -> None:
    free = {"type": "object", "additionalProperties": {"type": "string"}}
    either = {"type": "object", "allOf": [{"properties": {"Size": {"type": "integer"}}}]}
    properties = {"Free": free, "Either": either}
    schema = Schema({"typeName": "T", "primaryIdentifier": [], "properties": properties})

    coerced = schema.coerced({"Free": {"any": 1}, "Either": {"Size": "2"}})
    assert coerced == {"Free": {"any": "1"}, "Either": {"Size": 2}}


PROPERTIES = st.fixed_dictionaries(
    {"Name": st.text(max_size=4)},
    optional={
        "Size": st.integers(),
        "Open": st.booleans(),
        "Friends": st.lists(st.text(max_size=2), max_size=4),
        "Steps": st.lists(st.text(max_size=2), max_size=4),
        "Limits": st.fixed_dictionaries({"Most": st.integers()}),
        "Words": st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=3),
    },
)


@given(PROPERTIES, st.randoms(use_true_random=False))
def test_nothing_differs_from_itself_in_any_order_that_means_nothing(
    properties: dict[str, Any], random: Any
) -> None:
    shuffled = copy.deepcopy(properties)
    random.shuffle(shuffled.get("Friends", []))

    assert SCHEMA.differences(properties, shuffled) == []


@given(PROPERTIES, PROPERTIES)
def test_whatever_was_asked_for_and_is_not_there_is_seen(
    wanted: dict[str, Any], found: dict[str, Any]
) -> None:
    seen = {difference.path.split("/")[1] for difference in SCHEMA.differences(wanted, found)}
    alike = {
        name
        for name, value in wanted.items()
        if (sorted(value) == sorted(found.get(name, [])) if name == "Friends" else value == found.get(name))
    }
    empty = {name for name, value in wanted.items() if value in ([], {}) and name not in found}

    assert wanted.keys() - alike - empty <= seen <= wanted.keys() - alike


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_a_type_has_its_schema_in_a_region(region: str) -> None:
    schema = schema_of("AWS::SSM::Parameter", region)

    assert schema is not None
    assert (schema.type, schema.identifier, schema.tags) == ("AWS::SSM::Parameter", ("Name",), "Tags")
    assert "Arn" in schema.read_only
    assert "Name" in schema.create_only


@pytest.mark.parametrize(
    ("resource_type", "region"), [("AWS::Nowhere::Nothing", "us-east-1"), ("AWS::SSM::Parameter", "mars-1")]
)
def test_a_type_or_region_that_is_not_there_has_none(resource_type: str, region: str) -> None:
    assert schema_of(resource_type, region) is None
