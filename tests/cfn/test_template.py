"""A template is read as written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cfn import Template, TemplateInvalid, TemplateUnreadable

if TYPE_CHECKING:
    from pathlib import Path

BODY = {
    "Metadata": {"Version": "1"},
    "Parameters": {"Stage": {"Type": "String"}},
    "Outputs": {"Name": {"Value": "x"}},
    "Resources": {
        "Zebra": {"Type": "AWS::S3::Bucket"},
        "Ant": {
            "Type": "AWS::RDS::DBInstance",
            "Condition": "Wanted",
            "DeletionPolicy": "Snapshot",
            "UpdateReplacePolicy": "Retain",
            "DependsOn": ["Zebra"],
            "Metadata": {"why": "because"},
            "Properties": {"Engine": "postgres"},
        },
        "Bee": {"Type": "AWS::S3::Bucket", "DependsOn": "Ant"},
    },
}


def test_a_file_gives_its_name_to_the_template(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_text(json.dumps(BODY), encoding="utf-8")

    assert Template.load(path).name == "network"
    assert Template.load(path, "other").name == "other"
    assert Template.load(path).body == BODY


def test_resources_are_sorted_by_their_logical_ids() -> None:
    assert list(Template("x", BODY).resources) == ["Ant", "Bee", "Zebra"]


def test_resources_are_found_by_type() -> None:
    template = Template("x", BODY)

    assert [r.logical_id for r in template.of_type("AWS::S3::Bucket")] == ["Bee", "Zebra"]
    assert [r.logical_id for r in template.of_type("AWS::RDS::DBInstance", "AWS::S3::Bucket")] == [
        "Ant",
        "Bee",
        "Zebra",
    ]


def test_sections_that_are_left_out_are_empty() -> None:
    template = Template("x", {"Resources": {}})

    assert [{}] * 5 == [
        template.parameters,
        template.outputs,
        template.metadata,
        template.mappings,
        template.conditions,
    ]


def test_sections_are_what_is_written() -> None:
    template = Template("x", BODY)

    assert (template.parameters, template.outputs, template.metadata) == (
        BODY["Parameters"],
        BODY["Outputs"],
        BODY["Metadata"],
    )


def test_a_resource_tells_its_attributes() -> None:
    ant = Template("x", BODY).resources["Ant"]

    assert ("Snapshot", "Retain", ("Zebra",), {"why": "because"}, {"Engine": "postgres"}, "Wanted") == (
        ant.deletion_policy,
        ant.update_replace_policy,
        ant.depends_on,
        ant.metadata,
        ant.properties,
        ant.condition,
    )
    assert (str(ant), repr(ant)) == ("x.Ant", "<x.Ant AWS::RDS::DBInstance>")
    assert repr(ant.template) == "<template x>"


def test_attributes_that_are_left_out_are_none_or_empty() -> None:
    zebra = Template("x", BODY).resources["Zebra"]

    assert (zebra.deletion_policy, zebra.update_replace_policy, zebra.condition) == (None, None, None)
    assert (zebra.depends_on, zebra.metadata, zebra.properties) == ((), {}, {})


def test_one_dependency_may_be_written_without_a_list() -> None:
    assert Template("x", BODY).resources["Bee"].depends_on == ("Ant",)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateUnreadable, match=r"network.json can't be read: there is no such file"):
        Template.load(tmp_path / "network.json")


@pytest.mark.parametrize("text", ["", "{", "[]", '"text"', "\xff"])
def test_a_file_that_holds_no_json_object_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "network.json"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(TemplateUnreadable):
        Template.load(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateUnreadable):
        Template.load(tmp_path)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "Resources"),
        ({"Resources": []}, "Resources"),
        ({"Resources": {"A": "x"}}, "Resources/A"),
        ({"Resources": {"A": {}}}, "Resources/A"),
        ({"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": []}}}, "Resources/A"),
        ({"Resources": {"A": {"Type": "AWS::S3::Bucket", "Metadata": None}}}, "Resources/A"),
        ({"Resources": {"A": {"Type": "AWS::S3::Bucket", "Condition": {"Fn::Sub": "x"}}}}, "Resources/A"),
        ({"Resources": {"A": {"Type": "AWS::S3::Bucket", "DeletionPolicy": 1}}}, "Resources/A"),
        ({"Resources": {"A": {"Type": "AWS::S3::Bucket", "DependsOn": [1]}}}, "Resources/A"),
        ({"Resources": {"A": {"Type": "AWS::S3::Bucket", "DependsOn": None}}}, "Resources/A"),
    ],
)
def test_a_body_that_is_no_template_is_refused_with_the_place(body: dict[str, Any], where: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        _ = Template("x", body).resources

    assert refused.value.where == where


def test_loading_refuses_a_malformed_body_at_once(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_text("{}", encoding="utf-8")

    with pytest.raises(TemplateInvalid):
        Template.load(path)
