"""One stack while it is built: a template that knows its environment, tags, and how values travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from troposphere import Join, Output, Parameter, Ref, Template, ssm

from stacks.naming import parameter_path
from stacks.tags import environment_tags, tag
from stacks.values import KEY_ARN

if TYPE_CHECKING:
    from troposphere import AWSObject

    from stacks.settings import Environment
    from stacks.values import Value

_R = TypeVar("_R", bound="AWSObject")


def given(condition: object, **properties: Any) -> dict[str, Any]:
    """Properties that are set only if the condition holds, to be unpacked into a call."""
    return properties if condition else {}


class Stack:
    """A template under construction; components add to it and read from the stacks before it."""

    def __init__(self, name: str, environment: Environment, description: str) -> None:
        self.name = name
        self.environment = environment
        self.template = Template(Description=f"Miyabi Society backend, {environment.name}: {description}")
        self._tags = environment_tags(environment, name)
        self._published: dict[Value, Any] = {}

    def add(self, resource: _R) -> _R:
        """Add a resource with the stack's tags."""
        tag(resource, self._tags)
        self.template.add_resource(resource)
        return resource

    def parameter(self, name: str, kind: str, description: str, **properties: Any) -> Ref:
        """Declare what only the operator or the deployment knows, and refer to it."""
        if name not in self.template.parameters:
            self.template.add_parameter(Parameter(name, Type=kind, Description=description, **properties))
        return Ref(name)

    def publish(self, value: Value, content: Any) -> None:
        """Write a value for the stacks behind this one, and show it as an output."""
        self._published[value] = content
        text = Join(",", content) if value.is_list else content
        self.add(
            ssm.Parameter(
                f"{value.title}Parameter",
                Name=parameter_path(self.environment.system, value.stack, value.name),
                Type="StringList" if value.is_list else "String",
                Value=text,
                Description=value.description,
            )
        )
        self.output(value.title, text, value.description)

    def read(self, value: Value) -> Any:
        """Refer to a value that this stack, an earlier one or the deployment has written."""
        if value in self._published:
            return self._published[value]
        return self.parameter(
            value.title,
            f"AWS::SSM::Parameter::Value<{value.type}>",
            value.description,
            Default=parameter_path(self.environment.system, value.stack, value.name),
        )

    def output(self, name: str, content: Any, description: str) -> None:
        """Show a value to the operator."""
        self.template.add_output(Output(name, Value=content, Description=description))

    @property
    def encryption(self) -> dict[str, Any]:
        """`KmsKeyId` for a resource, if the environment has a key of its own."""
        return self.encrypted_by("KmsKeyId")

    def encrypted_by(self, name: str) -> dict[str, Any]:
        """Our key under the name that a type gives to that property, if the environment has a key."""
        return {name: self.read(KEY_ARN)} if self.environment.own_key else {}

    @property
    def keep(self) -> dict[str, Any]:
        """What happens to data when its resource goes: kept where stacks are protected.

        A first deployment that fails leaves nothing behind that would be in the way of the second.
        """
        on_delete = "RetainExceptOnCreate" if self.environment.termination_protection else "Delete"
        return {"DeletionPolicy": on_delete, "UpdateReplacePolicy": "Retain"}
