"""One operation on a stack, from its beginning to its end: made, changed, taken back, deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cfn.values import Unknown
from twin.aws.cloudformation.bringing import BLANK, Bringing
from twin.aws.cloudformation.change_set import make_obsolete
from twin.aws.cloudformation.dynamic_references import DynamicReferences
from twin.aws.cloudformation.errors import Failed
from twin.aws.cloudformation.imports import tagged
from twin.aws.cloudformation.journal import Journal
from twin.aws.cloudformation.outputs import exports_of, imports_of, told_outputs
from twin.aws.cloudformation.stack_policy import Guard
from twin.aws.cloudformation.state import now
from twin.aws.cloudformation.working import Worker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cfn.template import Resource
    from twin.aws.cloudformation.service import CloudFormation
    from twin.aws.cloudformation.state import Goal, Held, Stack, Undo
    from twin.aws.handler import Identifier

RETAINED = ("Retain", "RetainExceptOnCreate")
TAGGED = "Apply stack-level tags to imported resource if applicable."


class Operation:
    """What is being done to a stack, whose state and history are written as it goes on."""

    def __init__(
        self, cloud: CloudFormation, stack: Stack, token: str | None = None, guard: Guard | None = None
    ) -> None:
        self.cloud, self.stack, self._guard = cloud, stack, guard or Guard()
        self._journal = Journal(stack, token)
        self._worker = Worker(cloud.aws, stack, DynamicReferences(cloud.aws), self._journal.operation)

    def create(self, goal: Goal) -> None:
        """Make a stack that was announced by its creation or by a change set."""
        self._begin("CREATE", goal)
        bringing = self._bringing(goal)
        try:
            self._refuse_missing_imports(bringing)
            bringing.bring_all()
            self._tell_outputs(bringing)
        except Failed as failed:
            self._give_up_creation(goal, failed)
        else:
            self._arrive(goal, "CREATE_COMPLETE")

    def update(self, goal: Goal) -> None:
        """Bring a stack to another goal."""
        self._begin("UPDATE", goal)
        bringing = self._bringing(goal)
        try:
            self._refuse_missing_imports(bringing)
            bringing.bring_all()
            self._tell_outputs(bringing)
        except Failed as failed:
            self._give_up_update(goal, failed)
            return
        self._journal.tell_stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        self._clean_up_after(bringing)
        self._arrive(goal, "UPDATE_COMPLETE")

    def adopt(self, goal: Goal, identifiers: Mapping[str, Identifier]) -> None:
        """Bring resources that are there already into a stack, as an import does.

        `identifiers` name them, by logical id.
        """
        self._begin("IMPORT", goal)
        bringing = self._bringing(goal)
        taken: list[Held] = []
        try:
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
        failed = self._delete_all(retained)
        if failed:
            self._journal.tell_stack("DELETE_FAILED", _not_deleted(failed))
            return
        self.stack.outputs, self.stack.imports = {}, frozenset()
        self.stack.deleted = now()
        self._journal.tell_stack("DELETE_COMPLETE")

    def roll_back_creation(self, reason: str | None = None) -> None:
        """Delete what a creation had made, but for what is retained even then."""
        self._journal.tell_stack("ROLLBACK_IN_PROGRESS", reason)
        failed = self._delete_all(frozenset(), is_rollback=True)
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
        for held in self.stack.surplus:
            self._delete(held, held.deletion_policy)
        self.stack.surplus.clear()
        self.stack.updated = now()
        self._journal.tell_stack("UPDATE_ROLLBACK_COMPLETE")

    # The way there.

    def _bringing(self, goal: Goal) -> Bringing:
        return Bringing(self.cloud, self.stack, goal, self._journal, self._worker, self._guard)

    def _begin(self, word: str, goal: Goal) -> None:
        self.stack.attempt = goal
        make_obsolete(self.stack)
        self._journal.tell_stack(f"{word}_IN_PROGRESS", "User Initiated")

    def _refuse_missing_imports(self, bringing: Bringing) -> None:
        for name in sorted(imports_of(bringing.resolver)):
            found = self.cloud.exported(name)
            if isinstance(found, Unknown):
                raise Failed("", found.reason)

    def _tell_outputs(self, bringing: Bringing) -> None:
        outputs = told_outputs(bringing.resolver)
        self.cloud.refuse_taken_exports(self.stack, exports_of(outputs))
        self.stack.outputs, self.stack.imports = outputs, imports_of(bringing.resolver)

    def _clean_up_after(self, bringing: Bringing) -> None:
        """Delete what was replaced and what is no longer wanted; a failure leaves it behind, as in AWS."""
        wanted = {resource.logical_id for resource in bringing.wanted}
        gone = [held for held in self.stack.held.values() if held.logical_id not in wanted]
        for held in self._superseded():
            self._delete(held, held.update_replace_policy)
        for held in reversed(gone):
            self._delete(held, held.deletion_policy)
            del self.stack.held[held.logical_id]

    def _arrive(self, goal: Goal, status: str) -> None:
        self.stack.goal = goal
        self.stack.undo.clear()
        if not status.startswith("CREATE"):
            self.stack.updated = now()
        self._journal.tell_stack(status)

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
            self.stack.surplus.append(replace(after, deletion_policy=self._policy_of_new(after)))
        elif is_skipped:
            self._journal.hold(after, "UPDATE_COMPLETE")
        elif step.superseded:
            self._journal.hold(before, "UPDATE_COMPLETE")
            self.stack.surplus.append(replace(after, deletion_policy="Delete"))
        else:
            self._restore(before, after)

    def _restore(self, before: Held, after: Held) -> None:
        self._journal.tell(before, "UPDATE_IN_PROGRESS")
        try:
            restored = self._worker.update(after, before)
        except Failed as failed:
            self._journal.hold(after, "UPDATE_FAILED", failed.reason)
            raise
        self._journal.hold(restored, "UPDATE_COMPLETE")

    def _policy_of_new(self, held: Held) -> str:
        """What becomes of a resource that an operation has made which is taken back."""
        goal = self.stack.attempt
        if held.deletion_policy == "RetainExceptOnCreate" or (goal and goal.retain_except_on_create):
            return "Delete"
        return held.deletion_policy

    def _superseded(self) -> list[Held]:
        """What was replaced since the stack was last stable and is still there, the last first."""
        return [step.superseded for step in reversed(self.stack.undo) if step.superseded]

    def _delete_all(self, retained: frozenset[str], *, is_rollback: bool = False) -> list[str]:
        """Delete the resources, the last made first; gives the ids of those that could not be."""
        failed = []
        for held in reversed(list(self.stack.held.values())):
            policy = self._policy_of_new(held) if is_rollback else held.deletion_policy
            if held.logical_id in retained:
                policy = "Retain"
            if self._delete(held, policy):
                del self.stack.held[held.logical_id]
            else:
                failed.append(held.logical_id)
        for held in [*self._superseded(), *self.stack.surplus]:
            self._delete(held, held.deletion_policy)
        self.stack.undo.clear()
        self.stack.surplus.clear()
        return failed

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


def _not_deleted(failed: list[str]) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
