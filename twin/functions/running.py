"""Runs the functions that are deployed to a local AWS, as Lambda would.

with Functions(deployed, recorder) as functions:
    outcome = functions.run("miyabi-api", b"{}", qualifier="live")
    print(outcome.payload, outcome.error, outcome.duration_ms)
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING, Final, Self

from twin.account import Account
from twin.aws.changes import changes_of
from twin.aws.invoking import Answered, Busy
from twin.configuration import INIT_SECONDS
from twin.function_keep import PackagesKeep
from twin.function_memory import MemoryWatch
from twin.functions.errors import NotInvocable, Throttled
from twin.functions.events import Events
from twin.functions.executions import Executions
from twin.functions.fitting import Fitter
from twin.functions.metrics import Meter
from twin.functions.pool import Pool
from twin.functions.resolving import Resolver
from twin.functions.retries import Retries
from twin.functions.sandbox import Event, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.aws.invoking import Invocation
    from twin.deployed import Deployed
    from twin.functions.events import Waiting
    from twin.functions.fitting import Variables
    from twin.functions.native import Native
    from twin.functions.outcome import Outcome
    from twin.functions.pool import Key
    from twin.functions.resolving import Found
    from twin.recording import Recorder

STARTS: Final = "of one function only so many environments start at a time as this machine can, the next wait"
"""What is otherwise than at AWS, where each has a processor of its own."""


class Functions:
    """Every function of an account, run when it is invoked; also a runner for `twin.aws.invoking`.

    Args:
        deployed: Tells what is deployed, at each invocation.
        recorder: Takes log lines and figures.
        native: What lends its compiled modules to a package for another machine.
        variables: Makes the variables of a process: given a function's configuration, the variables that are
            deployed, and the folder of its package.
        retries: When events are tried again.
        init_seconds: How long a function may take to start.
    """

    def __init__(
        self,
        deployed: Deployed,
        recorder: Recorder,
        *,
        native: Native | None = None,
        variables: Variables = lambda _configuration, variables, _package: variables,
        retries: Retries | None = None,
        init_seconds: float = INIT_SECONDS,
    ) -> None:
        self._deployed, self._recorder = deployed, recorder
        self._native, self._variables, self._init_seconds = native, variables, init_seconds
        self._resolver, self._executions = Resolver(deployed), Executions(deployed, self._tell)
        self._meter = Meter(recorder)
        self._pool = Pool(self._make)
        self._events = Events(deployed, self._meter, self._try, retries or Retries())
        self._told: dict[str, None] = {}
        self._unchecked: dict[str, None] = {}
        self._pruned_at = -1
        self._lock = Lock()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Be ready; nothing runs before it is invoked."""
        with ExitStack() as opened:
            folder = Path(tempfile.gettempdir(), f"miyabi-packages-{token_hex(8)}")
            opened.enter_context(PackagesKeep(folder, Account()))
            self._fitter = Fitter(
                self._deployed.aws, folder, self._native, self._variables, self._init_seconds
            )
            self._guard = MemoryWatch()
            opened.callback(self._guard.close)
            opened.callback(self._events.join)
            opened.callback(self._pool.close)
            opened.callback(self._events.stop)
            self._open = opened.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        """End all that runs; events that wait are lost."""
        self._open.close()

    @property
    def substitutions(self) -> tuple[str, ...]:
        """What stands in for something else, a sentence each."""
        with self._lock:
            return tuple(self._told)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What is deployed and has no effect here, and events that could not be handled, a sentence each."""
        with self._lock:
            return (STARTS, *self._unchecked, *self._events.troubles)

    def run(
        self,
        name_or_arn: str,
        payload: bytes,
        *,
        qualifier: str | None = None,
        client_context: str | None = None,
    ) -> Outcome:
        """Have an event handled, and wait for what comes of it.

        Args:
            name_or_arn: The function by its name or ARN, which may have a qualifier.
            payload: JSON.
            qualifier: A version or an alias.
            client_context: JSON that the handler finds in its context.

        Raises:
            Throttled: As many executions are under way as may be.
            NotInvocable: There is no such function or version, or it is not active.
            NotRunnable: This machine can't run it.
        """
        found = self._resolver.find(name_or_arn, qualifier)
        return self._run(found, Event(payload, found.arn, client_context))

    def invoke_later(self, name_or_arn: str, payload: bytes, *, qualifier: str | None = None) -> str:
        """Have an event handled without waiting for it, with Lambda's repetitions; returns its request id.

        Raises:
            NotInvocable: There is no such function or version, or it is not active.
            DestinationUnknown: What becomes of it would have to be sent to something unknown here.
        """
        return self._events.add(self._resolver.find(name_or_arn, qualifier), payload)

    def __call__(self, invocation: Invocation) -> Answered:
        """Run a function for `twin.aws.invoking`; raises Busy where it is throttled."""
        qualifier = getattr(invocation, "qualifier", None) or invocation.version
        try:
            if invocation.kind == "Event":
                self.invoke_later(invocation.function, invocation.payload, qualifier=qualifier)
                return Answered(b"")
            outcome = self.run(invocation.function, invocation.payload, qualifier=qualifier)
        except Throttled:
            raise Busy from None
        except NotInvocable as refused:
            raise _as_lambda_refuses(refused) from None
        return Answered(outcome.payload, outcome.error, outcome.log_tail)

    def _try(self, waiting: Waiting) -> Outcome:
        """Try an event with the function as it is by now."""
        found = self._resolver.find(waiting.found.resource)
        return self._run(found, Event(waiting.payload, found.arn, request_id=waiting.request_id))

    def _is_current(self, key: Key) -> bool:
        """Whether environments are still of what is deployed."""
        name, version, digest = key
        try:
            return self._resolver.find(name, version).digest == digest
        except NotInvocable:
            return False

    def _prune(self) -> None:
        """End what was deployed once, if anything has changed since the last time."""
        changes = changes_of(self._deployed.aws.account, "lambda")
        with self._lock:
            if changes == self._pruned_at:
                return
            self._pruned_at = changes
        self._pool.prune(self._is_current)

    def _run(self, found: Found, event: Event) -> Outcome:
        self._prune()
        try:
            with self._executions.taking(found.name) as execution:
                self._meter.began(found, execution.number)
                sandbox = self._pool.take(found, execution.waiting)
                try:
                    outcome = sandbox.run(event)
                    execution.took = outcome.duration_ms / 1000
                finally:
                    self._pool.give_back(sandbox)
        except Throttled:
            self._meter.throttled(found)
            raise
        self._meter.ended(found, outcome)
        return outcome

    def _make(self, found: Found, started: Callable[[], None]) -> Sandbox:
        fitted = self._fitter.fit(found)
        with self._lock:
            self._told.update(dict.fromkeys(fitted.substitutions))
            self._unchecked.update(dict.fromkeys(fitted.unchecked))
        return Sandbox(found, fitted, self._deployed, self._recorder, self._guard, started, self._tell)

    def _tell(self, unchecked: str) -> None:
        with self._lock:
            self._unchecked[unchecked] = None


def _as_lambda_refuses(refused: NotInvocable) -> Exception:
    from moto.awslambda.exceptions import LambdaClientError

    class Refused(LambdaClientError):
        code = refused.status

    return Refused(refused.code, str(refused))
