"""Secrets that the templates read and none of them makes: a person enters them, and pays for them too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cost.context import Context

READ = re.compile(r"\{\{resolve:secretsmanager:([^:}$]+)")
"""A dynamic reference by a literal name; one by a reference's ARN begins with `$` or `arn:`."""


def entered_secrets(context: Context) -> tuple[str, ...]:
    """Their names, sorted."""
    read = {name for text in _texts(context) for name in READ.findall(text) if name != "arn"}
    made = {str(context.get(secret, "Name")) for secret in context.resources("AWS::SecretsManager::Secret")}
    return tuple(sorted(read - made))


def _texts(context: Context) -> Iterator[str]:
    for resource in context.resources():
        yield from _within(context.deployment.properties(resource))


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _within(inner)
