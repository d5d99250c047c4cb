"""Hides secrets wherever a stack's values are shown: those of NoEcho parameters, and those looked up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cfn.constraints import is_secret
from cfn.values import many
from twin.aws.cloudformation.parameters import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Collection

    from twin.aws.cloudformation.state import Goal


def secrets_of(goal: Goal) -> frozenset[str]:
    """What no one may be shown of a goal's parameters."""
    return frozenset(
        str(value)
        for name, declaration in goal.template.parameters.items()
        if is_secret(declaration)
        for value in many(goal.settled.get(name))
        if str(value)
    )


def masked(value: Any, secrets: Collection[str]) -> Any:
    """The value without any secret in it; other kinds of values stay as they are."""
    if not secrets or value is None:
        return value
    if isinstance(value, dict):
        return {key: masked(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, secrets) for item in value]
    if isinstance(value, str):
        return _masked_text(value, secrets)
    return HIDDEN if str(value) in secrets else value


def _masked_text(text: str, secrets: Collection[str]) -> str:
    """The text without any secret, nor as Python or JSON quote it, as errors do."""
    for secret in sorted(secrets, key=len, reverse=True):
        for form in dict.fromkeys((secret, repr(secret)[1:-1], json.dumps(secret)[1:-1])):
            text = text.replace(form, HIDDEN)
    return text
