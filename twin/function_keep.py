"""A keep for the processes of one function: killed, stopped and continued with all that they have started."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from errno import EINTR
from pathlib import Path
from secrets import token_hex
from threading import Lock, Thread
from typing import TYPE_CHECKING, ClassVar, Final

from twin.account import Account
from twin.function_memory import descendants
from twin.keeping import Keep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

_REMOVE: Final = """
tries=100
until chmod -R u+w "$1"; rm -rf "$1" || [ $((tries -= 1)) -eq 0 ]; do sleep 0.1; done
"""
# The number of a group is told when its first process has started, and an empty line when that has ended:
# until then the number can't be anybody else's. A stopped process heeds no signal but this one.
_WATCH: Final = (
    """
trap '' HUP INT QUIT TERM
group=
while read -r line; do group=$line; done
[ -z "$group" ] || kill -s KILL -- "-$group"
"""
    + _REMOVE
)


class PackagesKeep(Keep):
    """A new folder for packages, which are for reading alone: their owner too must be let remove them."""

    script: ClassVar = "trap '' HUP INT QUIT TERM; read -r line" + _REMOVE


class FunctionKeep(Keep):
    """A new folder for temporary files, with one program at a time in a process group of its own.

    Attributes:
        program: The last that was started.
        temporary: What the function has as `/tmp`.
        log: What its programs write.
    """

    script: ClassVar = _WATCH

    def __init__(self) -> None:
        super().__init__(Path(tempfile.gettempdir(), f"miyabi-function-{token_hex(8)}"), Account())
        self.temporary, self.log = self.folder / "tmp", self.folder / "log"
        self.program: Program | None = None
        self._is_stopped = False
        self._starting = Lock()
        try:
            self.temporary.mkdir()
            self.log.touch()
        except OSError:
            self.close()
            raise

    def launch(
        self,
        command: Sequence[str | PathLike[str]],
        environment: Mapping[str, str],
        folder: Path,
        on_end: Callable[[int], None],
    ) -> Program:
        """Start a program; raises OSError where the system can't.

        Args:
            command: The program and its arguments.
            environment: All variables that it has.
            folder: Where it works.
            on_end: Told its status when it has ended, by another thread; a negative one is a signal.
        """
        with self._starting:
            if self._is_stopped:
                raise InterruptedError(EINTR, "the function's environment is being ended")
            with self.log.open("ab") as output:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=folder,
                    env=environment,
                    process_group=0,
                )
            self._tell(str(process.pid))
            self.program = Program(process, lambda: self._tell(""), on_end)
            return self.program

    def stop(self) -> None:
        """Kill what runs, and let nothing start any more."""
        with self._starting:
            self._is_stopped = True
            if self.program:
                self.program.kill()

    def _tell(self, line: str) -> None:
        pipe = self._watch.stdin
        assert pipe is not None  # noqa: S101 - tells mypy what Keep made
        with suppress(OSError, ValueError):  # the shell was killed, or is at its end
            os.write(pipe.fileno(), f"{line}\n".encode())


class Program:
    """A process and all that it has started, as one; when it ends, they are killed.

    What has made a group of its own is killed with it where the system tells of it, but not frozen; and it
    stays if the process ends by itself.

    Attributes:
        held: Most bytes of memory that it was seen to hold, by whoever looks.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        on_forgotten: Callable[[], None],
        on_end: Callable[[int], None],
    ) -> None:
        self.pid: int = process.pid
        self.held = 0
        self._process, self._on_forgotten, self._on_end = process, on_forgotten, on_end
        self._lock = Lock()
        self._has_ended = False
        self._thread = Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        if hasattr(os, "waitid"):
            # It is not reaped yet: its number is still its own when the rest of the group is killed.
            with suppress(ChildProcessError):
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            self._end()
            status = self._process.wait()
        else:
            status = self._process.wait()
            self._end()
        self._on_end(status)

    def _end(self) -> None:
        self._signal(signal.SIGKILL)
        with self._lock:
            self._has_ended = True
        self._on_forgotten()

    def _signal(self, number: int) -> None:
        with self._lock:
            if not self._has_ended:
                with suppress(OSError):
                    os.killpg(self.pid, number)

    def freeze(self) -> None:
        """Let nothing of it run until it is thawed."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it without a word, as Lambda does, and wait for the end."""
        apart = self._apart()
        self._signal(signal.SIGKILL)
        for pid in apart:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self._thread.join()

    def _apart(self) -> list[int]:
        """What it has started that is of another group; nothing once its number may be another's."""
        with self._lock:
            if self._has_ended:
                return []
            return [pid for pid in descendants(self.pid) if _group_of(pid) != self.pid]

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return not self._has_ended


def _group_of(pid: int) -> int | None:
    with suppress(OSError):
        return os.getpgid(pid)
    return None
