"""Runs the same function under the emulator and under ours, both with AWS's own runtime client."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.twin.emulator.emulating import SECONDS, Emulator
from twin.environment import ExecutionEnvironment
from twin.invocation import FunctionFailed, InitFailed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.twin.functions.world import World
    from twin.configuration import Configuration

ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLATFORM: Final = re.compile(
    r"(START|END|REPORT) RequestId: |INIT_REPORT |INIT_START |RequestId: |Runtime\.ExitError$|MOMENT ID Task"
)
"""What Lambda itself writes."""
EMULATORS: Final = re.compile(r"\d\d \w{3} \d{4} [\d:,]+ \[[A-Z]+\] \(rapid\) ")
"""What only the emulator does: its own log."""
FATAL: Final = re.compile(r"First fatal error stored in appctx: (\S+)")
INIT_FAILED: Final = re.compile(r"Init failed .*?\berror=(.*?)(?: InvokeID=|$)")
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|\[\d{13}\]")


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of events, one after another.

    Attributes:
        outcomes: For each what the caller is given.
        said: The function's own lines.
        platform: Lambda's lines.
        emulators: The emulator's own log.
    """

    outcomes: tuple[Any, ...]
    said: tuple[str, ...]
    platform: tuple[str, ...]
    emulators: tuple[str, ...] = ()


ATTEMPTS: Final = 3
"""The emulator hung up once in some hundred runs on a busy machine, when a bootstrap ended at once."""


def run_under_the_emulator(program: Path, configuration: Configuration, events: Sequence[Any]) -> Ran:
    """Invoke the emulator, which has the very environment of ours."""
    assert configuration.runtime is not None, "both must run the same client, from the same folder"
    variables = configuration.environment(configuration.runtime, "", "stream")
    variables["AWS_LAMBDA_FUNCTION_TIMEOUT"] = f"{configuration.timeout_seconds:.0f}"
    del variables["AWS_LAMBDA_RUNTIME_API"]
    command = list(map(str, configuration.command))
    for left in reversed(range(ATTEMPTS)):
        with (
            suppress(RemoteDisconnected) if left else nullcontext(),
            Emulator(program, command, variables, configuration.code) as emulator,
        ):
            answers = [emulator.invoke(json.dumps(event).encode()).result(SECONDS) for event in events]
            return _ran([_read(each.payload) for each in answers], emulator.log)
    raise AssertionError("the last attempt has returned or raised")


def run_ours(configuration: Configuration, events: Sequence[Any]) -> Ran:
    """Invoke an environment of ours."""
    with ExecutionEnvironment(configuration) as environment:
        outcomes = [_outcome(environment, event) for event in events]
        return _ran(outcomes, environment.log)


def run_deployed(world: World, name: str, events: Sequence[Any]) -> Ran:
    """Invoke a deployed function, as the local AWS runs it."""
    outcomes = [world.run(name, event).payload for event in events]
    return _ran([_read(each) for each in outcomes], "\n".join(world.lines(name)).splitlines())


def emulators_reason(ran: Ran) -> tuple[str, str]:
    """Why the function did not start: kind and message, which the emulator has in its log alone."""
    kind = next(found[1] for line in ran.emulators if (found := FATAL.search(line)))
    message = next(found[1] for line in ran.emulators if (found := INIT_FAILED.search(line)))
    return kind, message


def our_reason(configuration: Configuration) -> tuple[str, str]:
    """The same of ours."""
    with ExecutionEnvironment(configuration) as environment, pytest.raises(InitFailed) as failed:
        environment.invoke({})
    return failed.value.error_type, failed.value.message


def _outcome(environment: ExecutionEnvironment, event: Any) -> Any:
    try:
        return environment.invoke(event)
    except FunctionFailed as failed:
        return _read(failed.payload)
    except InitFailed as failed:
        return _read(failed.payload or b"")


def _read(payload: bytes) -> Any:
    """JSON, or text where it is none; the request's identifier reads `ID`."""
    text = ID.sub("ID", payload.decode())
    try:
        return json.loads(text)
    except ValueError:
        return text


def _ran(outcomes: Sequence[Any], log: Sequence[str]) -> Ran:
    lines = [MOMENT.sub("MOMENT", ID.sub("ID", line)) for line in log]
    of_the_emulator = tuple(line for line in lines if EMULATORS.match(line))
    others = [line for line in lines if not EMULATORS.match(line)]
    platform = tuple(line for line in others if PLATFORM.match(line))
    said = tuple(line for line in others if not PLATFORM.match(line) and line.strip())
    return Ran(tuple(outcomes), said, platform, of_the_emulator)
