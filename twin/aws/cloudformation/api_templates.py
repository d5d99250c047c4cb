"""CloudFormation's API for looking at templates: those of stacks, and those that may become some."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cfn.constraints import is_secret
from twin.aws.cloudformation import checking
from twin.aws.cloudformation.change_sets import find_change_set
from twin.aws.cloudformation.describing import without_nothing
from twin.aws.cloudformation.errors import InvalidRequest
from twin.aws.cloudformation.fetching import template_text
from twin.aws.cloudformation.imports import identifier_summaries
from twin.aws.cloudformation.state import REVIEW
from twin.aws.cloudformation.structure import read_template

if TYPE_CHECKING:
    from collections.abc import Callable

    from cfn.template import Template
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Goal

    Arguments = dict[str, Any]

STAGES = ["Original", "Processed"]


def get_template(cloud: CloudFormation, call: Arguments) -> Arguments:
    """GetTemplate: the text as it was handed over, or as the transform left it."""
    goal = _goal(cloud, call)
    text = goal.text
    if call.get("TemplateStage") == "Processed" and goal.template.transforms:
        text = json.dumps(goal.template.body, default=str)
    return {"TemplateBody": text, "StagesAvailable": STAGES}


def get_template_summary(cloud: CloudFormation, call: Arguments) -> Arguments:
    """GetTemplateSummary of a body, an address, or a stack."""
    for option in ("CallAs", "StackSetName", "TemplateSummaryConfig"):
        if option in call:
            raise InvalidRequest(f"the local AWS does not know {option}; leave it out")
    template = _asked_template(cloud, call)
    body = template.body
    types = sorted({resource.type for resource in template.resources.values()})
    metadata = body.get("Metadata")
    told = {
        **_declared(template),
        "Parameters": [
            {**_parameter(name, one), **_constraints(one)} for name, one in template.parameters.items()
        ],
        "ResourceTypes": types,
        "ResourceIdentifierSummaries": identifier_summaries(template, cloud.aws.region),
        "Version": str(body["AWSTemplateFormatVersion"]) if "AWSTemplateFormatVersion" in body else None,
        "Metadata": json.dumps(metadata, default=str) if metadata else None,
    }
    return without_nothing(told)


def validate_template(cloud: CloudFormation, call: Arguments) -> Arguments:
    """ValidateTemplate: looks at a template as a creation would, but for its capabilities and values."""
    template = _asked_template(cloud, {**call, "StackName": None})
    parameters = [_parameter(name, one) for name, one in template.parameters.items()]
    return without_nothing({**_declared(template), "Parameters": parameters})


def estimate_template_cost(*_: Any) -> Arguments:
    """EstimateTemplateCost is refused: what it answers is a page of AWS's calculator."""
    raise InvalidRequest("the local AWS estimates no costs; ask `miyabi cost` for them")


ACTIONS: dict[str, Callable[[CloudFormation, Arguments], Arguments | None]] = {
    "EstimateTemplateCost": estimate_template_cost,
    "GetTemplate": get_template,
    "GetTemplateSummary": get_template_summary,
    "ValidateTemplate": validate_template,
}
"""What this module answers, for the table of the API."""


def _goal(cloud: CloudFormation, call: Arguments) -> Goal:
    if "ChangeSetName" in call:
        return find_change_set(cloud, call["ChangeSetName"], call.get("StackName"))[1].goal
    if "StackName" not in call:
        raise InvalidRequest("StackName is a required parameter.")
    goal = cloud.stack(call["StackName"]).shown
    if goal is None:
        raise InvalidRequest("Template not available: the stack's change set has not been executed")
    return goal


def _asked_template(cloud: CloudFormation, call: Arguments) -> Template:
    """The template that a call gives, or its stack has; raises Refused."""
    text = template_text(cloud.aws, call)
    name = call.get("StackName")
    if (text is None) == (name is None):
        raise InvalidRequest("Either Template URL or Template Body must be specified.")
    if text is None:
        stack = cloud.stack(str(name))
        if stack.status == REVIEW:
            raise InvalidRequest("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
        return _goal(cloud, call).template
    raw = read_template(text, "template")
    template = checking.processed(raw, {}, {}, cloud.aws)
    checking.refuse_unfit(template, cloud.aws.region)
    return template


def _declared(template: Template) -> Arguments:
    """What both summaries tell of a template as a whole."""
    capabilities = checking.required_capabilities(template)
    reason = ", ".join(checking.capability_types(template))
    told = {
        "Description": template.body.get("Description"),
        "Capabilities": capabilities,
        "CapabilitiesReason": f"The following resource(s) require capabilities: [{reason}]",
        "DeclaredTransforms": list(template.transforms),
    }
    if not capabilities:
        del told["Capabilities"], told["CapabilitiesReason"]
    return told


def _parameter(name: str, declaration: Arguments) -> Arguments:
    """A TemplateParameter."""
    default = declaration.get("Default")
    return without_nothing(
        {
            "ParameterKey": name,
            "DefaultValue": None if default is None else str(default),
            "NoEcho": is_secret(declaration),
            "Description": declaration.get("Description"),
        }
    )


def _constraints(declaration: Arguments) -> Arguments:
    """What a ParameterDeclaration has besides."""
    allowed = [str(value) for value in declaration.get("AllowedValues", ())]
    return {
        "ParameterType": declaration["Type"],
        "ParameterConstraints": {"AllowedValues": allowed} if allowed else {},
    }
