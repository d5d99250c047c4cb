"""Looks at a template before a stack is touched, and refuses what CloudFormation refuses there, in its words.

"Pre-deployment validation", CloudFormation User Guide: properties that no schema allows stop an operation
before it begins, unless the caller has switched that off.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from cfn.errors import CfnError, CircularReference, TemplateInvalid
from cfn.graph import order
from cfn.registry import schema_of
from cfn.resolve import Resolver
from twin.aws.cloudformation.errors import CapabilitiesMissing, InvalidRequest
from twin.aws.cloudformation.naming import refuse_dangling
from twin.aws.cloudformation.wording import in_aws_words
from twin.aws.handlers import handler_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cfn.template import Template
    from twin.aws.clients import Aws

ATTRIBUTES = frozenset(
    {
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
    }
)
NOT_DONE = {"CreationPolicy": "waits for no signals", "UpdatePolicy": "updates nothing step by step"}
"""Attributes that AWS takes and the local AWS does not act on."""
POLICIES = {
    "DeletionPolicy": frozenset({"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"}),
    "UpdateReplacePolicy": frozenset({"Delete", "Retain", "Snapshot"}),
}
IN_WORDS = {"DeletionPolicy": "deletion policy", "UpdateReplacePolicy": "update replace policy"}
NAMED = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
"""Which property gives an identity a fixed name, which asks for CAPABILITY_NAMED_IAM."""
IDENTITIES = frozenset({*NAMED, "AWS::IAM::AccessKey", "AWS::IAM::Policy", "AWS::IAM::UserToGroupAddition"})


TAKING_SECURE = frozenset(
    {("AWS::RDS::DBCluster", "MasterUserPassword"), ("AWS::RDS::DBInstance", "MasterUserPassword")}
)
"""Properties, of types that the local AWS makes, that take `ssm-secure`; "Get a secure string value from
Systems Manager Parameter Store", User Guide."""


def processed(template: Template, given: Mapping[str, Any], values: Mapping[str, Any], aws: Aws) -> Template:
    """The template that AWS's transform makes of it; the very one that was given if it has none.

    `values` are what the parameters come to. Raises InvalidRequest.
    """
    if not template.transforms:
        return template
    stored = {
        str(given.get(name, one.get("Default"))): values.get(name)
        for name, one in template.parameters.items()
    }
    try:
        return Resolver(
            template, region=aws.region, account=aws.account, parameters=given, stored=stored.__getitem__
        ).template
    except CfnError as error:
        raise InvalidRequest(
            f"Transform {template.transforms[0]} failed with: {in_aws_words(error)}"
        ) from None


def refuse_unfit(template: Template, region: str) -> None:
    """Raise InvalidRequest for a template, of which no loops are left, that no stack can be made of."""
    _refuse_malformed(template)
    refuse_dangling(template, region)
    _refuse_unknown_types(template, region)
    _refuse_policies(template)
    _refuse_circles(template)


def refuse_incapable(template: Template, capabilities: Sequence[str], *, transforms: bool) -> None:
    """Raise CapabilitiesMissing for what the caller has not said that it knows.

    `transforms` tells whether a transform asks for a capability, which it does not in a change set.
    """
    missing = required_capabilities(template)
    if missing and not set(capabilities) & {"CAPABILITY_NAMED_IAM", *missing}:
        raise CapabilitiesMissing(missing)
    if transforms and template.transforms and "CAPABILITY_AUTO_EXPAND" not in capabilities:
        raise CapabilitiesMissing(["CAPABILITY_AUTO_EXPAND"])


def refuse_types_beyond(template: Template, allowed: Sequence[str]) -> None:
    """Raise InvalidRequest for a type that the caller's ResourceTypes, such as `AWS::S3::*`, leave out."""
    for name in sorted({resource.type for resource in template.resources.values()}):
        if allowed and not any(fnmatchcase(name, pattern) for pattern in allowed):
            raise InvalidRequest(
                f"Resource type {name} is not allowed by parameter ResourceTypes [{', '.join(allowed)}]"
            )


