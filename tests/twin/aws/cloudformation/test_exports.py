"""Exports: nobody else may have their names, and in use they neither change nor go.

"Get exported outputs from a deployed CloudFormation stack", using-cfn-stack-exports.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.aws.cloudformation.small import parameter, refusal, status, template

if TYPE_CHECKING:
    from twin.aws.clients import Aws


def exporting(value: str) -> str:
    """A template that exports a value as e."""
    return template({"A": parameter()}, Outputs={"O": {"Value": value, "Export": {"Name": "e"}}})


@pytest.fixture
def cloudformation(aws: Aws) -> Any:
    """CloudFormation with a stack that exports and one that imports."""
    client = aws.client("cloudformation")
    client.create_stack(StackName="exporter", TemplateBody=exporting("v"))
    name = {"Fn::Sub": "${Name}"}
    importing = template(
        {"B": parameter({"Fn::ImportValue": name}, Name="/imported")},
        Parameters={"Name": {"Type": "String", "Default": "e"}},
    )
    client.create_stack(StackName="importer", TemplateBody=importing)
    assert "v" == aws.client("ssm").get_parameter(Name="/imported")["Parameter"]["Value"]
    return client


def reasons(cloudformation: Any, name: str) -> set[str | None]:
    """What the events of a stack give as reasons."""
    found = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return {event.get("ResourceStatusReason") for event in found}


@pytest.mark.parametrize(
    ("body", "verb"), [(exporting("w"), "update"), (template({"A": parameter("w")}), "delete")]
)
def test_an_export_in_use_stays_what_it_is(aws: Aws, cloudformation: Any, body: str, verb: str) -> None:
    cloudformation.update_stack(StackName="exporter", TemplateBody=body)

    assert "UPDATE_ROLLBACK_COMPLETE" == status(aws, "exporter")
    assert f"Cannot {verb} export e as it is in use by importer. " in reasons(cloudformation, "exporter")
    assert [("e", "v")] == [(one["Name"], one["Value"]) for one in cloudformation.list_exports()["Exports"]]


def test_a_stack_with_an_export_in_use_is_not_deleted(cloudformation: Any) -> None:
    _, sentence = refusal(lambda: cloudformation.delete_stack(StackName="exporter"))
    assert "Export e cannot be deleted as it is in use by importer" == sentence

    cloudformation.delete_stack(StackName="importer")
    cloudformation.delete_stack(StackName="exporter")
    assert [] == cloudformation.describe_stacks()["Stacks"]


def test_the_name_of_an_export_is_taken_once(aws: Aws, cloudformation: Any) -> None:
    cloudformation.create_stack(StackName="twin", TemplateBody=exporting("v"))

    assert "ROLLBACK_COMPLETE" == status(aws, "twin")
    told = "Export with name e is already exported by stack exporter. Rollback requested by user."
    assert told in reasons(cloudformation, "twin")
