"""Launch templates: which one a resource means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.shared.places import meant

if TYPE_CHECKING:
    from cfn.template import Resource
    from cost.context import Context

TYPE = "AWS::EC2::LaunchTemplate"
NAMES = ("LaunchTemplateId", "Id", "LaunchTemplateName", "Name")
"""How a specification names its template, by the type that holds it."""
ELSEWHERE = "what a launch template adds that is in none of these templates"


def launch_template(resource: Resource, path: str, context: Context) -> Resource | None:
    """The launch template that a specification means; None where it means none of these templates."""
    for name in NAMES:
        template = meant(context, context.get(resource, f"{path}.{name}"), TYPE, "LaunchTemplateName")
        if template is not None:
            return template
    return None


def is_elsewhere(resource: Resource, path: str, context: Context) -> bool:
    """Whether a specification means a launch template that is in none of the templates."""
    return context.get(resource, path) is not None and launch_template(resource, path, context) is None
