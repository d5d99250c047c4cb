"""Short ways to write the templates that the tests read."""

from __future__ import annotations

from typing import Any

from cfn import Deployment, Resource, Template

REGION = "eu-west-1"


def resource(kind: str, /, **properties: Any) -> dict[str, Any]:
    """Body of a resource, its type without the leading `AWS::`."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def template(
    name: str = "service", /, parameters: Any = None, conditions: Any = None, **resources: Any
) -> Template:
    """A template of these resources."""
    return Template(
        name, {"Parameters": parameters or {}, "Conditions": conditions or {}, "Resources": resources}
    )


def deployment(*templates: Template, **options: Any) -> Deployment:
    """A deployment called staging."""
    return Deployment("staging", templates, REGION, **options)


def stored(path: str, of: str = "String") -> dict[str, str]:
    """Declaration of a parameter that is read from SSM."""
    return {"Type": f"AWS::SSM::Parameter::Value<{of}>", "Default": path}


def written(path: Any, value: Any, kind: str = "String") -> dict[str, Any]:
    """An SSM parameter that a template writes."""
    return resource("SSM::Parameter", Name=path, Type=kind, Value=value)


def only(found: Deployment, kind: str) -> Resource:
    """The one resource of a type."""
    [resource_found] = found.resources(f"AWS::{kind}")
    return resource_found
