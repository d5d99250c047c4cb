"""A Lambda function with what belongs to it: role, log group, version and the alias `live`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from troposphere import Equals, If, Join, Not, Ref, awslambda, iam, logs

from runtime.contract import CUSTOM_HANDLER, HANDLERS, variables_of
from stacks import policies
from stacks.log_groups import add_log_group
from stacks.naming import logical_id, managed_policy
from stacks.secrets import SECRET, revision
from stacks.stack import given
from stacks.values import ARTIFACT_BUCKET, ARTIFACT_KEY, BOOTSTRAP_KEY, FUNCTION_SUBNETS, KEY_ARN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awacs.aws import Statement

    from runtime.contract import Function
    from stacks.sections import FunctionSettings
    from stacks.stack import Stack
    from stacks.values import Value

MANAGED_RUNTIME = "python3.13"
NOT_VERSIONED = frozenset({"ReservedConcurrentExecutions", "Tags"})
"""Properties of a function that a published version does not carry."""
LIVE = "live"
"""The alias that callers use; it follows the newest version."""
DEBUGS = "DEBUG_UNTIL"
"""Variable of the functions that can be told to write lines of level DEBUG for a while."""
DEBUG_CONDITION = "DebugIsOn"
A_TIME = r"^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z)?$"


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What distinguishes one function from the others."""

    function: Function
    settings: FunctionSettings
    purpose: str
    variables: dict[str, Any]
    rights: tuple[Statement, ...] = ()
    security_group: Value | None = None
    runtime: str = MANAGED_RUNTIME
    architecture: str = "arm64"
    tracing: bool = True
    alias: bool = True
    snap_start: bool = False
    own_log_settings: bool = True
    managed_log_policy: bool = False
    function_name: str | None = None
    role_name: str | None = None

    @property
    def is_custom(self) -> bool:
        """Whether a binary named bootstrap runs."""
        return self.runtime.startswith("provided")

    @property
    def debugs(self) -> bool:
        """Whether the code can be told to debug until some time."""
        return DEBUGS in variables_of(self.function) and not self.is_custom


@dataclass(frozen=True, slots=True)
class DeployedFunction:
    """What other components may know about a function."""

    function: awslambda.Function
    alias: awslambda.Alias | None

    @property
    def invoke_arn(self) -> Any:
        """What the API calls: the alias, or the function itself where there is none."""
        return self.alias.ref() if self.alias else self.function.get_att("Arn")


def add_function(stack: Stack, blueprint: Blueprint) -> DeployedFunction:
    """Add the function of a blueprint with its role, logs and alias."""
    name = logical_id(blueprint.function.value)
    group = _add_logs(stack, name, blueprint)
    role = _add_role(stack, name, blueprint, group)
    function = stack.add(awslambda.Function(f"{name}Function", **_properties(stack, blueprint, role, group)))
    alias = _publish_version(stack, name, blueprint, function) if blueprint.alias else None
    return DeployedFunction(function, alias)


def _add_logs(stack: Stack, name: str, blueprint: Blueprint) -> logs.LogGroup:
    fixed = given(blueprint.function_name, LogGroupName=f"/aws/lambda/{blueprint.function_name}")
    if blueprint.own_log_settings:
        return add_log_group(stack, f"{name}LogGroup", **fixed)
    return stack.add(logs.LogGroup(f"{name}LogGroup", **fixed, **stack.keep))


def _add_role(stack: Stack, name: str, blueprint: Blueprint, group: logs.LogGroup) -> iam.Role:
    optional = given(blueprint.role_name, RoleName=blueprint.role_name)
    if blueprint.managed_log_policy:
        optional["ManagedPolicyArns"] = [managed_policy("service-role/AWSLambdaBasicExecutionRole")]
    statements = _rights(stack, blueprint, group)
    if statements:
        optional["Policies"] = [policies.inline(f"{name}Function", *statements)]
    return stack.add(
        iam.Role(f"{name}Role", AssumeRolePolicyDocument=policies.trust("lambda.amazonaws.com"), **optional)
    )


def _rights(stack: Stack, blueprint: Blueprint, group: logs.LogGroup) -> list[Statement]:
    """Least rights: each statement is there because the blueprint asks for what needs it."""
    rights = [] if blueprint.managed_log_policy else [policies.write_logs(group.get_att("Arn"))]
    if blueprint.tracing:
        rights.append(policies.send_traces())
    if blueprint.security_group:
        rights.append(policies.attach_to_vpc())
    if stack.environment.own_key:
        rights.append(policies.decrypt(stack.read(KEY_ARN)))
    return [*rights, *blueprint.rights]


