"""Changes a deployed stack by its parameters alone: template, tags and protections stay as they are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from ops.change_sets import execute, propose
from ops.deploying.errors import StackFailed, StackUnusable
from ops.errors import NotDeployed, Unready
from ops.stack import describe, follow, remedy
from ops.wanted import as_deployed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ops.live import Live
    from ops.stack import Event, Stack
    from ops.wanted import WantedStack

AT_ONCE: Final = 10
"""Names that ssm:GetParameters takes."""


class ParameterUnknown(Unready):
    """A deployed template has no parameter of a name."""

    def __init__(self, stack: str, parameter: str, environment: str) -> None:
        self.stack, self.parameter = stack, parameter
        super().__init__(
            f"stack {stack} was deployed from a template without a parameter {parameter}; "
            f"deploy the present one by `miyabi deploy {environment}` first"
        )


class ValueMoved(Unready):
    """A value in SSM is another than when a stack was deployed, so that more than parameters would change."""

    def __init__(self, stack: str, path: str, environment: str) -> None:
        self.stack, self.path = stack, path
        super().__init__(
            f"{path} has changed since stack {stack} was deployed, and that change would go along; "
            f"finish it by `miyabi deploy {environment}` first"
        )


def deployed(
    live: Live,
    stack: str,
    watch: Callable[[Event], None] = lambda _: None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Stack:
    """A stack that takes an update, by its short name; whatever goes on in it is followed to its end first.

    Raises `NotDeployed` and `StackUnusable`.
    """
    name = live.stack_name(stack)
    now = describe(live, name)
    if now and now.is_busy:
        now = follow(live, now.id, watch, pause=pause)
    if now is None or now.status == "DELETE_COMPLETE":
        raise NotDeployed(f"stack {name}", live.region)
    if not now.is_updatable:
        raise StackUnusable(name, now.status, remedy(now.status, live.environment.name, name))
    return now


def adjust(
    live: Live,
    stack: str,
    given: Mapping[str, str],
    watch: Callable[[Event], None] = lambda _: None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Stack:
    """Give a deployed stack, such as `service`, other values of some parameters, and follow it to its end.

    Raises:
        NotDeployed: There is no such stack.
        StackUnusable: Its status allows no change.
        ParameterUnknown: Its template does not have a parameter.
        ValueMoved: Something else would change with it, such as the package.
        StackFailed: The change failed, and was rolled back.

    """
    now = deployed(live, stack, watch, pause=pause)
    wanted = as_deployed(live, now)
    require_parameters(live, now, given)
    for path in moved(live, wanted, now):
        raise ValueMoved(now.name, path, live.environment.name)
    change_set = propose(live, wanted, now, given, pause=pause)
    if change_set is None:
        return now
    executed = execute(live, change_set, watch, pause=pause)
    if not executed.succeeded:
        raise StackFailed(executed)
    return executed.stack


def require_unmoved(live: Live, stack: str, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Raise what would keep `adjust` from a stack, before anything is begun that needs it: see there."""
    now = deployed(live, stack, pause=pause)
    for path in moved(live, as_deployed(live, now), now):
        raise ValueMoved(now.name, path, live.environment.name)


def require_parameters(live: Live, now: Stack, names: Iterable[str]) -> None:
    """Raise `ParameterUnknown` for the first that a stack's template does not have."""
    for name in names:
        if name not in now.parameters:
            raise ParameterUnknown(now.name, name, live.environment.name)


def moved(live: Live, wanted: WantedStack, now: Stack) -> Iterator[str]:
    """The SSM parameters that say something else than when the stack was deployed."""
    then = {now.parameters[name]: value for name, value in now.resolved.items()}
    paths = sorted(path for one in wanted.parameters if one.is_ssm and (path := now.parameters.get(one.name)))
    for start in range(0, len(paths), AT_ONCE):
        names = paths[start : start + AT_ONCE]
        answer = live.call("ssm:GetParameters", f"parameters of stack {now.name}", Names=names)
        found = {one["Name"]: one["Value"] for one in answer["Parameters"]}
        yield from (path for path in names if path in then and found.get(path) != then[path])
