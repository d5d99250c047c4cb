"""What an action of the migrator works with, and how it is declared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.migrator.errors import FilesError
from runtime.migrator.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.migrator.connection import Target
    from runtime.migrator.files import Migrations

Document = dict[str, Any]
"""An answer, of what JSON holds."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything but the options of the event itself."""

    target: Target
    migrations: Migrations
    progress: Progress = field(default_factory=Progress)
    deadline: float | None = None
    """When it must be over, by `time.monotonic`; None is never."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to ask for: what it does, and its options with their types."""

    purpose: str
    run: str
    """`module:function` of this package, imported only when it is asked for: a start has no time for all.
    The function takes a `Context` and the options, and returns a `Document`."""
    options: Mapping[str, type]


class EventRefused(FilesError):
    """An event names no action, or an option that the action does not have."""

    def __init__(self, found: str, allowed: str) -> None:
        self.found = found
        super().__init__(f"{found}; allowed are {allowed}")
