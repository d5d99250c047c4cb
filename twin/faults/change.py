"""What an injector has done, and how it is undone; steps are undone the last first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.faults.targets import Targets, World


@dataclass(frozen=True, slots=True)
class Done:
    """What was changed, in a sentence, and what puts it back as it was."""

    did: str
    undo: Callable[[], object] = field(repr=False)


class Injector(Protocol):
    """Changes a world as a mistake would; its arguments are those of the catalogue."""

    def __call__(self, world: World, targets: Targets, /, **arguments: str | float | bool) -> Done:
        """Make the change. Raises botocore's ClientError where the local AWS refuses it."""


def undoing(*steps: Callable[[], object]) -> Callable[[], None]:
    """All steps in one, the last first."""

    def undo() -> None:
        for step in reversed(steps):
            step()

    return undo
