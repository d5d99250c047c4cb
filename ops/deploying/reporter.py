"""Whom a deployment tells what it does, as it does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ops.stack import Event


class Reporter(Protocol):
    """Told by several threads at once; `stack` is a short name such as `service`."""

    def expect(self, steps: Iterable[tuple[str, frozenset[str]]]) -> None:
        """Tell the steps to come, each with those that it needs."""

    def stage(self, name: str) -> None:
        """Tell that a step which is no stack begins, such as `migrations`."""

    def stage_done(self, name: str, sentence: str) -> None:
        """Tell what came of it."""

    def begin(self, stack: str, changes: Sequence[dict[str, Any]]) -> None:
        """Tell that a stack's change set is executed; `changes` are its ResourceChange documents."""

    def event(self, event: Event) -> None:
        """Tell what happened to a resource or a stack."""

    def end(self, stack: str, sentence: str, *, succeeded: bool) -> None:
        """Tell what came of a stack."""

    def say(self, sentence: str) -> None:
        """Tell anything else."""


class Silent:
    """Tells nobody."""

    def expect(self, steps: Iterable[tuple[str, frozenset[str]]]) -> None:
        """Pass it over."""

    def stage(self, name: str) -> None:
        """Pass it over."""

    def stage_done(self, name: str, sentence: str) -> None:
        """Pass it over."""

    def begin(self, stack: str, changes: Sequence[dict[str, Any]]) -> None:
        """Pass it over."""

    def event(self, event: Event) -> None:
        """Pass it over."""

    def end(self, stack: str, sentence: str, *, succeeded: bool) -> None:
        """Pass it over."""

    def say(self, sentence: str) -> None:
        """Pass it over."""