def refuse_invalid_properties(template: Template, properties: dict[str, Any], region: str) -> None:
    """Raise InvalidRequest for properties, by logical id, that the schema of their type does not allow."""
    for logical_id, found in sorted(properties.items()):
        schema = schema_of(template.resources[logical_id].type, region)
        problems = schema.problems(schema.coerced(found)) if schema else []
        if problems:
            told = "\n".join(problems)
            raise InvalidRequest(
                f"Properties validation failed for resource {logical_id} with message:\n{told}"
            )


def refuse_secure_references(template: Template, properties: dict[str, Any]) -> None:
    """Raise InvalidRequest where a property names a SecureString that AWS does not let it have."""
    for logical_id, found in sorted(properties.items()):
        kind = template.resources[logical_id].type
        for name, value in sorted(found.items()):
            is_named = "{{resolve:ssm-secure:" in json.dumps(value, default=str)
            if is_named and (kind, name) not in TAKING_SECURE:
                raise InvalidRequest(f"SSM Secure reference is not supported in: [{kind}/Properties/{name}]")


def required_capabilities(template: Template) -> list[str]:
    """What a caller must say that it knows: that identities are made, and that one has a fixed name."""
    identities = [resource for resource in template.resources.values() if resource.type in IDENTITIES]
    if any(NAMED.get(resource.type) in resource.properties for resource in identities):
        return ["CAPABILITY_NAMED_IAM"]
    return ["CAPABILITY_IAM"] if identities else []


def capability_types(template: Template) -> list[str]:
    """Types of the template's identities, sorted: the reason for its capabilities."""
    return sorted({resource.type for resource in template.resources.values()} & IDENTITIES)


def _refuse_malformed(template: Template) -> None:
    """Refuse resources and outputs that are not of their shape."""
    for logical_id, body in template.body["Resources"].items():
        if not isinstance(body.get("Type"), str):
            raise InvalidRequest(
                f"Template format error: [/Resources/{logical_id}] Every Resources object must contain a "
                "Type member."
            )
        unknown = sorted(body.keys() - ATTRIBUTES)
        if unknown:
            raise InvalidRequest(f"Invalid template resource property '{unknown[0]}'")
        for name in sorted(NOT_DONE.keys() & body.keys()):
            raise InvalidRequest(f"the local AWS {NOT_DONE[name]}; take {name} out of {logical_id}")
    try:
        list(template.resources)
    except TemplateInvalid as error:
        raise InvalidRequest(f"Template format error: {error.where}: {error.found}") from None
    for name, output in template.body.get("Outputs", {}).items():
        if "Value" not in output:
            raise InvalidRequest("Template format error: Every Outputs member must contain a Value object")
        export = output.get("Export", {"Name": ""})
        if not isinstance(export, dict) or "Name" not in export:
            raise InvalidRequest(
                f"Template format error: Output {name} is malformed. The Name field of every Export member "
                "must be specified."
            )


def _refuse_unknown_types(template: Template, region: str) -> None:
    types = sorted({resource.type for resource in template.resources.values()})
    unknown = [name for name in types if schema_of(name, region) is None]
    if unknown:
        raise InvalidRequest(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
    missing = [name for name in types if handler_of(name) is None]
    if missing:
        raise InvalidRequest(
            f"the local AWS can't make {', '.join(missing)}; docs/local-aws.md lists the types that it can"
        )


def _refuse_policies(template: Template) -> None:
    for resource in template.resources.values():
        for name, allowed in POLICIES.items():
            policy = resource.body.get(name, "Delete")
            if policy not in allowed:
                raise InvalidRequest(
                    f"Template format error: Unrecognized {name} {policy} for resource {resource.logical_id}"
                )
            handler = handler_of(resource.type)
            if policy == "Snapshot" and handler and handler.snapshot is None:
                raise InvalidRequest(
                    f"Template error: resource type {resource.type} does not support "
                    f"{IN_WORDS[name]} Snapshot"
                )


def _refuse_circles(template: Template) -> None:
    try:
        order(template)
    except CircularReference as error:
        circle = ", ".join(sorted(set(error.path)))
        raise InvalidRequest(f"Circular dependency between resources: [{circle}]") from None
    except CfnError as error:
        raise InvalidRequest(in_aws_words(error)) from None
