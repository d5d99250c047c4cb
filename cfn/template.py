"""A CloudFormation template as written: its sections and its resources, nothing evaluated."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cfn.errors import TemplateInvalid, TemplateUnreadable

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Resource:
    """One resource of a template, as written there."""

    template: Template
    logical_id: str
    type: str
    body: dict[str, Any]

    def __repr__(self) -> str:
        """For example `<service.ApiFunction AWS::Lambda::Function>`."""
        return f"<{self} {self.type}>"

    def __str__(self) -> str:
        """For example `service.ApiFunction`."""
        return f"{self.template.name}.{self.logical_id}"

    @property
    def properties(self) -> dict[str, Any]:
        """The properties as written, functions and all."""
        properties: dict[str, Any] = self.body.get("Properties", {})
        return properties

    @property
    def metadata(self) -> dict[str, Any]:
        """The resource's own Metadata."""
        metadata: dict[str, Any] = self.body.get("Metadata", {})
        return metadata

    @property
    def deletion_policy(self) -> str | None:
        """None when left out: CloudFormation then deletes, or snapshots a database cluster."""
        return self.body.get("DeletionPolicy")

    @property
    def update_replace_policy(self) -> str | None:
        """None when left out: CloudFormation then deletes what it replaced."""
        return self.body.get("UpdateReplacePolicy")

    @property
    def condition(self) -> str | None:
        """Name of the condition without which the resource does not exist."""
        return self.body.get("Condition")

    @property
    def depends_on(self) -> tuple[str, ...]:
        """Logical ids that DependsOn names, one or several."""
        named = self.body.get("DependsOn", ())
        return (named,) if isinstance(named, str) else tuple(named)


@dataclass(frozen=True, eq=False, repr=False)
class Template:
    """A template under the name of its stack within a deployment.

    The body is read, never copied or changed: who changes it makes a new Template.

        >>> template = Template("network", {"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}})
        >>> template.resources["Vpc"].type
        'AWS::EC2::VPC'
    """

    name: str
    body: dict[str, Any]

    def __repr__(self) -> str:
        """For example `<template network>`."""
        return f"<template {self.name}>"

    @classmethod
    def load(cls, path: Path, name: str | None = None) -> Template:
        """Read a JSON file; its name without suffix is the template's, unless another is given.

        Raises TemplateUnreadable or TemplateInvalid.
        """
        try:
            body = json.loads(path.read_bytes())
        except FileNotFoundError:
            raise TemplateUnreadable(path, "there is no such file") from None
        except OSError as error:
            raise TemplateUnreadable(path, error.strerror or str(error)) from None
        except ValueError as error:  # not UTF-8, or not JSON
            raise TemplateUnreadable(path, f"it is not JSON ({error})") from None
        if not isinstance(body, dict):
            raise TemplateUnreadable(path, "it holds no JSON object")
        template = cls(name or path.stem, body)
        template.resources  # noqa: B018  # a malformed file is refused here, not at its first use
        return template

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """All resources by logical id, sorted."""
        if "Resources" not in self.body:
            raise TemplateInvalid(
                self.name, "Resources", "the section is missing", "describe at least one resource"
            )
        return {
            logical_id: self._resource(logical_id, body)
            for logical_id, body in sorted(self._section("Resources").items())
        }

    def of_type(self, *types: str) -> list[Resource]:
        """Resources of any of these types, sorted by logical id."""
        return [resource for resource in self.resources.values() if resource.type in types]

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Declarations of the parameters, by name."""
        return self._section("Parameters")

    @cached_property
    def mappings(self) -> dict[str, Any]:
        """What Fn::FindInMap looks into."""
        return self._section("Mappings")

    @cached_property
    def conditions(self) -> dict[str, Any]:
        """Expressions of the conditions, by name."""
        return self._section("Conditions")

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """Declarations of the outputs, by name."""
        return self._section("Outputs")

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """The template's own Metadata."""
        return self._section("Metadata")

    def _section(self, key: str) -> dict[str, Any]:
        section = self.body.get(key, {})
        if not isinstance(section, dict):
            raise TemplateInvalid(
                self.name, key, f"a {type(section).__name__} stands there", "write a mapping from names"
            )
        return section

    def _resource(self, logical_id: str, body: Any) -> Resource:
        where = f"Resources/{logical_id}"
        if not isinstance(body, dict) or not isinstance(body.get("Type"), str):
            raise TemplateInvalid(
                self.name,
                where,
                "the resource has no Type",
                'write {"Type": "AWS::...", "Properties": {...}}',
            )
        if not isinstance(body.get("Properties", {}), dict):
            raise TemplateInvalid(
                self.name, where, "Properties is not a mapping", "write one property to a key"
            )
        return Resource(self, logical_id, body["Type"], body)
