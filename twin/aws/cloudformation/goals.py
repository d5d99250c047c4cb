"""Works out what a call wants a stack to be, and refuses what can't be, before anything is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.errors import CfnError
from twin.aws.cloudformation import checking
from twin.aws.cloudformation.bringing import living_resolver
from twin.aws.cloudformation.errors import InvalidRequest
from twin.aws.cloudformation.masking import masked, secrets_of
from twin.aws.cloudformation.options import asked_options
from twin.aws.cloudformation.outputs import NO_TEXT
from twin.aws.cloudformation.parameters import chosen, settled
from twin.aws.cloudformation.state import Goal
from twin.aws.cloudformation.structure import read_template
from twin.aws.cloudformation.wording import in_aws_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cfn.resolve import Resolver
    from cfn.template import Template
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Stack


def goal_of(cloud: CloudFormation, stack: Stack, text: str | None, call: Mapping[str, Any]) -> Goal:
    """What a stack is to be by a call, without a text with the template that it has; raises Refused."""
    before = stack.shown
    if text is None:
        if before is None:
            raise InvalidRequest("Either Template URL or Template Body must be specified.")
        text = before.text
    raw = read_template(text, stack.name)
    if not raw.transforms:
        checking.refuse_unfit(raw, cloud.aws.region)
    given = chosen(raw, call.get("Parameters", ()), _values_of(before))
    values = settled(raw, given, cloud.aws)
    template = checking.processed(raw, given, values, cloud.aws)
    goal = Goal(
        template=template,
        text=text,
        given=given,
        settled=values,
        tags=_tags(call, before),
        **asked_options(cloud.aws, call, before),
    )
    try:
        _refuse_unfit(cloud, stack, goal, call)
    except InvalidRequest as refused:
        raise InvalidRequest(masked(refused.message, secrets_of(goal))) from None
    return goal


def _values_of(before: Goal | None) -> dict[str, str]:
    """Values of parameters as the stack has them, defaults among them."""
    if before is None:
        return {}
    declared = before.template.parameters.items()
    defaults = {name: str(one["Default"]) for name, one in declared if "Default" in one}
    return {**defaults, **before.given}


def _refuse_unfit(cloud: CloudFormation, stack: Stack, goal: Goal, call: Mapping[str, Any]) -> None:
    template = goal.template
    if template.transforms:
        checking.refuse_unfit(template, cloud.aws.region)
    _refuse_other_types(stack, goal)
    checking.refuse_types_beyond(template, goal.resource_types)
    checking.refuse_incapable(template, goal.capabilities, transforms="ChangeSetName" not in call)
    properties = _evaluated(living_resolver(cloud, stack, goal))
    checking.refuse_secure_references(template, properties)
    if not call.get("DisableValidation"):
        checking.refuse_invalid_properties(template, properties, cloud.aws.region)


def _refuse_other_types(stack: Stack, goal: Goal) -> None:
    """Raise InvalidRequest where a logical id is to become a resource of another type."""
    resources = goal.template.resources
    changed = [
        held.logical_id
        for held in stack.held.values()
        if held.logical_id in resources and resources[held.logical_id].type != held.type
    ]
    if changed:
        raise InvalidRequest(
            "Update of resource type is not permitted. The new template modifies resource type of the "
            f"following resources: [{', '.join(changed)}]"
        )


def _evaluated(resolver: Resolver) -> dict[str, Any]:
    """Properties of all resources by logical id, so far as they are known before anything is made.

    Conditions and outputs are evaluated on the way. Raises InvalidRequest.
    """
    template = resolver.template
    try:
        for condition in template.conditions:
            resolver.holds(condition)
        properties = {
            resource.logical_id: resolver.properties(resource)
            for resource in template.resources.values()
            if resolver.exists(resource) is not False
        }
        _evaluate_outputs(resolver, template)
    except CfnError as error:
        raise InvalidRequest(in_aws_words(error, resolver)) from None
    return properties


def _evaluate_outputs(resolver: Resolver, template: Template) -> None:
    for name, output in template.outputs.items():
        if "Condition" not in output or resolver.holds(output["Condition"]) is not False:
            if isinstance(resolver.resolve(output["Value"], f"Outputs/{name}/Value"), list | dict):
                raise InvalidRequest(NO_TEXT)
            resolver.resolve(output.get("Export", {}).get("Name", ""), f"Outputs/{name}/Export/Name")


def _tags(call: Mapping[str, Any], before: Goal | None) -> dict[str, str]:
    """The stack's tags; a call that says nothing of them keeps them. Raises InvalidRequest."""
    if "Tags" not in call:
        return before.tags if before else {}
    tags = {tag["Key"]: tag["Value"] for tag in call["Tags"]}
    if len(tags) < len(call["Tags"]):
        raise InvalidRequest("Duplicate tag keys found. Please specify unique keys only.")
    if any(name.lower().startswith("aws:") for name in tags):
        raise InvalidRequest("aws: prefixed tag key names are not allowed for external use.")
    return tags
