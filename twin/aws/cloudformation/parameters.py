"""Values of a stack's parameters: given, kept, or left to their defaults, and what they come to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cfn.constraints import is_secret, refuse_unfit
from cfn.errors import TemplateInvalid
from cfn.parameters import parameter_value, stored_type
from twin.aws.cloudformation.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cfn.template import Template
    from twin.aws.clients import Aws

RULES = {
    "AllowedPattern": "must match pattern {}",
    "AllowedValues": "must be one of AllowedValues",
    "MaxLength": "must contain at most {} characters",
    "MaxValue": "must be a number not greater than {}",
    "MinLength": "must contain at least {} characters",
    "MinValue": "must be a number not less than {}",
}
"""AWS's words for a value that breaks a rule of its declaration."""
_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?")
HIDDEN = "****"
"""What is shown of a parameter that is NoEcho."""


def chosen(
    template: Template, asked: Sequence[Mapping[str, Any]], previous: Mapping[str, str]
) -> dict[str, str]:
    """Values by name that a call gives, without those left to their defaults; raises InvalidRequest.

    `asked` has ParameterKey with ParameterValue or UsePreviousValue; `previous` is what the stack has. A
    parameter that an update says nothing of falls back to its default, as AWS has it.
    """
    values: dict[str, str] = {}
    for parameter in asked:
        name = parameter["ParameterKey"]
        if not parameter.get("UsePreviousValue"):
            values[name] = parameter.get("ParameterValue", "")
        elif name in previous:
            values[name] = previous[name]
        else:
            raise InvalidRequest(
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a "
                "parameter key not in the previous template"
            )
    unknown = sorted(values.keys() - template.parameters.keys())
    if unknown:
        raise InvalidRequest(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [
        name
        for name, declaration in sorted(template.parameters.items())
        if name not in values and "Default" not in declaration
    ]
    if missing:
        raise InvalidRequest(f"Parameters: [{', '.join(missing)}] must have values")
    for name, declaration in sorted(template.parameters.items()):
        _refuse_unfit(template, name, declaration, values.get(name, declaration.get("Default")))
    return values


def _refuse_unfit(template: Template, name: str, declaration: Mapping[str, Any], value: Any) -> None:
    """Raise InvalidRequest for a value, or a default, that its declaration does not allow."""
    try:
        refuse_unfit(template.name, name, declaration, value)
    except TemplateInvalid as error:
        said = declaration.get("ConstraintDescription")
        rule = next(rule for rule in RULES if f" breaks {rule} " in error.found)
        raise InvalidRequest(
            f"Parameter {name} failed to satisfy constraint: {said}"
            if said
            else f"Parameter '{name}' {RULES[rule].format(declaration[rule])}"
        ) from None
    texts = {"Number": [str(value)], "List<Number>": str(value).split(",")}.get(declaration["Type"], [])
    if not all(_NUMBER.fullmatch(text.strip()) for text in texts):
        raise InvalidRequest(f"Parameter '{name}' must be a number")


def settled(template: Template, given: Mapping[str, str], aws: Aws) -> dict[str, Any]:
    """What each parameter comes to; one that is read from SSM comes to what stands there now.

    Raises InvalidRequest for a path at which nothing stands.
    """
    missing: list[str] = []

    def stored(path: str) -> str:
        found = _stored(aws, path)
        if found is None:
            missing.append(path)
        return found or ""

    values = {
        name: parameter_value(name, declaration, given.get(name), template.name, stored)
        for name, declaration in sorted(template.parameters.items())
    }
    if missing:
        raise InvalidRequest(
            f"Unable to fetch parameters [{','.join(missing)}] from parameter store for this account."
        )
    return values


def told_parameters(
    template: Template, given: Mapping[str, str], settled_values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Parameters as DescribeStacks tells them; the value of one that is NoEcho is hidden."""
    told = []
    for name, declaration in sorted(template.parameters.items()):
        value = str(given.get(name, declaration.get("Default", "")))
        row = {"ParameterKey": name, "ParameterValue": value}
        if stored_type(str(declaration.get("Type"))):
            found = settled_values.get(name, "")
            row["ResolvedValue"] = ",".join(map(str, found)) if isinstance(found, list) else str(found)
        if is_secret(declaration):
            row = {"ParameterKey": name, **dict.fromkeys(row.keys() - {"ParameterKey"}, HIDDEN)}
        told.append(row)
    return told


def _stored(aws: Aws, path: str) -> str | None:
    """What stands at a path; raises InvalidRequest for a secret, which no parameter may read."""
    ssm = aws.client("ssm")
    try:
        found = ssm.get_parameter(Name=path)["Parameter"]
    except ssm.exceptions.ParameterNotFound:
        return None
    if found["Type"] == "SecureString":
        raise InvalidRequest(
            f"Parameters [{path}] referenced by template have types not supported by CloudFormation."
        )
    value: str = found["Value"]
    return value