def _properties(stack: Stack, blueprint: Blueprint, role: iam.Role, group: logs.LogGroup) -> dict[str, Any]:
    settings = blueprint.settings
    properties: dict[str, Any] = {
        "Description": blueprint.purpose,
        "Runtime": blueprint.runtime,
        "Handler": CUSTOM_HANDLER if blueprint.is_custom else HANDLERS[blueprint.function],
        "Architectures": [blueprint.architecture],
        "Code": awslambda.Code(
            S3Bucket=stack.read(ARTIFACT_BUCKET),
            S3Key=stack.read(BOOTSTRAP_KEY if blueprint.is_custom else ARTIFACT_KEY),
        ),
        "Role": role.get_att("Arn"),
        "MemorySize": settings.memory_mb,
        "Timeout": settings.timeout_seconds,
        "Environment": awslambda.Environment(Variables=_variables(stack, blueprint)),
    }
    if blueprint.function_name:
        properties["FunctionName"] = blueprint.function_name
    if settings.reserved_concurrency is not None:
        properties["ReservedConcurrentExecutions"] = settings.reserved_concurrency
    if stack.environment.own_key:
        properties["KmsKeyArn"] = stack.read(KEY_ARN)
    if blueprint.tracing:
        properties["TracingConfig"] = awslambda.TracingConfig(Mode="Active")
    if blueprint.snap_start:
        properties["SnapStart"] = awslambda.SnapStart(ApplyOn="PublishedVersions")
    if blueprint.own_log_settings:
        properties["LoggingConfig"] = _logging(stack, blueprint, group)
    if blueprint.security_group:
        properties["VpcConfig"] = awslambda.VPCConfig(
            SecurityGroupIds=[stack.read(blueprint.security_group)], SubnetIds=stack.read(FUNCTION_SUBNETS)
        )
    return properties


def _logging(stack: Stack, blueprint: Blueprint, group: logs.LogGroup) -> awslambda.LoggingConfig:
    """Lambda drops what is below its level before anybody sees it, so debugging lowers that as well."""
    level: Any = blueprint.settings.log_level
    if blueprint.debugs:
        stack.template.add_condition(DEBUG_CONDITION, Not(Equals(_debug_until(stack), "")))
        level = If(DEBUG_CONDITION, "DEBUG", level)
    return awslambda.LoggingConfig(
        LogFormat="JSON", LogGroup=group.ref(), ApplicationLogLevel=level, SystemLogLevel="INFO"
    )


def _debug_until(stack: Stack) -> Ref:
    return stack.parameter(
        "DebugUntil",
        "String",
        "Until when api and login write lines of level DEBUG, such as 2026-11-26T03:00:00Z; empty for never",
        AllowedPattern=A_TIME,
        ConstraintDescription="a time in UTC such as 2026-11-26T03:00:00Z, or nothing",
        Default="",
    )


def _variables(stack: Stack, blueprint: Blueprint) -> dict[str, Any]:
    return {
        "ENVIRONMENT": stack.environment.name,
        "LOG_LEVEL": blueprint.settings.log_level,
        "SECRETS_REVISION": revision(stack),
        **({DEBUGS: _debug_until(stack)} if blueprint.debugs else {}),
        **blueprint.variables,
    }


def _publish_version(
    stack: Stack, name: str, blueprint: Blueprint, function: awslambda.Function
) -> awslambda.Alias:
    """Publish a version exactly when code, configuration or secrets change.

    A version's Description is createOnly in the registry schema, so its change alone replaces the
    version; the old one is retained, for the executions that still run and for going back.
    """
    key = stack.read(BOOTSTRAP_KEY if blueprint.is_custom else ARTIFACT_KEY)
    version = stack.add(
        awslambda.Version(
            f"{name}Version",
            FunctionName=function.ref(),
            Description=_described(stack, function, key),
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
    return stack.add(
        awslambda.Alias(
            f"{name}Alias",
            Name=LIVE,
            Description="What callers use",
            FunctionName=function.ref(),
            FunctionVersion=version.get_att("Version"),
        )
    )


def _described(stack: Stack, function: awslambda.Function, package: Any) -> Join:
    """Package, configuration, and every value in the environment that is only known in AWS.

    Lambda does not version tags and concurrency: were they to count, their change would ask for a
    version that Lambda refuses to publish a second time. `SecretsRevision` stands for the secrets.
    """
    described = function.to_dict()["Properties"]
    versioned = {name: value for name, value in described.items() if name not in NOT_VERSIONED}
    configuration = hashlib.sha256(json.dumps(versioned, sort_keys=True).encode()).hexdigest()[:12]
    found = _references(stack, described["Environment"])
    known_in_aws = {json.dumps(each): each for each in found if each != revision(stack).to_dict()}
    values = [known_in_aws[key] for key in sorted(known_in_aws)]
    # the revision last: a text may be empty, and nobody says whether Lambda keeps a space at the end
    return Join(" ", [package, "configuration", configuration, *values, "secrets", revision(stack)])


def _references(stack: Stack, value: Any) -> Iterator[dict[str, Any]]:
    """The parameters and attributes that a value hangs on, through conditions too, but not secrets' ARNs."""
    if isinstance(value, dict):
        if "Fn::GetAtt" in value or "Ref" in value:
            yield from [value] if not str(value.get("Ref")).startswith("AWS::") else []
            return
        if "Fn::If" in value:
            yield from _references(stack, stack.template.conditions[value["Fn::If"][0]].to_dict())
        value = [part for name, part in value.items() if name != SECRET]
    if isinstance(value, list):
        for part in value:
            yield from _references(stack, part)
