"""Imports: resources that are there already and are to belong to a stack.

"Import existing resources into a stack", CloudFormation User Guide. An import changes no resource but for
the stack's tags; how the resources differ from the template is for drift detection to find.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twin.aws.cloudformation.bringing import BLANK
from twin.aws.cloudformation.change_set import Import
from twin.aws.cloudformation.changes import Foretelling
from twin.aws.cloudformation.comparing import required_schema
from twin.aws.cloudformation.dynamic_references import DynamicReferences
from twin.aws.cloudformation.errors import Failed, InvalidRequest
from twin.aws.cloudformation.tags import with_stack_tags
from twin.aws.cloudformation.working import Worker
from twin.aws.handlers import handler_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cfn.template import Template
    from twin.aws.cloudformation.changes import Change
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Goal, Held, Stack


def asked_imports(call: Mapping[str, Any]) -> tuple[Import, ...]:
    """The resources that a call wants to be imported; raises InvalidRequest."""
    found = tuple(
        Import(one["LogicalResourceId"], one["ResourceType"], one["ResourceIdentifier"])
        for one in call.get("ResourcesToImport", ())
    )
    if not found:
        raise InvalidRequest("Must Provide at least one resource to import")
    if len({one.logical_id for one in found}) < len(found):
        raise InvalidRequest("Every resource to import must have unique LogicalResourceId")
    return found


def foretold_imports(
    cloud: CloudFormation, stack: Stack, goal: Goal, imports: Sequence[Import]
) -> tuple[Change, ...]:
    """What an import will do; raises InvalidRequest for one that AWS refuses, in its words and order."""
    foretelling = Foretelling(cloud, stack, goal)
    changes = foretelling.changes()
    added = {change.logical_id for change in changes if change.action == "Add"}
    _refuse_misnamed(cloud, goal.template, imports)
    _refuse_misplaced(added, [one.logical_id for one in imports])
    modified = [change.logical_id for change in changes if change.action != "Add"]
    if modified:
        raise InvalidRequest(
            f"You have modified resources [{', '.join(modified)}] in your template that are not being "
            "imported. Update, create or delete operations cannot be executed during import operations."
        )
    _refuse_unkept(goal.template, imports)
    _refuse_other_changes(stack, goal)
    resources = foretelling.resolver.template.resources
    return tuple(
        foretelling.imported(resources[one.logical_id], one.physical_id)
        for one in sorted(imports, key=lambda one: one.logical_id)
    )


def failure(cloud: CloudFormation, stack: Stack, imports: Iterable[Import]) -> str | None:
    """Why a change set of these imports fails once it is made: what is not there, or another stack's."""
    for one in imports:
        reason = _missing(cloud, stack, one)
        if reason:
            return reason
        owner = _owner(cloud, one)
        if owner:
            return f"{one.physical_id} already exists in stack {owner.id}"
    return None


def identifier_summaries(template: Template, region: str) -> list[dict[str, Any]]:
    """ResourceIdentifierSummaries of GetTemplateSummary: how each type's resources are named in an import."""
    return [
        {
            "ResourceType": name,
            "LogicalResourceIds": [resource.logical_id for resource in template.of_type(name)],
            "ResourceIdentifiers": list(required_schema(name, region).identifier),
        }
        for name in sorted({resource.type for resource in template.resources.values()})
    ]


def tagged(worker: Worker, held: Held, tags: Mapping[str, str]) -> Held:
    """An imported resource with the stack's tags, which is all that an import changes; raises Failed."""
    schema = required_schema(held.type, worker.aws.region)
    settled = {path.split("/")[0] for path in schema.read_only}
    now = {
        name: value for name, value in held.model.items() if name in schema.properties and name not in settled
    }
    wanted = with_stack_tags(schema, now, tags)
    if wanted == now:
        return held
    after = worker.update(replace(held, written=now), replace(held, written=wanted))
    return replace(held, model=after.model)


def _refuse_misnamed(cloud: CloudFormation, template: Template, imports: Sequence[Import]) -> None:
    for one in imports:
        if handler_of(one.type) is None:
            raise InvalidRequest(f"ResourceTypes [{one.type}] are not supported for Import")
        expected = required_schema(one.type, cloud.aws.region).identifier
        if set(expected) != one.identifier.keys():
            raise InvalidRequest(
                f"Invalid resource identifier for resource type {one.type}. Expected [{', '.join(expected)}]"
            )
    missing = [one.logical_id for one in imports if one.logical_id not in template.resources]
    if missing:
        raise InvalidRequest(
            f"The logical resource ids [{', '.join(missing)}] provided in ResourceToImport "
            "do not exist in the template."
        )
    for one in imports:
        declared = template.resources[one.logical_id].type
        if declared != one.type:
            raise InvalidRequest(
                f"Resource type of [{one.logical_id}] passed in ResourceToImport does not match with "
                f"resource type defined in the template. Resource type in ResourceToImport: {one.type}; "
                f"Resource type in Template: {declared}."
            )


def _refuse_misplaced(added: set[str], asked: Sequence[str]) -> None:
    if not added:
        raise InvalidRequest("The template should contain at least one new resource to import.")
    there = [logical_id for logical_id in asked if logical_id not in added]
    if there:
        raise InvalidRequest(
            f"Resources [{', '.join(there)}] passed in ResourceToImport are already in a stack "
            "and cannot be imported."
        )
    unlisted = sorted(added - set(asked))
    if unlisted:
        raise InvalidRequest(f"Resources [{', '.join(unlisted)}] is missing from ResourceToImport list")


def _refuse_unkept(template: Template, imports: Sequence[Import]) -> None:
    unkept = [one.logical_id for one in imports if template.resources[one.logical_id].deletion_policy is None]
    if unkept:
        raise InvalidRequest(
            f"The following resources to import [{', '.join(unkept)}] must have DeletionPolicy attribute "
            "specified in the template."
        )


def _refuse_other_changes(stack: Stack, goal: Goal) -> None:
    before = stack.goal
    others = {
        "Outputs": (before.template.outputs if before else {}) != goal.template.outputs,
        "RoleArn": goal.role_arn is not None and goal.role_arn != (before.role_arn if before else None),
        "Tags": (before.tags if before else {}) != goal.tags,
    }
    changed = [name for name, differs in others.items() if differs]
    if changed:
        raise InvalidRequest(
            f"As part of the import operation, you cannot modify or add [{', '.join(changed)}]"
        )


def _missing(cloud: CloudFormation, stack: Stack, one: Import) -> str | None:
    held = replace(BLANK, logical_id=one.logical_id, type=one.type, identifier=one.identifier)
    try:
        found = Worker(cloud.aws, stack, DynamicReferences(cloud.aws), "").read(held)
    except Failed as failed:
        return failed.reason
    if found is None:
        return f"Resource of type '{one.type}' with identifier '{one.physical_id}' was not found."
    return None


def _owner(cloud: CloudFormation, one: Import) -> Stack | None:
    """The stack that has the resource already."""
    return next(
        (
            stack
            for stack in cloud.all_stacks
            if stack.is_there
            for held in list(stack.held.values())
            if held.type == one.type and dict(held.identifier) == dict(one.identifier)
        ),
        None,
    )
