"""Hides the values of parameters that are NoEcho, wherever a stack's values are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.constraints import is_secret
from cfn.values import many
from twin.aws.cloudformation.parameters import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twin.aws.cloudformation.state import Goal


def secrets_of(goals: Iterable[Goal | None]) -> frozenset[str]:
    """What no one may be shown of the goals' parameters."""
    return frozenset(
        str(value)
        for goal in goals
        if goal
        for name, declaration in goal.template.parameters.items()
        if is_secret(declaration)
        for value in many(goal.settled.get(name))
        if str(value)
    )


def masked(value: Any, secrets: frozenset[str]) -> Any:
    """The value without any secret in it; other kinds of values stay as they are."""
    if not secrets or value is None:
        return value
    if isinstance(value, dict):
        return {key: masked(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, secrets) for item in value]
    if isinstance(value, str):
        for secret in sorted(secrets, key=len, reverse=True):
            value = value.replace(secret, HIDDEN)
        return value
    return HIDDEN if str(value) in secrets else value
