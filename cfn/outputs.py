"""What a stack gives to others: its outputs, and the names under which it exports them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.errors import TemplateInvalid

if TYPE_CHECKING:
    from cfn.resolve import Resolver


def outputs(resolver: Resolver) -> dict[str, Any]:
    """Values of the outputs by name; one whose condition does not hold is left out.

    Raises TemplateInvalid.
    """
    return {name: output(resolver, name) for name in resolver.template.outputs if _exists(resolver, name)}


def output(resolver: Resolver, name: str) -> Any:
    """The value of one output; raises TemplateInvalid."""
    declaration = resolver.template.outputs[name]
    if "Value" not in declaration:
        raise TemplateInvalid(resolver.template.name, f"Outputs/{name}", "it has no Value", "write one")
    return resolver.resolve(declaration["Value"], f"Outputs/{name}/Value")


def exports(resolver: Resolver) -> dict[str, str]:
    """Names of outputs by the names of their exports, without those that are not known.

    Raises TemplateInvalid.
    """
    names = {
        name: _export_name(resolver, name)
        for name, declaration in resolver.template.outputs.items()
        if "Export" in declaration and _exists(resolver, name)
    }
    return {export: name for name, export in names.items() if type(export) is str}


def _exists(resolver: Resolver, name: str) -> bool:
    condition = resolver.template.outputs[name].get("Condition")
    return condition is None or resolver.holds(condition) is not False


def _export_name(resolver: Resolver, name: str) -> Any:
    export, where = resolver.template.outputs[name]["Export"], f"Outputs/{name}/Export"
    if not isinstance(export, dict) or "Name" not in export:
        raise TemplateInvalid(resolver.template.name, where, "it has no Name", 'write {"Name": "..."}')
    return resolver.resolve(export["Name"], f"{where}/Name")
