"""A deployment's templates while they are edited: each is copied when it is first changed."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from cfn.template import Template

if TYPE_CHECKING:
    from cfn.deployment import Deployment
    from cfn.template import Resource

NOTHING = "AWS::CloudFormation::WaitConditionHandle"
"""Stands where a resource was: it costs nothing, and what refers to it still finds something."""


class Draft:
    """Copies of the templates of a deployment, to be changed at will."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._bodies: dict[str, dict[str, Any]] = {}

    def body(self, resource: Resource) -> dict[str, Any]:
        """The copy of a resource, as it stands in its template."""
        body: dict[str, Any] = self._resources(resource)[resource.logical_id]
        return body

    def properties(self, resource: Resource) -> dict[str, Any]:
        """The properties of the copy of a resource."""
        properties: dict[str, Any] = self.body(resource).setdefault("Properties", {})
        return properties

    def replace(self, resource: Resource, type_: str, **properties: Any) -> None:
        """Put another resource in the place of one, under its logical id."""
        self._resources(resource)[resource.logical_id] = {"Type": type_, "Properties": properties}

    def remove(self, resource: Resource) -> None:
        """Leave nothing of a resource that costs."""
        self.replace(resource, NOTHING)

    def add(self, beside: Resource, logical_id: str, type_: str, **properties: Any) -> dict[str, str]:
        """Add a resource to the stack of another; gives a reference to it."""
        self._resources(beside)[logical_id] = {"Type": type_, "Properties": properties}
        return {"Ref": logical_id}

    def deployment(self) -> Deployment:
        """The deployment as it would be."""
        return self._deployment.with_templates(
            [
                Template(template.name, self._bodies[template.name])
                if template.name in self._bodies
                else template
                for template in self._deployment.templates
            ]
        )

    def _resources(self, resource: Resource) -> dict[str, Any]:
        name = resource.template.name
        if name not in self._bodies:
            self._bodies[name] = copy.deepcopy(resource.template.body)
        resources: dict[str, Any] = self._bodies[name]["Resources"]
        return resources
