"""What can keep a deployment from its end, each in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.errors import Failed, Unready
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.change_sets import Executed
    from ops.wanted import Wanted


class NotReady(Unready):
    """The preflight found what would make a deployment fail; `problems` has a sentence for each."""

    def __init__(self, environment: str, problems: Sequence[str]) -> None:
        self.environment, self.problems = environment, tuple(problems)
        count = "one thing is" if len(problems) == 1 else f"{len(problems)} things are"
        super().__init__(f"{count} not ready for a deployment of {environment}: {'; '.join(problems)}")


class StackUnknown(Unready):
    """A stack is named that the environment does not have."""

    def __init__(self, environment: str, stack: str, known: Sequence[str]) -> None:
        self.environment, self.stack = environment, stack
        super().__init__(f"{environment} has no stack {stack!r}; it has {', '.join(known)}")


def refuse_unknown(wanted: Wanted, stacks: Sequence[str]) -> None:
    """Raise `StackUnknown` for the first of some short names that is none of the environment's stacks."""
    known = [one.stack for one in wanted.stacks]
    for name in stacks:
        if name not in known:
            raise StackUnknown(wanted.environment, name, known)


class StackUnusable(Unready):
    """A stack is in a status in which nothing can be changed."""

    def __init__(self, stack: str, status: str, remedy: str) -> None:
        self.stack, self.status = stack, status
        super().__init__(f"stack {stack} is in {status} and takes no change; {remedy}")


class NotShown(Unready):
    """A change set would replace or remove what the plan did not show; it was discarded."""

    def __init__(self, stack: str, logical_ids: Sequence[str]) -> None:
        self.stack, self.logical_ids = stack, tuple(logical_ids)
        super().__init__(
            f"the change set of stack {stack} would replace or remove {', '.join(logical_ids)}, "
            "which the plan did not show; it was discarded, look at `miyabi drift` and plan again"
        )


class StackFailed(Failed):
    """A stack's change failed, and was rolled back as far as its status says."""

    def __init__(self, executed: Executed) -> None:
        self.executed = executed
        failures = executed.failures
        first = f": {failures[0].logical_id}: {failures[0].reason}" if failures else ""
        super().__init__(f"stack {executed.stack.name} ended in {executed.stack.status}{first}")


class Unhealthy(Failed):
    """The API does not answer as it should after a deployment."""

    def __init__(self, address: str, found: str, standing: str) -> None:
        self.address, self.found, self.standing = address, found, standing
        super().__init__(f"{address} answers {found} after the deployment; {standing}")


class NotAsked(AccessError):
    """The API could not be asked after a deployment, since this machine has no network."""

    def __init__(self, address: str, found: str, environment: str) -> None:
        self.address, self.found = address, found
        super().__init__(
            f"{address} could not be asked, since this machine has no network ({found}); the deployment is "
            f"done and stays, and `miyabi deploy {environment}` asks once more"
        )


class MigratorBehind(Unready):
    """The functions are to get a package with migrations that the deployed migrator does not have."""

    def __init__(self, environment: str, versions: Sequence[int]) -> None:
        self.environment, self.versions = environment, tuple(versions)
        super().__init__(
            f"the migrator of {environment} does not have migration {', '.join(map(str, versions))} of the "
            "package, so the functions would miss it; deploy the database stack too, which has the migrator"
        )


class SnapshotFailed(Failed):
    """RDS could not take a snapshot; no migration was begun."""

    def __init__(self, identifier: str) -> None:
        self.identifier = identifier
        super().__init__(
            f"snapshot {identifier} failed, so no migration was begun; "
            "look at the database's events, and deploy again"
        )
