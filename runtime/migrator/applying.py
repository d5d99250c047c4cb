"""The action `up`: applies what is pending, and tells what was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.migrator.runner import Options, up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.migrator.context import Context, Document


def apply_pending(context: Context, options: Mapping[str, Any]) -> Document:
    """Apply what is pending, and tell what was. Raises any `MigratorError`."""
    result = up(
        context.target,
        context.migrations,
        Options(**options, deadline=context.deadline),
        context.progress,
    )
    return {
        "database": result.database,
        "applied": [
            {
                "version": applied.migration.version,
                "description": applied.migration.description,
                "seconds": applied.nanoseconds / 1e9,
            }
            for applied in result.applied
        ],
        "remaining": [migration.version for migration in result.remaining],
        "warnings": [hazard.render() for hazard in result.warnings],
        "seconds": result.nanoseconds / 1e9,
    }
