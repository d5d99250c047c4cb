"""What a stack gives to others: its outputs, the exports among them, and what it imports itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cfn.errors import CfnError
from cfn.outputs import outputs
from cfn.values import unsettled_parts
from twin.aws.cloudformation.errors import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn.resolve import Resolver

    Outputs = dict[str, dict[str, Any]]


NO_TEXT = "Template format error: The Value field of every Outputs member must evaluate to a String."


def told_outputs(resolver: Resolver) -> Outputs:
    """Value, Description and Export of each output; raises Failed for one that can't be worked out."""
    try:
        values = outputs(resolver)
        return {name: _told(resolver, name, value) for name, value in sorted(values.items())}
    except CfnError as error:
        raise Failed("Outputs", str(error)) from None


def exports_of(told: Outputs) -> dict[str, str]:
    """Values by the names under which they are exported."""
    return {output["Export"]: output["Value"] for output in told.values() if "Export" in output}


def imports_of(resolver: Resolver) -> frozenset[str]:
    """Names of all exports that a template reads."""
    return frozenset(_imported(resolver, resolver.template.body))


def _told(resolver: Resolver, name: str, value: Any) -> dict[str, Any]:
    for unknown in unsettled_parts(value):
        raise Failed("Outputs", f"the local AWS can't know what {unknown} in output {name} comes to")
    declared: Mapping[str, Any] = resolver.template.outputs[name]
    if isinstance(value, list | dict):
        raise Failed("Outputs", NO_TEXT)
    told = {"Value": value if isinstance(value, str) else json.dumps(value)}
    if "Description" in declared:
        told["Description"] = str(declared["Description"])
    if "Export" in declared:
        told["Export"] = str(resolver.resolve(declared["Export"]["Name"], f"Outputs/{name}/Export/Name"))
    return told


def _imported(resolver: Resolver, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _imported(resolver, item)
    elif isinstance(value, dict):
        if set(value) == {"Fn::ImportValue"}:
            yield str(resolver.resolve(value["Fn::ImportValue"]))
        for item in value.values():
            yield from _imported(resolver, item)
