"""Loops are unrolled and policies resolved as AWS does it before it reads a template."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn import Reference, Resolver, Template, TemplateInvalid, Text, Unknown, ValueUnknown
from cfn.graph import references
from tests.cfn.making import deployment, resource

TRANSFORM = "AWS::LanguageExtensions"
PARAMETERS = {
    "Names": {"Type": "CommaDelimitedList", "Default": "A,B"},
    "Nobody": {"Type": "CommaDelimitedList"},
    "Stage": {"Type": "String", "Default": "live"},
    "Open": {"Type": "String"},
}
CONDITIONS = {
    "Live": {"Fn::Equals": [{"Ref": "Stage"}, "live"]},
    "Maybe": {"Fn::Equals": [{"Ref": "Open"}, "live"]},
}


def body(resources: Any, **more: Any) -> dict[str, Any]:
    return {
        "Transform": TRANSFORM,
        "Parameters": PARAMETERS,
        "Mappings": {"Zones": {"A": {"Suffixes": ["x", "y"]}, "B": {"Suffixes": ["z"]}}},
        "Conditions": CONDITIONS,
        "Resources": resources,
    } | more


def unrolled(resources: Any, parameters: Any = None, **more: Any) -> dict[str, Any]:
    """The body of the template that AWS makes of one with these resources."""
    tried = Template("service", body(resources, **more))
    return Resolver(tried, region="eu-west-1", parameters=parameters).template.body


def topic(name: Any = "x", **more: Any) -> dict[str, Any]:
    return resource("SNS::Topic", TopicName=name, **more)


@pytest.mark.parametrize(
    ("loops", "expected"),
    [
        pytest.param(
            {"Fn::ForEach::Topics": ["Name", ["A", "B"], {"Topic${Name}": topic({"Ref": "Name"})}]},
            {"TopicA": topic("A"), "TopicB": topic("B")},
            id="list",
        ),
        pytest.param(
            {"Fn::ForEach::Topics": ["Name", {"Ref": "Names"}, {"Topic${Name}": topic()}]},
            {"TopicA": topic(), "TopicB": topic()},
            id="list parameter",
        ),
        pytest.param(
            {
                "Fn::ForEach::Outer": [
                    "Zone",
                    ["A", "B"],
                    {
                        "Fn::ForEach::Inner": [
                            "Suffix",
                            {"Fn::FindInMap": ["Zones", {"Ref": "Zone"}, "Suffixes"]},
                            {"Topic${Zone}${Suffix}": topic({"Fn::Sub": "${Zone}-${Suffix}"})},
                        ],
                        "Only${Zone}": topic(),
                    },
                ]
            },
            {
                "TopicAx": topic("A-x"),
                "TopicAy": topic("A-y"),
                "TopicBz": topic("B-z"),
                "OnlyA": topic(),
                "OnlyB": topic(),
            },
            id="nested, its collection by the outer item",
        ),
        pytest.param(
            {
                "Fn::ForEach::T": [
                    "Ip",
                    ["10.0.0.1", "10.0.0.2"],
                    {"T&{Ip}": topic({"Fn::Sub": "${Ip}&{Ip}"})},
                ]
            },
            {"T10001": topic("10.0.0.110001"), "T10002": topic("10.0.0.210002")},
            id="letters and digits only",
        ),
        pytest.param(
            {"Fn::ForEach::T": ["N", [1, 2.5, True], {"T&{N}": topic({"Ref": "N"})}]},
            {"T1": topic("1"), "T25": topic("2.5"), "Ttrue": topic("true")},
            id="items that are not text",
        ),
        pytest.param(
            {"Fn::ForEach::T": ["N", ["A"], {"T": topic("${N}", Other=["${N}", {"a${N}": 1}, 2])}]},
            {"T": topic("A", Other=["A", {"aA": 1}, 2])},
            id="plain text, lists and keys",
        ),
        pytest.param(
            {"Fn::ForEach::T": ["N", ["A"], {"T": topic({"Fn::Sub": "${N}-${AWS::Region}-${!N}"})}]},
            {"T": topic({"Fn::Sub": "A-${AWS::Region}-${!N}"})},
            id="a Sub that is not done",
        ),
        pytest.param(
            {"T": topic(**{"Fn::ForEach::P": ["N", ["A", "B"], {"Key${N}": {"Ref": "N"}}]})},
            {"T": topic(KeyA="A", KeyB="B")},
            id="in properties",
        ),
        pytest.param(
            {"Fn::ForEach::T": ["N", [], {"T${N}": topic()}], "T": topic()}, {"T": topic()}, id="nothing"
        ),
    ],
)
def test_a_loop_comes_to_what_a_hand_would_write(loops: Any, expected: Any) -> None:
    assert expected == unrolled(loops)["Resources"]


def test_conditions_and_outputs_loop_too() -> None:
    loops = {"Fn::ForEach::T": ["N", {"Ref": "Names"}, {"T${N}": topic() | {"Condition": "Is${N}"}}]}
    conditions = {"Fn::ForEach::C": ["N", {"Ref": "Names"}, {"Is${N}": {"Fn::Equals": [{"Ref": "N"}, "A"]}}]}
    outputs = {
        "Fn::ForEach::O": ["N", ["A"], {"O${N}": {"Value": {"Fn::GetAtt": [{"Fn::Sub": "T${N}"}, "Arn"]}}}]
    }
    system = deployment(Template("service", body(loops, Conditions=conditions, Outputs=outputs)))

    system.check()

    assert [each.logical_id for each in system.resources()] == ["TA"]
    assert system.outputs("service") == {"OA": Reference("service", "TA", "Arn")}


def test_given_values_decide_how_often_a_loop_runs() -> None:
    loops = {"Fn::ForEach::T": ["N", {"Ref": "Nobody"}, {"T${N}": topic()}]}
    system = deployment(Template("service", body(loops)), parameters={"service": {"Nobody": "X,Y,Z"}})

    assert [each.logical_id for each in system.resources()] == ["TX", "TY", "TZ"]
    assert system.template("service") is system.templates[0]
    assert system.resource(Reference("service", "TX")) is system.templates[0].resources["TX"]


def test_a_template_without_loops_is_the_very_same() -> None:
    plain = Template("service", body({"T": topic() | {"DependsOn": ["U"]}, "U": topic()}))

    assert Resolver(plain, region="x").template is plain
    assert deployment(plain).templates == (plain,)


def test_names_put_together_in_a_loop_are_seen_by_the_graph() -> None:
    loops = {
        "Fn::ForEach::T": [
            "N",
            ["A", "B"],
            {
                "Topic${N}": topic(),
                "Policy${N}": resource("SNS::TopicPolicy", Topics=[{"Ref": {"Fn::Sub": "Topic${N}"}}])
                | {"DependsOn": {"Fn::Sub": "Topic${N}"}},
            },
        ]
    }
    found = Resolver(Template("service", body(loops)), region="x").template

    assert references(found)["PolicyA"] == {"TopicA"}
    assert found.resources["PolicyB"].depends_on == ("TopicB",)


@pytest.mark.parametrize(
    ("loop", "where", "sentence"),
    [
        ("text", "Resources/Fn::ForEach::T", "a text stands where a loop is needed"),
        (["N", ["A"]], "Resources/Fn::ForEach::T", "a list of 2 stands where a loop is needed"),
        ([1, ["A"], {}], "Resources/Fn::ForEach::T", "a list of 3 stands where a loop is needed"),
        (["N", "A", {}], "Resources/Fn::ForEach::T", "a text stands where a list is needed"),
        (["N", [["A"]], {}], "Resources/Fn::ForEach::T", "a list of 1 stands where text is needed"),
        (
            ["N", ["A", "A"], {"T${N}": {}}],
            "Resources/Fn::ForEach::T",
            "TA is made twice; give each item a key",
        ),
        (["N", ["A", "B"], {"T": {}}], "Resources/Fn::ForEach::T", "T is made twice"),
        (["N", ["Other"], {"${N}": {}}], "Resources/Other", "Other is made twice"),
        (["N", {"Ref": "Topic"}, {}], "the collection of Fn::ForEach::T/Ref", "Topic is neither a resource"),
        (
            ["N", ["A"], {"X": {"Fn::ForEach::U": ["M", ["A", "A"], {"${M}": 1}]}}],
            "Resources/Fn::ForEach::T/X/Fn::ForEach::U",
            "A is made twice",
        ),
    ],
)
def test_a_mistake_in_a_loop_is_named_with_its_place(loop: Any, where: str, sentence: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        unrolled({"Fn::ForEach::T": loop, "Other": topic()})

    assert refused.value.where == where
    assert sentence in str(refused.value)


@pytest.mark.parametrize("collection", [{"Ref": "Nobody"}, ["A", {"Ref": "Open"}], [{"Fn::Sub": "x${Open}"}]])
def test_a_loop_over_what_nobody_has_given_asks_for_it(collection: Any) -> None:
    with pytest.raises(ValueUnknown, match="the collection of Fn::ForEach::T in template service is unknown"):
        unrolled({"Fn::ForEach::T": ["N", collection, {"T${N}": topic()}]})


def test_a_loop_without_the_transform_is_refused() -> None:
    loops = {"Resources": {"Fn::ForEach::T": ["N", ["A"], {}]}}

    with pytest.raises(TemplateInvalid, match=r'Resources/Fn::ForEach::T: .*; write "Transform": "AWS::Lang'):
        _ = Template("service", loops).resources
    with pytest.raises(TemplateInvalid, match="ask a Resolver or a Deployment for its template"):
        _ = Template("service", loops | {"Transform": TRANSFORM}).resources


def test_loops_that_multiply_without_end_are_refused() -> None:
    loop: Any = {"x".join(f"${{N{level}}}" for level in range(9)): 1}
    for level in range(9):
        loop = {f"Fn::ForEach::L{level}": [f"N{level}", [*map(str, range(50))], loop]}

    with pytest.raises(TemplateInvalid, match="the loops come to more than 500000 values"):
        unrolled(loop)


POLICY = {"Fn::If": ["Live", "Retain", "Delete"]}


def test_policies_and_conditions_may_be_functions() -> None:
    written = topic() | {
        "DeletionPolicy": POLICY,
        "UpdateReplacePolicy": {"Ref": "AWS::NoValue"},
        "Condition": {"Fn::Sub": "Live"},
        "DependsOn": [{"Fn::Sub": "U"}],
    }
    found = Resolver(Template("service", body({"T": written, "U": topic()})), region="x")
    resource_found = found.template.resources["T"]

    assert resource_found.deletion_policy == "Retain"
    assert resource_found.update_replace_policy is None
    assert resource_found.depends_on == ("U",)
    assert found.exists(resource_found) is True


def test_a_policy_that_hangs_on_something_unknown_says_so() -> None:
    either = {"Fn::If": ["Maybe", "Retain", "Delete"]}
    found = Resolver(
        Template("service", body({"T": topic() | {"DeletionPolicy": either, "Condition": either}})),
        region="x",
    )
    policy = found.template.resources["T"].deletion_policy

    assert isinstance(policy, Text)
    assert [type(part) for part in policy.parts] == [Unknown]
    assert isinstance(found.exists(found.template.resources["T"]), Unknown)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("DeletionPolicy", {"a": "b"}),
        ("DeletionPolicy", 1),
        ("Condition", []),
        ("DependsOn", [{"a": "b"}]),
        ("DependsOn", 1),
    ],
)
def test_an_attribute_that_comes_to_no_text_is_refused(attribute: str, value: Any) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        _ = Resolver(Template("x", body({"T": topic() | {attribute: value}})), region="x").template.resources

    assert attribute in str(refused.value)


NAMES = st.lists(st.text("ABC", min_size=1, max_size=3), unique=True, max_size=4)


@given(NAMES, NAMES)
def test_loops_within_loops_come_to_every_pair(outer: list[str], inner: list[str]) -> None:
    fragment = {"T${One}x${Two}": topic({"Fn::Sub": "${Two}-${One}"})}
    loops = {"Fn::ForEach::O": ["One", outer, {"Fn::ForEach::I": ["Two", inner, fragment]}]}

    assert unrolled(loops)["Resources"] == {
        f"T{one}x{two}": topic(f"{two}-{one}") for one in outer for two in inner
    }
