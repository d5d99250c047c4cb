"""What needs what, read from all that a template says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn import CircularReference, Template, TemplateInvalid
from cfn.graph import order, references, unreferenced
from tests.cfn.making import resource, template

TEMPLATE = template(
    "service",
    {"Stage": {"Type": "String"}},
    Role=resource("IAM::Role"),
    Group=resource("Logs::LogGroup"),
    Key=resource("KMS::Key"),
    Function=resource(
        "Lambda::Function",
        Role={"Fn::GetAtt": "Role.Arn"},
        Name={"Fn::Sub": ["${Stage}-${AWS::Region}-${Local}-${!Literal}", {"Local": {"Ref": "Key"}}]},
    )
    | {"DependsOn": "Group"},
    Alias=resource("Lambda::Alias", FunctionName={"Fn::Sub": "${Function.Arn}"})
    | {"UpdatePolicy": {"CodeDeployLambdaAliasUpdate": {"ApplicationName": {"Ref": "Group"}}}},
)


def test_every_way_of_naming_a_resource_counts() -> None:
    assert references(TEMPLATE) == {
        "Role": set(),
        "Group": set(),
        "Key": set(),
        "Function": {"Role", "Group", "Key"},
        "Alias": {"Function", "Group"},
    }


def test_both_branches_of_a_condition_count() -> None:
    either = {"Fn::If": ["Any", {"Ref": "A"}, {"Ref": "B"}]}

    assert references(template(A=resource("A::A"), B=resource("B::B"), C=resource("C::C", X=either)))[
        "C"
    ] == {"A", "B"}


def test_nobody_names_what_is_unreferenced() -> None:
    assert unreferenced(TEMPLATE) == ["Alias"]


def test_an_output_is_a_reader_too() -> None:
    with_output = Template("service", TEMPLATE.body | {"Outputs": {"Alias": {"Value": {"Ref": "Alias"}}}})

    assert unreferenced(with_output) == []


def test_a_resource_that_names_itself_is_unreferenced() -> None:
    assert unreferenced(template(A=resource("A::A", X={"Ref": "A"}))) == ["A"]


def test_what_is_needed_stands_before_what_needs_it() -> None:
    assert order(TEMPLATE) == ["Group", "Key", "Role", "Function", "Alias"]


@pytest.mark.parametrize(
    ("links", "circle"),
    [
        ({"A": "B", "B": "C", "C": "A"}, ("A", "B", "C", "A")),
        ({"A": "A"}, ("A", "A")),
        ({"A": "B", "B": "C", "C": "B"}, ("B", "C", "B")),
    ],
)
def test_a_circle_is_shown_with_its_way_round(links: dict[str, str], circle: tuple[str, ...]) -> None:
    with pytest.raises(CircularReference) as refused:
        order(template(**{name: resource("X::X", Other={"Ref": other}) for name, other in links.items()}))

    assert refused.value.path == circle


@pytest.mark.parametrize(
    "body",
    [
        resource("X::X") | {"DependsOn": "Nobody"},
        resource("X::X", A={"Ref": "Nobody"}),
        resource("X::X", A=[{"Fn::GetAtt": ["Nobody", "Arn"]}]),
        resource("X::X", A={"Fn::Sub": "${Nobody.Arn}"}),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_its_place(body: Any) -> None:
    with pytest.raises(TemplateInvalid, match="template service, Resources/X: Nobody is named and not there"):
        references(template(X=body))


def test_a_malformed_function_is_refused_with_its_place() -> None:
    with pytest.raises(TemplateInvalid, match="template service, Resources/X: "):
        references(template(X=resource("X::X", A={"Fn::GetAtt": 5})))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_the_order_holds_for_every_graph_without_circles(pairs: list[tuple[int, int]]) -> None:
    needs: dict[int, list[int]] = {number: [] for number in range(10)}
    for one, other in pairs:
        if one != other:
            needs[max(one, other)].append(min(one, other))
    graph = template(
        **{
            f"R{n}": resource("X::X", Others=[{"Ref": f"R{m}"} for m in others])
            for n, others in needs.items()
        }
    )

    placed = order(graph)

    assert sorted(placed) == sorted(graph.resources)
    for name, needed in references(graph).items():
        assert all(placed.index(other) < placed.index(name) for other in needed)


def test_a_chain_may_be_as_long_as_it_likes() -> None:
    needs = {f"R{n:04}": [{"Ref": f"R{n + 1:04}"}] if n < 1999 else [] for n in range(2000)}
    chain = template(**{name: resource("X::X", Others=others) for name, others in needs.items()})

    assert order(chain) == sorted(needs, reverse=True)


def test_a_malformed_output_is_refused_with_its_place() -> None:
    broken = Template("service", TEMPLATE.body | {"Outputs": {"X": {"Value": {"Fn::GetAtt": 5}}}})

    with pytest.raises(TemplateInvalid, match="template service, Outputs: "):
        unreferenced(broken)


def test_a_name_that_a_function_puts_together_is_not_seen() -> None:
    named = {"Fn::GetAtt": [{"Fn::Join": ["", ["A", "B"]]}, "Arn"]}

    assert references(template(AB=resource("A::A"), X=resource("X::X", Y=named)))["X"] == set()


def test_a_value_nested_too_deeply_is_refused() -> None:
    value: Any = "x"
    for _ in range(2000):
        value = [value]

    with pytest.raises(TemplateInvalid, match="it is nested too deeply"):
        references(template(X=resource("X::X", Y=value)))
