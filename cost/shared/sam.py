"""Types of the Serverless Application Model, read as the types that they become.

A pricing of the real type is given a Context in which a property that the resource leaves out is looked
up under its other name, then in the template's `Globals`, and then among what the transform sets.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from cfn.values import Reference, Unknown
from cost.context import Context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cfn.template import Resource

PREFIX = "AWS::Serverless::"
RENAMED: Mapping[str, Mapping[str, str]] = {
    "Function": {"TracingConfig.Mode": "Tracing"},
    "Api": {"EndpointConfiguration.Types": "EndpointConfiguration.Type"},
    "StateMachine": {
        "StateMachineType": "Type",
        "TracingConfiguration.Enabled": "Tracing.Enabled",
        "LoggingConfiguration.Destinations": "Logging.Destinations",
    },
}
"""What a property of the real type is called here."""


@dataclass(frozen=True)
class SamContext(Context):
    """A Context that reads properties of `AWS::Serverless` types by the names of the real ones."""

    implied: Mapping[str, Any] = field(default_factory=dict)
    """What the transform sets where nobody says anything."""

    def get(self, resource: Resource, path: str, default: Any = None) -> Any:
        """A property by its path in the real type."""
        if not resource.type.startswith(PREFIX):
            return super().get(resource, path, default)
        kind = resource.type.removeprefix(PREFIX)
        path = RENAMED.get(kind, {}).get(path, path)
        value = super().get(resource, path)
        if value is None:
            value = self._global(resource, kind, path)
        return self.implied.get(path, default) if value is None else value

    def _global(self, resource: Resource, kind: str, path: str) -> Any:
        given = resource.template.body.get("Globals")
        section = given.get(kind) if isinstance(given, dict) else None
        first, _, rest = path.partition(".")
        if not isinstance(section, dict) or first not in section:
            return None
        resolver = self.deployment.resolver(resource.template.name)
        return _follow(resolver.resolve(section[first], f"Globals/{kind}/{first}"), rest)


def read_as_real(context: Context, **implied: Any) -> SamContext:
    """A context in which types of the model are read as the types that they become."""
    given = {each.name: getattr(context, each.name) for each in fields(Context)}
    return SamContext(**given, implied=implied)


def _follow(value: Any, path: str) -> Any:
    if not path or isinstance(value, Reference | Unknown):
        return value
    step, _, rest = path.partition(".")
    if isinstance(value, dict):
        return _follow(value.get(step), rest)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return _follow(value[int(step)], rest)
    return None
