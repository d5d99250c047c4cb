"""Functions, the roles that they take, and the logs that they write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cfn.values import many
from report.system.components.making import fact, facts_of, yes
from report.system.facts import Fact, Value
from report.system.telling import variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn import Resource
    from report.system.components.making import Maker
    from report.system.facts import Component

FUNCTION: Final = "AWS::Lambda::Function"
ALIAS: Final = "AWS::Lambda::Alias"
ROLE: Final = "AWS::IAM::Role"
LOG_GROUP: Final = "AWS::Logs::LogGroup"
GROUP: Final = "Functions"
LAYERS: Final = ("function", "package", "configuration", "application", "network")
OF_ROLE: Final = ("LAM-022", "LAM-023", "LAM-011", "LOG-001")
"""Faults of the api function's role."""
CUSTOM: Final = "provided"
"""How the name of a runtime begins that the package brings itself."""
TABLE: Final = (
    ("Handler", "Handler", ""),
    ("Memory", "MemorySize", "MB"),
    ("Timeout", "Timeout", "seconds"),
    ("Processor", "Architectures", ""),
    ("Reserved concurrency", "ReservedConcurrentExecutions", "at a time"),
)


def functions(maker: Maker) -> Iterator[Component]:
    """Every function."""
    for function in sorted(maker.of(FUNCTION), key=lambda one: one.logical_id):
        yield maker.component(
            GROUP,
            "AWS Lambda function",
            maker.told.name(function, "FunctionName"),
            _facts(maker, function),
            [function],
            layers=LAYERS if function.logical_id.startswith("Api") else (),
            parts=("functions",),
        )


def _facts(maker: Maker, function: Resource) -> Iterator[Fact]:
    told = maker.told
    name = told.id(function, "FunctionName")
    yield Fact("Name", (name,))
    yield Fact("ARN", (told.arn("lambda", f"function:{name.text}") if name.is_known else told.unknown(),))
    runtime = told.text(maker.get(function, "Runtime", "none: a container image"))
    custom = " (a runtime of the package's own)" if runtime.startswith(CUSTOM) else ""
    yield Fact("Runtime", (Value(f"{runtime}{custom}"),))
    yield from facts_of(told, function, TABLE)
    aliases = [
        told.text(maker.get(one, "Name")) for one in maker.pointing_at(function, "FunctionName", ALIAS)
    ]
    yield fact("Callers use", *(aliases or ["the function itself, no alias"]))
    in_vpc = maker.get(function, "VpcConfig") is not None
    yield fact("Network", "in the VPC, in private subnets" if in_vpc else "not in a VPC")
    yield yes("X-Ray tracing", maker.get(function, "TracingConfig.Mode") == "Active")
    yield from _serving(maker, name.text)
    yield Fact("Environment variables", tuple(_variables(maker, function)) or (Value("none"),))


def _serving(maker: Maker, name: str) -> Iterator[Fact]:
    """What serves now, where the account was asked."""
    part = maker.seen.parts.get("functions")
    row = next((row for row in part.rows if row["name"] == name), None) if part else None
    if row is None:
        return
    package = f", of {row['package']}" if row["package"] else ", made by hand"
    yield fact("Serves", f"version {row['version']}{package}")
    yield fact("Last changed", f"{row['modified']:%Y-%m-%d %H:%M} UTC")


def _variables(maker: Maker, function: Resource) -> Iterator[Value]:
    found = maker.get(function, "Environment.Variables", {})
    if not isinstance(found, dict):
        yield maker.told.unknown()
        return
    for name, value in sorted(found.items()):
        text = maker.told.value(value)
        shown = f"={variable(name, text.text)}" if text.is_known else " (given at deployment)"
        yield Value(f"{name}{shown}", is_code=True)


def roles(maker: Maker) -> Iterator[Component]:
    """Every role, with what it may."""
    for role in sorted(maker.of(ROLE), key=lambda one: one.logical_id):
        name = maker.told.id(role, "RoleName")
        yield maker.component(
            "Roles",
            "IAM role",
            name.text if name.is_known else role.logical_id,
            _role(maker, role, name),
            [role],
            layers=OF_ROLE if role.logical_id == "ApiRole" else (),
        )


def _role(maker: Maker, role: Resource, name: Value) -> Iterator[Fact]:
    told = maker.told
    yield Fact("Name", (name,))
    path = str(maker.get(role, "Path", "/")).strip("/")
    whole = f"role/{path}/{name.text}" if path else f"role/{name.text}"
    yield Fact("ARN", (told.arn("iam", whole, region=False) if name.is_known else told.unknown(),))
    managed = [told.text(one).rpartition("/")[2] for one in many(maker.get(role, "ManagedPolicyArns"))]
    yield fact("Attached policies", *(managed or ["none"]))
    own = [
        told.text(one.get("PolicyName")) for one in many(maker.get(role, "Policies")) if isinstance(one, dict)
    ]
    if own:
        yield fact("Policies of its own", *own)


def log_groups(maker: Maker) -> Iterator[Component]:
    """All log groups, in one component."""
    groups = maker.of(LOG_GROUP)
    if groups:
        facts = [_log_group(maker, group) for group in groups]
        yield maker.component("Logs", "CloudWatch Logs", "Log groups", facts, groups, layers=("logs",))


def _log_group(maker: Maker, group: Resource) -> Fact:
    days = maker.get(group, "RetentionInDays")
    kept = "kept for ever" if days is None else f"kept {maker.told.text(days)} days"
    key = "" if maker.get(group, "KmsKeyId") is None else ", encrypted by a key of our own"
    return Fact(group.logical_id, (maker.told.id(group, "LogGroupName"), Value(f"{kept}{key}")))
