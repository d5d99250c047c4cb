"""What is compared of a template: its resources' bodies with everything resolved, and its other sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cfn.constraints import is_secret
from cfn.outputs import outputs
from cfn.registry import schema_of
from cfn.values import Reference, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cfn.deployment import Deployment
    from cfn.template import Resource, Template

    Document = dict[str, Any]

HIDDEN: Final = "****"
"""How AWS shows a parameter's value that is NoEcho."""


@dataclass(frozen=True, slots=True)
class Part:
    """One template of a deployment, ready to be compared.

    Resource bodies have the keys that templates have; a resource whose condition does not hold is not there.
    """

    resources: dict[str, Document]
    sections: Document
    secrets: frozenset[str]
    """What must not be shown."""


NOTHING: Final = Part({}, {}, frozenset())
"""A template that is not there."""


def part(deployment: Deployment, template: Template, names: Mapping[str, str]) -> Part:
    """A template with its values resolved; `names` are what templates are called on the other side."""
    resources = {
        resource.logical_id: _renamed(_body(deployment, resource), names)
        for resource in deployment.resources()
        if resource.template is template
    }
    secrets = {
        str(one["Default"]) for one in template.parameters.values() if is_secret(one) and one.get("Default")
    }
    return Part(resources, _renamed(_sections(deployment, template), names), frozenset(secrets))


def hidden(value: Any, secrets: frozenset[str]) -> Any:
    """The value as it may be shown."""
    if not secrets:
        return value
    if isinstance(value, dict):
        return {key: hidden(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [hidden(item, secrets) for item in value]
    if isinstance(value, Text):
        return Text([hidden(one, secrets) for one in value.parts])
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
    return value


def _body(deployment: Deployment, resource: Resource) -> Document:
    """A resource's body; a condition that is not decided stands there by its name."""
    schema = schema_of(resource.type, deployment.region)
    properties = deployment.properties(resource)
    others = {
        key: value
        for key, value in resource.body.items()
        if key not in ("Type", "Properties", "Condition", "DependsOn")
    }
    if resource.depends_on:
        others["DependsOn"] = sorted(resource.depends_on)
    if resource.condition and deployment.resolver(resource.template.name).exists(resource) is not True:
        others["Condition"] = resource.condition
    return {
        "Type": resource.type,
        "Properties": schema.coerced(properties) if schema else properties,
        **others,
    }


def _sections(deployment: Deployment, template: Template) -> Document:
    """Everything beside the resources; outputs are resolved, the rest is as it is written."""
    sections = {key: value for key, value in template.body.items() if key not in ("Resources", "Outputs")}
    values = outputs(deployment.resolver(template.name))
    given = {name: {**template.outputs[name], "Value": value} for name, value in values.items()}
    for one in given.values():
        if export := one.get("Export"):
            one["Export"] = deployment.resolver(template.name).resolve(export)
    return sections | ({"Outputs": given} if given else {})


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The value with templates called as on the other side."""
    if not names:
        return value
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if isinstance(value, Reference) and value.template_name in names:
        return Reference(names[value.template_name], value.logical_id, value.attribute)
    if isinstance(value, Text):
        return Text([_renamed(one, names) for one in value.parts])
    return value
