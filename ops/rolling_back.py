"""What helps a stack that a failure left in a status in which nothing can be deployed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ops.errors import NotDeployed, Unready
from ops.stack import describe, follow, last_event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ops.live import Live
    from ops.stack import Event, Stack


class NothingToMend(Unready):
    """A stack is not in the status that the remedy is for."""

    def __init__(self, stack: str, status: str, wanted: str) -> None:
        self.stack, self.status, self.wanted = stack, status, wanted
        super().__init__(f"stack {stack} is in {status}; this is for one in {wanted}, and nothing was done")


def continue_rollback(
    live: Live,
    name: str,
    skip: Sequence[str] = (),
    watch: Callable[[Event], None] = lambda _: None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Stack:
    """Go on with the rollback of an update that failed, and follow it; returns the stack then.

    `skip` names resources, by logical id, that CloudFormation takes for rolled back although they are not.
    Raises `NothingToMend` for a stack in another status, `NotDeployed` where there is none.
    """
    now = _in_status(live, name, "UPDATE_ROLLBACK_FAILED")
    before = last_event(live, now.id)
    live.call(
        "cloudformation:ContinueUpdateRollback",
        f"stack {name}",
        StackName=now.id,
        ResourcesToSkip=list(skip) or None,
    )
    return follow(live, now.id, watch, after=before, pause=pause)


def abandon(
    live: Live,
    name: str,
    watch: Callable[[Event], None] = lambda _: None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Stack:
    """Delete a stack whose first creation failed and was rolled back, and follow it; returns it then.

    It has nothing any more but its name and what its resources retain. Raises as `continue_rollback` does.
    """
    now = _in_status(live, name, "ROLLBACK_COMPLETE")
    before = last_event(live, now.id)
    live.call("cloudformation:DeleteStack", f"stack {name}", StackName=now.id)
    return follow(live, now.id, watch, after=before, pause=pause)


def _in_status(live: Live, name: str, wanted: str) -> Stack:
    now = describe(live, name)
    if now is None:
        raise NotDeployed(f"stack {name}", live.region)
    if now.status != wanted:
        raise NothingToMend(name, now.status, wanted)
    return now
