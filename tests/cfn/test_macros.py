"""What only AWS can write into a template stays unknown, and the rest of it is read all the same."""

from __future__ import annotations

from typing import Any

import pytest

from cfn import Resolver, Template, TemplateInvalid, Unknown
from cfn.graph import order
from tests.cfn.making import deployment, resource

SERVERLESS = "AWS::Serverless-2016-10-31"
INCLUDE = {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/part.yaml"}}
SAM: dict[str, Any] = {
    "Transform": SERVERLESS,
    "Globals": {"Function": {"Timeout": 5}},
    "Resources": {
        "Function": resource(
            "Serverless::Function",
            Handler="app.handler",
            Events={"Get": {"Type": "HttpApi", "Properties": {"ApiId": {"Ref": "ServerlessHttpApi"}}}},
        )
        | {"DependsOn": "ServerlessHttpApi"},
        "Alarm": resource("CloudWatch::Alarm", Name={"Ref": "Function.Alias"}) | {"Condition": "Wanted"},
    },
    "Outputs": {
        "Url": {"Value": {"Fn::Sub": "https://${ServerlessHttpApi}.x/"}},
        "Role": {"Value": {"Fn::GetAtt": ["FunctionRole", "Arn"]}},
    },
}


def test_a_serverless_template_is_read_and_what_sam_makes_is_unknown() -> None:
    system = deployment(Template("sam", SAM))

    system.check()

    assert [each.type for each in system.resources()] == [
        "AWS::CloudWatch::Alarm",
        "AWS::Serverless::Function",
    ]
    assert system.outputs("sam")["Url"] == "https://${ServerlessHttpApi}.x/"
    assert isinstance(system.outputs("sam")["Role"], Unknown)
    assert SERVERLESS in system.outputs("sam")["Role"].reason


@pytest.mark.parametrize(
    ("transform", "transforms", "macros"),
    [
        (None, (), ()),
        (SERVERLESS, (SERVERLESS,), (SERVERLESS,)),
        ([SERVERLESS, "AWS::LanguageExtensions"], (SERVERLESS, "AWS::LanguageExtensions"), (SERVERLESS,)),
        (INCLUDE, ("AWS::Include",), ("AWS::Include",)),
        ([{"Name": "Mine"}, "Ours"], ("Mine", "Ours"), ("Mine", "Ours")),
    ],
)
def test_a_template_tells_its_transforms(transform: Any, transforms: Any, macros: Any) -> None:
    template = Template("x", {"Resources": {}} | ({"Transform": transform} if transform else {}))

    assert (transforms, macros) == (template.transforms, template.macros)


@pytest.mark.parametrize("transform", [5, [[]], {"Parameters": {}}, [None]])
def test_a_transform_without_a_name_is_refused(transform: Any) -> None:
    with pytest.raises(TemplateInvalid, match=r"template x, Transform: a .* stands where a macro's name is"):
        Resolver(Template("x", {"Resources": {}, "Transform": transform}), region="x")


def test_what_a_macro_inserts_beside_resources_is_left_out_and_told() -> None:
    template = Template(
        "x",
        {
            "Mappings": {"Fn::Transform": INCLUDE},
            "Parameters": {"Fn::Transform": INCLUDE},
            "Resources": {
                "Fn::Transform": {"Name": "Mine"},
                "Whole": {"Fn::Transform": INCLUDE},
                "Topic": resource("SNS::Topic", Name={"Ref": "Elsewhere"}) | {"DependsOn": "Whole"},
            },
        },
    )
    resolver = Resolver(template, region="x")

    assert list(template.resources) == ["Topic"]
    assert template.macros == ("AWS::Include", "Mine")
    assert order(template) == ["Topic"]
    assert isinstance(resolver.properties(template.resources["Topic"])["Name"], Unknown)
    assert isinstance(resolver.resolve({"Fn::FindInMap": ["A", "b", "c", {"DefaultValue": 1}]}), Unknown)


@pytest.mark.parametrize("properties", [{"Fn::Transform": INCLUDE}, {"Fn::Transform": INCLUDE, "Name": "x"}])
def test_a_property_that_a_macro_may_write_is_unknown_and_no_default(properties: Any) -> None:
    template = Template("x", {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": properties}}})
    system = deployment(template)

    found = system.get(template.resources["Topic"], "Display.Name", "default")

    assert found == Unknown("AWS::Include writes it when the stack is deployed")
    assert system.get(template.resources["Topic"], "Name") in ("x", found)


def test_resolving_twice_changes_nothing_that_a_macro_writes() -> None:
    resolver = Resolver(Template("x", {"Resources": {}}), region="x")
    once = resolver.resolve([{"Fn::Transform": INCLUDE, "a": 1}, {"Fn::Transform": INCLUDE}])

    assert once == resolver.resolve(once)


def test_without_a_macro_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(TemplateInvalid, match="ServerlessHttpApi is neither a resource nor a parameter"):
        deployment(Template("x", {key: SAM[key] for key in ("Resources", "Outputs")})).outputs("x")
