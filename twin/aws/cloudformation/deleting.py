"""Deletes what a stack has, as the policies of its resources say: all of it, or what is left over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twin.aws.cloudformation.errors import Failed

if TYPE_CHECKING:
    from collections.abc import Collection

    from twin.aws.cloudformation.journal import Journal
    from twin.aws.cloudformation.state import Held, Stack
    from twin.aws.cloudformation.working import Worker

RETAINED = ("Retain", "RetainExceptOnCreate")


class Deleting:
    """Deletion of one stack's resources in one operation."""

    def __init__(self, stack: Stack, journal: Journal, worker: Worker) -> None:
        self.stack, self._journal, self._worker = stack, journal, worker

    def delete_all(self, retained: Collection[str] = (), *, is_rollback: bool = False) -> list[str]:
        """Delete the resources, the last made first; gives the ids of those that could not be.

        `is_rollback` deletes what a creation has made.
        """
        stack = self.stack
        failed = []
        for held in reversed(list(stack.held.values())):
            policy = self.policy_of_new(held) if is_rollback else held.deletion_policy
            if self._delete(held, "Retain" if held.logical_id in retained else policy):
                del stack.held[held.logical_id]
            else:
                failed.append(held.logical_id)
        leftovers = self._leftovers()
        stack.undo.clear()
        stack.surplus = [
            held
            for held in leftovers
            if not self._delete(held, "Retain" if held.logical_id in retained else held.deletion_policy)
        ]
        return [*failed, *(held.logical_id for held in stack.surplus)]

    def clean_up(self, wanted: Collection[str]) -> None:
        """Delete what was replaced and what is no longer wanted; a failure leaves it behind, as in AWS."""
        gone = [held for held in self.stack.held.values() if held.logical_id not in wanted]
        self.delete_leftovers()
        for held in reversed(gone):
            self._delete(held, held.deletion_policy)
            del self.stack.held[held.logical_id]

    def delete_leftovers(self) -> None:
        """Delete what was replaced or set aside; a failure leaves it behind, as in AWS."""
        for held in self._leftovers():
            self._delete(held, held.deletion_policy)
        self.stack.undo.clear()
        self.stack.surplus.clear()

    def policy_of_new(self, held: Held) -> str:
        """What becomes of a resource that an operation has made which is taken back."""
        goal = self.stack.attempt
        if held.deletion_policy == "RetainExceptOnCreate" or (goal and goal.retain_except_on_create):
            return "Delete"
        return held.deletion_policy

    def _leftovers(self) -> list[Held]:
        """What was replaced since the stack was last stable, the last first, and what was set aside."""
        replaced = [step.superseded for step in reversed(self.stack.undo) if step.superseded]
        aside = [replace(held, deletion_policy=held.update_replace_policy) for held in replaced]
        return [*aside, *self.stack.surplus]

    def _delete(self, held: Held, policy: str) -> bool:
        """Delete a resource, or leave it where its policy says so; False when it could not be deleted."""
        if policy in RETAINED:
            self._journal.tell(held, "DELETE_SKIPPED")
            return True
        self._journal.tell(held, "DELETE_IN_PROGRESS")
        try:
            self._worker.delete(held, policy)
        except Failed as failed:
            self._journal.tell(held, "DELETE_FAILED", failed.reason)
            if self.stack.held.get(held.logical_id) is held:
                self.stack.held[held.logical_id] = replace(held, status="DELETE_FAILED", reason=failed.reason)
            return False
        self._journal.tell(held, "DELETE_COMPLETE")
        return True
