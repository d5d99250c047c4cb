"""Pre-deployment validation of a change set: the properties of all its resources against their schemas.

"Validate stack deployments", CloudFormation User Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.aws.cloudformation.change_set import Problem
from twin.aws.cloudformation.comparing import required_schema
from twin.aws.cloudformation.foretold import ForetoldResolver
from twin.aws.cloudformation.masking import masked, secrets_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Goal, Stack

PROPERTIES = "PROPERTY_VALIDATION"
VALIDATION_FAILED = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot "
    "Early Validation errors, use the DescribeEvents API for detailed failure information."
)


def problems_of(cloud: CloudFormation, stack: Stack, goal: Goal) -> tuple[Problem, ...]:
    """What no schema allows, in the order of the resources; what is not known yet may be right."""
    resolver = ForetoldResolver(cloud, stack, goal)
    return tuple(
        problem
        for resource in sorted(resolver.wanted, key=lambda resource: resource.logical_id)
        for problem in _of_resource(resolver, resource, cloud.aws.region, secrets_of(goal))
    )


def _of_resource(
    resolver: ForetoldResolver, resource: Resource, region: str, secrets: frozenset[str]
) -> Iterator[Problem]:
    schema = required_schema(resource.type, region)
    for problem in schema.problems(resolver.written(resource)):
        reason = masked(problem, secrets)
        place = reason.partition(":")[0].removeprefix("#")
        path = f"/Resources/{resource.logical_id}/Properties{place}"
        yield Problem(resource.logical_id, resource.type, path, reason)
