"""Says in CloudFormation's words what our evaluation of a template has found wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cfn.errors import CfnError, CircularReference, TemplateInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cfn.resolve import Resolver

UNRESOLVED = (
    "Template format error: Unresolved resource dependencies [{name}] in the {section} block of the template"
)
SENTENCES: tuple[tuple[str, str], ...] = (
    (
        r"(?P<name>\S+) does not exist, because condition \S+ does not hold",
        UNRESOLVED,
    ),
    (
        r"(?P<name>\S+) is neither a resource nor a parameter",
        UNRESOLVED,
    ),
    (
        r"(?P<name>\S+) is not a resource",
        "Template error: instance of Fn::GetAtt references undefined resource {name}",
    ),
    (
        r"(?P<name>\S+) is not a condition",
        "Template error: unresolved condition dependency {name} in Fn::If",
    ),
    (
        r"there is no item (?P<name>\d+) in a list.*",
        "Template error: Fn::Select cannot select nonexistent value at index {name}",
    ),
    (
        r"(?P<name>resource \S+ does not support attribute type \S+ in Fn::GetAtt)",
        "Template error: {name}",
    ),
)
"""Patterns of our sentences, and AWS's for the same mistake."""
MAP_KEY = re.compile(r"the mappings have no '.*' there")


def in_aws_words(error: CfnError, resolver: Resolver | None = None) -> str:
    """The sentence that AWS would answer with; ours, with the place, where AWS's is not known."""
    if isinstance(error, CircularReference):
        return f"Template error: Circular dependency between conditions: [{', '.join(error.path[:-1])}]"
    if not isinstance(error, TemplateInvalid):
        return f"Template error: {error}"
    for pattern, sentence in SENTENCES:
        found = re.fullmatch(pattern, error.found)
        if found:
            section = error.where.partition("/")[0]
            block = section if section in ("Conditions", "Outputs") else "Resources"
            return sentence.format(**found.groupdict(), section=block)
    if resolver and MAP_KEY.fullmatch(error.found):
        return f"Template error: Unable to get mapping for {'::'.join(_map_keys(resolver, error.where))}"
    return f"Template error: {error.where}: {error.found}"


def _map_keys(resolver: Resolver, where: str) -> list[str]:
    """What the keys of a Fn::FindInMap come to; the function stands at the end of its place."""
    found: Any = resolver.template.body
    for step in where.split("/"):
        found = _inside(found, step)
    return [str(resolver.resolve(key)) for key in found[:3]]


def _inside(value: Mapping[str, Any] | list[Any], step: str) -> Any:
    return value[int(step)] if isinstance(value, list) else value[step]
