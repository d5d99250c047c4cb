"""Exports: nobody else may have their names, and in use they neither change nor go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.twin.aws.cloudformation.small import parameter, refusal, status, template

if TYPE_CHECKING:
    from twin.aws.clients import Aws

E = {"E": {"Type": "String", "Default": "e"}}


def test_an_export_in_use_neither_changes_nor_goes(aws: Aws) -> None:
    """using-cfn-stack-exports.html."""

    def exporting(value: str, **sections: Any) -> str:
        return template({"A": parameter(value)}, **sections)

    def outputs(value: Any, name: str = "e") -> dict[str, Any]:
        return {"Outputs": {"O": {"Value": value, "Export": {"Name": name}}}}

    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=exporting("v", **outputs("v")))
    importer = template({"B": parameter({"Fn::ImportValue": {"Fn::Sub": "${E}"}})}, Parameters=E)
    cloudformation.create_stack(StackName="importer", TemplateBody=importer)

    for body, verb in ((exporting("w", **outputs("w")), "update"), (exporting("w"), "delete")):
        cloudformation.update_stack(StackName="s", TemplateBody=body)
        assert "UPDATE_ROLLBACK_COMPLETE" == status(aws, "s")
        reasons = {event.get("ResourceStatusReason") for event in events_of(aws, "s")}
        assert f"Cannot {verb} export e as it is in use by importer. " in reasons
    _, sentence = refusal(lambda: cloudformation.delete_stack(StackName="s"))
    assert "Export e cannot be deleted as it is in use by importer" == sentence

    cloudformation.create_stack(StackName="twin", TemplateBody=exporting("v", **outputs("v")))
    reasons = {event.get("ResourceStatusReason") for event in events_of(aws, "twin")}
    assert "Export with name e is already exported by stack s. Rollback requested by user." in reasons
    cloudformation.delete_stack(StackName="importer")
    cloudformation.delete_stack(StackName="s")
    assert ["twin"] == [stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]]


def events_of(aws: Aws, name: str) -> list[dict[str, Any]]:
    """All events of a stack."""
    found: list[dict[str, Any]] = aws.client("cloudformation").describe_stack_events(StackName=name)[
        "StackEvents"
    ]
    return found
