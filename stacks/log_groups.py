"""Log groups that belong to the template: retention, encryption and an end are decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import logs

if TYPE_CHECKING:
    from stacks.stack import Stack


def add_log_group(stack: Stack, name: str, **properties: Any) -> logs.LogGroup:
    """Add a log group; a writer without one makes its own, kept for ever and unencrypted."""
    return stack.add(
        logs.LogGroup(
            name,
            RetentionInDays=stack.environment.log_retention_days,
            **stack.encryption,
            **properties,
            **stack.keep,
        )
    )
