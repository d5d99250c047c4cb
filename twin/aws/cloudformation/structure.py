"""What a template's text must look like before anything in it is evaluated, in CloudFormation's words.

"CloudFormation template sections" and "CloudFormation quotas", CloudFormation User Guide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cfn.errors import TemplateInvalid
from cfn.template import LANGUAGE_EXTENSIONS, LOOP, Template
from twin.aws.cloudformation.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    }
)
NOT_DONE = {
    "Hooks": "hooks of blue/green deployments",
    "Rules": "rules on parameters",
}
"""Sections that AWS takes and the local AWS does not act on."""
MOST = {"Mappings": 200, "Outputs": 200, "Parameters": 200, "Resources": 500}
"""Entries of a section."""
NAMED = {"Mappings": "Mapping", "Outputs": "Output", "Parameters": "Parameter", "Resources": "Resource"}
"""What AWS calls an entry of a section, whose name is letters and digits."""
MOST_DESCRIPTION = 1024
"""Bytes of a template's description."""
PARAMETER_KEYS = frozenset(
    {
        "AllowedPattern",
        "AllowedValues",
        "ConstraintDescription",
        "Default",
        "Description",
        "MaxLength",
        "MaxValue",
        "MinLength",
        "MinValue",
        "NoEcho",
        "Type",
    }
)
PARAMETER_TYPE = re.compile(
    r"String|Number|CommaDelimitedList|List<(Number|String|AWS::[\w:]+)>|AWS::[\w:]+"
    r"|AWS::SSM::Parameter::Value<.+>"
)
_PLACE = re.compile(r"line (\d+), column (\d+)")
_ALPHANUMERIC = re.compile("[a-zA-Z0-9]+")


def read_template(text: str, stack_name: str) -> Template:
    """The template that a text holds; raises InvalidRequest for one that CloudFormation would not take.

    Loops in it are left as they are.
    """
    template = _parsed(text, stack_name)
    body = template.body
    for path in _nulls(body, ""):
        raise InvalidRequest(f"[{path}] 'null' values are not allowed in templates")
    unknown = sorted(map(str, body.keys() - SECTIONS))
    if unknown:
        raise InvalidRequest(f"Invalid template property or properties [{', '.join(unknown)}]")
    for section in sorted(NOT_DONE.keys() & body.keys()):
        raise InvalidRequest(f"the local AWS has no {NOT_DONE[section]}; take {section} out of the template")
    _refuse_head(body)
    for section in MOST:
        _refuse_entries(section, body.get(section, {}))
    try:
        _refuse_transforms(template)
    except TemplateInvalid as error:
        raise _format_error(f"{error.where}: {error.found}") from None
    for name, declaration in body.get("Parameters", {}).items():
        _refuse_parameter(name, declaration)
    for mapping in body.get("Mappings", {}).values():
        _refuse_mapping(mapping)
    if not body.get("Resources"):
        raise _format_error("At least one Resources member must be defined.")
    return template


def _parsed(text: str, stack_name: str) -> Template:
    try:
        return Template.parse(stack_name, text)
    except TemplateInvalid as error:
        if "no mapping of sections" in error.found:
            raise _format_error("unsupported structure.") from None
        place = _PLACE.search(error.found)
        if place is None:
            raise _format_error(error.found) from None
        language = "JSON" if text.lstrip().startswith("{") else "YAML"
        raise _format_error(f"{language} not well-formed. (line {place[1]}, column {place[2]})") from None


def _nulls(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _nulls(item, f"{path}/{key}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _nulls(item, f"{path}/{position}")
    elif value is None:
        yield path


def _refuse_head(body: dict[str, Any]) -> None:
    if str(body.get("AWSTemplateFormatVersion", "2010-09-09")) != "2010-09-09":
        raise _format_error("unsupported value for AWSTemplateFormatVersion.")
    description = body.get("Description", "")
    if not isinstance(description, str):
        raise _format_error("Description must be a string.")
    if len(description.encode()) > MOST_DESCRIPTION:
        raise _format_error(f"'Description' length is greater than {MOST_DESCRIPTION}.")


def _refuse_entries(section: str, entries: Any) -> None:
    """Refuse a section that is no mapping, has too many entries, or one with a wrong name."""
    if not isinstance(entries, dict):
        raise _format_error(f"{section} must be an object.")
    if len(entries) > MOST[section]:
        raise _format_error(
            f"Number of {section.lower()}, {len(entries)}, is greater than maximum allowed, {MOST[section]}"
        )
    for name, entry in entries.items():
        if str(name).startswith((LOOP, "Fn::Transform")):
            continue
        if not isinstance(entry, dict):
            raise _format_error(
                f"Every Mappings member {name} must be a map"
                if section == "Mappings"
                else f"Any {section} member must be an object."
            )
        if not _ALPHANUMERIC.fullmatch(str(name)):
            raise _format_error(f"{NAMED[section]} name {name} is non alphanumeric.")


def _refuse_transforms(template: Template) -> None:
    if template.macros:
        raise InvalidRequest(f"No transform named {template.macros[0]} found.")
    if LANGUAGE_EXTENSIONS in template.transforms:
        return
    for key in _keys(template.body):
        if key in ("Fn::Length", "Fn::ToJsonString") or key.startswith(LOOP):
            raise InvalidRequest(
                f"Template error: {key} is only known with the transform {LANGUAGE_EXTENSIONS}"
            )


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _keys(item)
    elif isinstance(value, list):
        for item in value:
            yield from _keys(item)


def _refuse_parameter(name: str, declaration: dict[str, Any]) -> None:
    unknown = sorted(declaration.keys() - PARAMETER_KEYS)
    if unknown:
        raise InvalidRequest(f"Invalid template parameter property '{unknown[0]}'")
    if "Type" not in declaration:
        raise _format_error(f"[/Parameters/{name}] Every Parameters object must contain a Type member.")
    kind = declaration["Type"]
    if not PARAMETER_TYPE.fullmatch(str(kind)):
        raise _format_error(f"Unrecognized parameter type: {kind}")
    if not isinstance(declaration.get("Default", ""), str | int | float):
        raise _format_error("Every Default member must be a string.")


def _refuse_mapping(mapping: dict[str, Any]) -> None:
    for key, inner in mapping.items():
        if key == "Fn::Transform":
            continue
        if not isinstance(inner, dict):
            raise _format_error(f"Every Mappings member {key} must be a map")
        for value in inner.values():
            if not isinstance(value, str | int | float | list):
                raise _format_error("Every Mappings attribute must be a String or a List.")


def _format_error(sentence: str) -> InvalidRequest:
    return InvalidRequest(f"Template format error: {sentence}")
