"""Templates of one deployment pass each other values by exports; others stay unknown under their names."""

from __future__ import annotations

from typing import Any

import pytest

from cfn import CircularReference, Deployment, Reference, Template, TemplateInvalid, Unknown
from tests.cfn.making import deployment, resource


def producer(name: str, **outputs: Any) -> Template:
    return Template(
        name,
        {
            "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
            "Resources": {"Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16")},
            "Outputs": outputs,
        },
    )


def exported(value: Any, name: Any, **more: Any) -> dict[str, Any]:
    return {"Value": value, "Export": {"Name": name}, **more}


def imported(found: Deployment, name: Any) -> Any:
    return found.resolver("service").resolve({"Fn::ImportValue": name})


SERVICE = Template("service", {"Parameters": {"Network": {"Type": "String"}}, "Resources": {}})
NETWORK = producer(
    "network",
    Vpc=exported({"Ref": "Vpc"}, {"Fn::Sub": "${AWS::StackName}-vpc"}),
    Block=exported({"Fn::GetAtt": "Vpc.CidrBlock"}, "block"),
    Never=exported("x", "never", Condition="Never"),
    Plain={"Value": 1},
)
SYSTEM = deployment(
    NETWORK, SERVICE, stack_prefix="staging-", parameters={"service": {"Network": "staging-network"}}
)


def test_an_import_comes_to_what_another_template_exports() -> None:
    assert imported(SYSTEM, "block") == "10.0.0.0/16"
    assert imported(SYSTEM, {"Fn::Sub": "${Network}-vpc"}) == Reference("network", "Vpc")
    assert SYSTEM.resource(imported(SYSTEM, "staging-network-vpc")) is NETWORK.resources["Vpc"]


@pytest.mark.parametrize("name", ["nobody", "never"])
def test_an_import_that_nothing_exports_is_unknown_by_its_name(name: str) -> None:
    assert imported(SYSTEM, name) == Unknown(f"no template exports {name}")
    assert str(imported(SYSTEM, name)) == f"${{{name}}}"


def test_an_export_under_a_name_that_is_not_known_is_not_found() -> None:
    unnamed = deployment(NETWORK, SERVICE)

    assert isinstance(imported(unnamed, "network-vpc"), Unknown)
    assert isinstance(imported(unnamed, {"Fn::Sub": "${Network}-vpc"}), Unknown)


def test_two_exports_of_one_name_are_refused() -> None:
    system = deployment(producer("a", One=exported(1, "x")), producer("b", Two=exported(2, "x")), SERVICE)

    with pytest.raises(TemplateInvalid, match=r"template b, Outputs/Two/Export: a.One exports x too"):
        imported(system, "x")


def test_exports_that_wait_for_each_other_are_shown_as_a_circle() -> None:
    one = producer("one", A=exported({"Fn::ImportValue": "b"}, "a"))
    two = producer("two", B=exported({"Fn::ImportValue": "a"}, "b"))

    with pytest.raises(CircularReference) as refused:
        deployment(one, two).outputs("one")

    assert refused.value.path == ("export b", "export a", "export b")


def test_outputs_come_to_their_values() -> None:
    assert SYSTEM.outputs("network") == {
        "Vpc": Reference("network", "Vpc"),
        "Block": "10.0.0.0/16",
        "Plain": 1,
    }


@pytest.mark.parametrize(
    ("output", "where"),
    [
        ({}, "Outputs/X"),
        ({"Value": {"Ref": "Nobody"}}, "Outputs/X/Value/Ref"),
        ({"Value": 1, "Condition": "Nope"}, "Conditions"),
        ({"Value": 1, "Export": "x"}, "Outputs/X/Export"),
        ({"Value": 1, "Export": {"Name": {"Ref": "Nobody"}}}, "Outputs/X/Export/Name/Ref"),
    ],
)
def test_a_mistake_in_an_output_is_named_with_its_place(output: Any, where: str) -> None:
    system = deployment(producer("network", X=output), SERVICE)

    with pytest.raises(TemplateInvalid) as refused:
        _ = system.outputs("network"), imported(system, "x")

    assert refused.value.where == where
