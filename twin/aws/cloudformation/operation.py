"""One operation on a stack, from its beginning to its end: made, changed, taken back, deleted."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from cfn.graph import order
from cfn.values import Unknown
from twin.aws.cloudformation.bringing import BLANK, Bringing
from twin.aws.cloudformation.change_set import make_obsolete
from twin.aws.cloudformation.deleting import Deleting
from twin.aws.cloudformation.dynamic_references import DynamicReferences
from twin.aws.cloudformation.errors import Failed, mistaken
from twin.aws.cloudformation.imports import tagged
from twin.aws.cloudformation.journal import Journal
from twin.aws.cloudformation.masking import secrets_of
from twin.aws.cloudformation.outputs import exports_of, imports_of, told_outputs
from twin.aws.cloudformation.stack_policy import Guard
from twin.aws.cloudformation.state import now
from twin.aws.cloudformation.working import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cfn.schema import Difference
    from cfn.template import Resource
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Goal, Held, Stack, Undo
    from twin.aws.handler import Identifier

TAGGED = "Apply stack-level tags to imported resource if applicable."


class Operation:
    """What is being done to a stack, whose state and history are written as it goes on."""

    def __init__(
        self, cloud: CloudFormation, stack: Stack, token: str | None = None, guard: Guard | None = None
    ) -> None:
        self.cloud, self.stack, self._guard = cloud, stack, guard or Guard()
        self._journal = Journal(stack, token)
        self._worker = Worker(cloud.aws, stack, DynamicReferences(cloud.aws), self._journal.operation)
        self._deleting = Deleting(stack, self._journal, self._worker)

    def create(self, goal: Goal) -> None:
        """Make a stack that was announced by its creation or by a change set."""
        self._begin("CREATE", goal)
        bringing = self._bringing(goal)
        try:
            self._bring(bringing)
        except Failed as failed:
            self._give_up_creation(goal, failed)
        else:
            self._arrive(goal, "CREATE_COMPLETE")

    def update(self, goal: Goal) -> None:
        """Bring a stack to another goal."""
        self._begin("UPDATE", goal)
        bringing = self._bringing(goal)
        try:
            self._bring(bringing)
        except Failed as failed:
            self._give_up_update(goal, failed)
            return
        self._journal.tell_stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        self._deleting.clean_up({resource.logical_id for resource in bringing.wanted})
        self._arrive(goal, "UPDATE_COMPLETE")

    def adopt(self, goal: Goal, identifiers: Mapping[str, Identifier]) -> None:
        """Bring resources that are there already into a stack, as an import does.

        `identifiers` name them, by logical id.
        """
        self._begin("IMPORT", goal)
        bringing = self._bringing(goal)
        taken: list[Held] = []
        try:
            with _unmistaken():
                for resource in bringing.wanted:
                    if resource.logical_id in identifiers:
                        self._adopt(bringing, resource, identifiers[resource.logical_id], taken)
                self._tell_outputs(bringing)
        except Failed as failed:
            self._give_up_import(taken, failed)
        else:
            self._arrive(goal, "IMPORT_COMPLETE")

    def delete(self, retained: frozenset[str] = frozenset(), reason: str = "User Initiated") -> None:
        """Delete the stack's resources, the last made first, and then the stack."""
        self._journal.tell_stack("DELETE_IN_PROGRESS", reason)
        failed = self._deleting.delete_all(retained)
        if failed:
            self._journal.tell_stack("DELETE_FAILED", _not_deleted(failed))
            return
        self.stack.outputs, self.stack.imports = {}, frozenset()
        self.stack.deleted = now()
        self._journal.tell_stack("DELETE_COMPLETE")

    def roll_back_creation(self, reason: str | None = None) -> None:
        """Delete what a creation had made, but for what is retained even then."""
        self._journal.tell_stack("ROLLBACK_IN_PROGRESS", reason)
        failed = self._deleting.delete_all(is_rollback=True)
        if failed:
            self._journal.tell_stack("ROLLBACK_FAILED", _not_deleted(failed))
        else:
            self._journal.tell_stack("ROLLBACK_COMPLETE")

    def roll_back_update(self, reason: str | None = None, skipped: frozenset[str] = frozenset()) -> None:
        """Take an update back, the last step first; skipped resources are left as they are."""
        self._journal.tell_stack("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        for step in reversed(self.stack.undo.copy()):
            try:
                self._take_back(step, is_skipped=step.logical_id in skipped)
            except Failed as failed:
                sentence = f"The following resource(s) failed to update: [{failed.logical_id}]. "
                self._journal.tell_stack("UPDATE_ROLLBACK_FAILED", sentence)
                return
            self.stack.undo.remove(step)
        self._journal.tell_stack("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        self._deleting.delete_leftovers()
        self._put_in_order(self.stack.goal)
        self.stack.updated = now()
        self._journal.tell_stack("UPDATE_ROLLBACK_COMPLETE")

    # The way there.

    def _bringing(self, goal: Goal) -> Bringing:
        return Bringing(self.cloud, self.stack, goal, self._journal, self._worker, self._guard)

    def _begin(self, word: str, goal: Goal) -> None:
        self.stack.attempt = goal
        self.stack.secrets |= secrets_of(goal)
        make_obsolete(self.stack)
        self._journal.tell_stack(f"{word}_IN_PROGRESS", "User Initiated")

    def _bring(self, bringing: Bringing) -> None:
        """Bring everything there is to bring, and tell the outputs; raises Failed."""
        with _unmistaken():
            self._refuse_missing_imports(bringing)
            bringing.bring_all()
            self._tell_outputs(bringing)

    def _refuse_missing_imports(self, bringing: Bringing) -> None:
        for name in sorted(imports_of(bringing.resolver)):
            found = self.cloud.exported(name)
            if isinstance(found, Unknown):
                raise Failed("", found.reason)

    def _tell_outputs(self, bringing: Bringing) -> None:
        outputs = told_outputs(bringing.resolver)
        with self.cloud.lock:
            self.cloud.refuse_taken_exports(self.stack, exports_of(outputs))
            self.stack.outputs, self.stack.imports = outputs, imports_of(bringing.resolver)

    def _arrive(self, goal: Goal, status: str) -> None:
        self.stack.goal = goal
        self.stack.undo.clear()
        self._put_in_order(goal)
        if not status.startswith("CREATE"):
            self.stack.updated = now()
        self._journal.tell_stack(status)

    def _put_in_order(self, goal: Goal | None) -> None:
        """Let each resource stand behind those that it needs, so that a deletion begins with the last."""
        if goal:
            place = {logical_id: position for position, logical_id in enumerate(order(goal.template))}
            held = sorted(self.stack.held.values(), key=lambda one: place.get(one.logical_id, -1))
            self.stack.held = {one.logical_id: one for one in held}

    def _adopt(
        self, bringing: Bringing, resource: Resource, identifier: Identifier, taken: list[Held]
    ) -> None:
        """Take one resource in, and give it the stack's tags; adds it to those that are taken."""
        named = "|".join(identifier.values())
        held = replace(BLANK, logical_id=resource.logical_id, type=resource.type, physical_id=named)
        try:
            held = replace(bringing.described(resource), identifier=identifier, physical_id=named)
            self._journal.tell(held, "IMPORT_IN_PROGRESS", "Resource import started.")
            adopted = self._worker.adopt(held)
        except Failed as failed:
            self._journal.tell(held, "IMPORT_FAILED", failed.reason)
            raise
        taken.append(adopted)
        self._journal.hold(adopted, "IMPORT_COMPLETE", "Resource import completed.")
        self._journal.tell(adopted, "UPDATE_IN_PROGRESS", TAGGED)
        try:
            adopted = tagged(self._worker, adopted, bringing.goal.tags)
        except Failed as failed:
            self._journal.tell(adopted, "UPDATE_FAILED", failed.reason)
            raise
        self._journal.hold(adopted, "UPDATE_COMPLETE")

    # The way back.

    def _give_up_creation(self, goal: Goal, failed: Failed) -> None:
        sentence = self._reason(failed)
        if goal.disable_rollback or goal.on_failure == "DO_NOTHING":
            self._journal.tell_stack("CREATE_FAILED", sentence)
        elif goal.on_failure == "DELETE":
            self.delete(reason=f"{sentence}Delete requested by user.")
        else:
            self.roll_back_creation(f"{sentence}Rollback requested by user.")

    def _give_up_update(self, goal: Goal, failed: Failed) -> None:
        sentence = self._reason(failed)
        if goal.disable_rollback:
            self._put_in_order(goal)
            self._journal.tell_stack("UPDATE_FAILED", sentence)
        else:
            self.roll_back_update(sentence)

    def _give_up_import(self, taken: list[Held], failed: Failed) -> None:
        """Leave what was taken in alone again; an import changes no resource."""
        self._journal.tell_stack(
            "IMPORT_ROLLBACK_IN_PROGRESS",
            f"The following resource(s) failed to import: [{failed.logical_id}].",
        )
        for held in reversed(taken):
            self._journal.tell(held, "IMPORT_ROLLBACK_COMPLETE")
            del self.stack.held[held.logical_id]
        self._journal.tell_stack("IMPORT_ROLLBACK_COMPLETE")

    def _reason(self, failed: Failed) -> str:
        """Why the stack gives up: a resource, or what is wrong with the stack as a whole."""
        goal = self.stack.attempt
        if goal is None or failed.logical_id not in goal.template.resources:
            return f"{failed.reason.rstrip('.')}. "
        verb = "update" if failed.logical_id in self.stack.held else "create"
        return f"The following resource(s) failed to {verb}: [{failed.logical_id}]. "

    def _take_back(self, step: Undo, *, is_skipped: bool) -> None:
        """Bring one resource back to what it was; what is then too much becomes the stack's surplus."""
        before, after = step.before, step.after
        if before is None:
            del self.stack.held[after.logical_id]
            self.stack.surplus.append(replace(after, deletion_policy=self._deleting.policy_of_new(after)))
        elif is_skipped:
            self._journal.hold(after, "UPDATE_COMPLETE")
        elif step.superseded:
            self._journal.hold(before, "UPDATE_COMPLETE")
            self.stack.surplus.append(replace(after, deletion_policy="Delete"))
        else:
            self._restore(before, after, step.drifted)

    def _restore(self, before: Held, after: Held, drifted: tuple[Difference, ...]) -> None:
        self._journal.tell(before, "UPDATE_IN_PROGRESS")
        try:
            restored = self._worker.update(after, before, drifted)
        except Failed as failed:
            self._journal.hold(after, "UPDATE_FAILED", failed.reason)
            raise
        self._journal.hold(restored, "UPDATE_COMPLETE")


def _not_deleted(failed: list[str]) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(failed)}]. "


@contextmanager
def _unmistaken() -> Iterator[None]:
    """Turns a mistake of our own into a failure, so that no stack stays in progress for ever."""
    try:
        yield
    except Failed:
        raise
    except Exception as error:
        raise Failed("", mistaken(error)) from error
