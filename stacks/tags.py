"""Tags on everything taggable, in the spellings CloudFormation asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troposphere import Tags, budgets

if TYPE_CHECKING:
    from troposphere import AWSObject

    from stacks.settings import Environment

_OWN_SPELLING = {
    "AWS::Backup::BackupVault": "BackupVaultTags",
    "AWS::Backup::BackupPlan": "BackupPlanTags",
    "AWS::Budgets::Budget": "ResourceTags",
}


def environment_tags(environment: Environment, stack: str) -> dict[str, str]:
    """The tags of one stack's resources; none when the environment asks for none."""
    tags = environment.tags
    if tags is None:
        return {}
    return {
        "Project": tags.project,
        "Environment": environment.name,
        "Component": stack,
        "Owner": tags.owner,
        "CostCentre": tags.cost_centre,
        "ManagedBy": "CloudFormation",
    }


def tag(resource: AWSObject, tags: dict[str, str]) -> None:
    """Set the tags if the type takes any, beside those the resource has already.

    A few types (API Gateway v2, SSM, Backup) take a mapping, the others a list of pairs.
    """
    key = _OWN_SPELLING.get(resource.resource_type or "", "Tags")
    if not tags or key not in resource.props:
        return
    if resource.resource_type == "AWS::Budgets::Budget":
        setattr(resource, key, [budgets.ResourceTag(Key=name, Value=value) for name, value in tags.items()])
    elif resource.props[key][0] is dict:
        setattr(resource, key, tags)
    else:
        own = Tags(**tags)
        setattr(resource, key, resource.properties[key] + own if key in resource.properties else own)
