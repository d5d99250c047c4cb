"""Reads an account for the doctor: no operation but those of the table, and each question once."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from ops.aws import connector
from ops.doctor.operations import PROBE, OperationUndeclared, is_declared
from ops.errors import CredentialsMissing, Declined, NotDeployed, Refused, Unreached
from ops.live import Live
from ops.migrating import ask_migrator
from runtime.migrator.errors import AccessError, MigratorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ops.aws import Connect
    from stacks.settings import Environment
    from stacks.values import Value


Found = TypeVar("Found")
LOOKS: Final = ("probe", "status")
"""Actions of the migrator that change nothing."""
LONGEST: Final = 120.0
"""Seconds after which nothing more is asked, whatever AWS is slow with."""


@dataclass(slots=True)
class _Kept:
    """One answer, or the error in its place, once it is there."""

    lock: Lock = field(default_factory=Lock)
    is_there: bool = False
    answer: Any = None
    error: AccessError | None = None


class Reading(Live):
    """A living system that is read and never changed; safe for several threads.

    An answer is kept for as long as the diagnosis lasts, and so is a refusal: all checks see one state.
    `call` and `pages` are those of `Live`, and raise its `AccessError`s. After `longest` seconds nothing more
    is asked: what is not kept by then is `Unreached`.
    """

    def __init__(
        self, environment: Environment, connect: Connect | None = None, *, longest: float = LONGEST
    ) -> None:
        super().__init__(environment, connect or connector(environment.region, reads=True))
        self._given, self._longest, self._until = connect, longest, time.monotonic() + longest
        self._kept: dict[str, _Kept] = {}
        self._keeping = Lock()
        self.calls: list[str] = []
        """Every operation that was called, as `service:Operation`, in order."""
        self.refused: dict[str, str] = {}
        """What AWS did not let us read, or could not answer: the operation, and the sentence that tells."""

    def call(self, action: str, thing: str, **arguments: Any) -> Any:
        """The answer of an operation; raises `AccessError`, or `OperationUndeclared`."""
        return self._answered(action, thing, arguments, lambda: Live.call(self, action, thing, **arguments))

    def pages(self, action: str, thing: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Everything under a key in all pages of an operation; raises as `call`."""

        def ask() -> list[Any]:
            found = []
            for each in Live.pages(self, action, thing, key, **arguments):
                self._require_time(action)
                found.append(each)
            return found

        return iter(self._answered(action, thing, {"": key, **arguments}, ask))

    def fresh(self, action: str, thing: str, **arguments: Any) -> Any:
        """The same as `call` without what is kept: for what is waited for, such as lines of a log."""
        try:
            return self._asked(action, thing, lambda: Live.call(self, action, thing, **arguments))
        except AccessError as error:
            self._remember(action, error)
            raise

    def find(self, action: str, thing: str, **arguments: Any) -> Any:
        """The answer of an operation, or None where what is asked for is not there."""
        try:
            return self.call(action, thing, **arguments)
        except NotDeployed:
            return None

    def inside(self, action: str) -> dict[str, Any]:
        """What the migrator answers to `probe` or `status`, which change nothing; raises `AccessError`.

        The one call that is no reading. Whoever calls it has been told that it may be made.
        """

        def ask() -> dict[str, Any]:
            if action not in LOOKS:
                raise OperationUndeclared(f"{PROBE} with {action!r}")
            self.calls.append(PROBE)
            try:
                return ask_migrator(_Invoking(self, self._given), {"action": action})
            except AccessError:
                raise
            except MigratorError as error:
                raise Unreached("the migrator", str(error)) from None

        return self._kept_or(PROBE, f"{PROBE} {action}", ask)

    def once(self, key: str, ask: Callable[[], Found]) -> Found:
        """What `ask` gives, or the `AccessError` that it raises, kept under a key; one thread asks."""
        return self._kept_or(key, key, ask)

    def _answered(self, action: str, thing: str, arguments: Mapping[str, Any], ask: Callable[[], Any]) -> Any:
        if not is_declared(action):
            raise OperationUndeclared(action)
        key = json.dumps([action, arguments], sort_keys=True, default=str)
        return self._kept_or(action, key, lambda: self._asked(action, thing, ask))

    def _asked(self, action: str, thing: str, ask: Callable[[], Any]) -> Any:
        """Ask AWS, if it may be asked and there is time; a local one may lack the operation."""
        if not is_declared(action):
            raise OperationUndeclared(action)
        self._require_time(action)
        self.calls.append(action)
        try:
            return ask()
        except NotImplementedError:
            raise Declined(action, thing, "NotImplemented", "") from None

    def _kept_or(self, action: str, key: str, ask: Callable[[], Found]) -> Found:
        """What is kept under a key, asked for at first; several threads ask once."""
        kept = self._place(key)
        with kept.lock:
            if not kept.is_there:
                try:
                    kept.answer = ask()
                except AccessError as error:
                    kept.error = error
                    self._remember(action, error)
                kept.is_there = True
        if kept.error is not None:
            raise kept.error.with_traceback(None)
        return cast("Found", kept.answer)

    def _remember(self, action: str, error: AccessError) -> None:
        if isinstance(error, Refused | Unreached | CredentialsMissing):
            self.refused[action] = str(error)

    def _require_time(self, action: str) -> None:
        if time.monotonic() > self._until:
            raise Unreached(action.partition(":")[0], f"it was not asked within {self._longest:.0f} s")

    def _place(self, key: str) -> _Kept:
        with self._keeping:
            return self._kept.setdefault(key, _Kept())


class _Invoking(Live):
    """Clients that wait as long as a function may run; values are those that a reading has kept."""

    def __init__(self, reading: Reading, connect: Connect | None) -> None:
        super().__init__(reading.environment, connect)
        self._reading = reading

    def value(self, value: Value) -> str:
        """As the reading has it, which notes that it was asked for."""
        return self._reading.value(value)
