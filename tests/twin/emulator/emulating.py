"""Runs AWS's emulator of Lambda around a program that speaks the Runtime API."""

from __future__ import annotations

import signal
import socket
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from random import SystemRandom
from secrets import token_hex
from typing import TYPE_CHECKING, Final, Self

from tests.twin.observing import wait_until
from twin.account import Account
from twin.keeping import Keep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

INVOKE: Final = "/2015-03-31/functions/function/invocations"
FRONT: Final = 8080
API: Final = 9001
"""Ports, on an address that nothing else has."""
SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Invoked:
    """What the emulator answered to an invocation."""

    status: int
    headers: Mapping[str, str]
    payload: bytes


class _EmulatorKeep(Keep):
    """A keep whose program has an environment and a working folder of its own."""

    def start_emulator(
        self, command: Sequence[str], variables: Mapping[str, str], folder: Path
    ) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env=variables,
                process_group=self._watch.pid,
            )


class Emulator:
    """An emulator with one function, which starts with the first invocation.

    It ends the function when it is closed. When our own process is killed, the emulator's keep ends the
    emulator alone, which puts each program in a group of its own: a function must then end by itself.

    Args:
        program: The emulator.
        command: What it starts; `{keep}` is a folder that goes away with the emulator.
        variables: The environment of both.
        folder: Where both work; the keep's own if left out.
    """

    def __init__(
        self, program: Path, command: Sequence[str], variables: Mapping[str, str], folder: Path | None = None
    ) -> None:
        # An address for each: ports that are free now might be taken a moment later.
        self.host = ".".join(["127", *(str(SystemRandom().randint(1, 254)) for _ in range(3))])
        with ExitStack() as undo:
            place = Path(tempfile.gettempdir(), f"miyabi-emulator-{token_hex(8)}")
            self.keep = undo.enter_context(_EmulatorKeep(place, Account()))
            self._callers = ThreadPoolExecutor(1)
            undo.callback(self._callers.shutdown)
            addresses = [
                f"--runtime-interface-emulator-address={self.host}:{FRONT}",
                f"--runtime-api-address={self.host}:{API}",
            ]
            whole = [str(program), *addresses, *(each.format(keep=place) for each in command)]
            self._process = self.keep.start_emulator(whole, variables, folder or place)
            undo.callback(self._end)
            wait_until(self._listens)
            self._undo = undo.pop_all()

    @property
    def runtime_api(self) -> tuple[str, int]:
        """Host and port of its Runtime API."""
        return self.host, API

    @property
    def log(self) -> list[str]:
        """All lines so far, its own and the function's."""
        return (self.keep.folder / "log").read_text(encoding="utf-8").splitlines()

    def invoke(self, payload: bytes, **headers: str) -> Future[Invoked]:
        """Invoke the function; headers as of Lambda's own API, with `_` for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._callers.submit(self._invoke, payload, sent)

    def _invoke(self, payload: bytes, headers: Mapping[str, str]) -> Invoked:
        with closing(HTTPConnection(self.host, FRONT, timeout=SECONDS)) as connection:
            connection.request("POST", INVOKE, payload, dict(headers))
            answer = connection.getresponse()
            return Invoked(answer.status, dict(answer.getheaders()), answer.read())

    def _listens(self) -> bool:
        assert self._process.poll() is None, self.log
        with suppress(OSError), socket.create_connection((self.host, FRONT), timeout=SECONDS):
            return True
        return False

    def _end(self) -> None:
        """Have it end the function, which it would not if it were killed."""
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(SECONDS)
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        """Itself, ready to be invoked."""
        return self

    def __exit__(self, *error: object) -> None:
        """End it, and its function."""
        self._undo.close()
