"""A folder, and programs running in it, that end with the process that owns them, even if that is killed."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike
    from pathlib import Path
    from typing import IO

    from twin.account import Account

    Command = Sequence[str | PathLike[str]]

# The shell waits for the end of a pipe that the owner holds open: it comes with the owner's death, however
# that dies. Removing may have to be repeated, since a program that is ending still writes.
_WATCH = """
trap '' HUP INT QUIT TERM
read -r line
kill -s QUIT 0
tries=100
until rm -rf "$1" || [ $((tries -= 1)) -eq 0 ]; do sleep 0.1; done
"""


class Keep:
    """A new folder, and a process group, both watched over by a shell.

    The shell leads the group. When this object is closed, or its process has ended in any way, the shell
    sends SIGQUIT to all programs that were started here, and removes the folder. Programs of another
    group than the owner's are also out of reach of a terminal's Ctrl-C.

    Args:
        folder: The folder to make; nothing may be there yet.
        account: Whose the folder is, and as whom the programs run.
    """

    script: ClassVar = _WATCH
    """What the shell does; it is given the folder."""

    def __init__(self, folder: Path, account: Account) -> None:
        self.folder, self.account = folder, account
        # Before the folder is made, so that there is no moment at which it could stay behind.
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", self.script, "watch", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            process_group=0,
        )
        try:
            folder.mkdir(mode=0o700)
            account.take(folder)
        except OSError:
            self.close()
            raise

    def start(self, command: Command, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program in the folder; what it says goes to `output`."""
        return self._popen(command, output)

    def run(self, command: Command, output: IO[bytes], said: bytes = b"") -> int:
        """Run a short program, to which something may be said, and return its status.

        It holds the pipe open as well, so that it is never stopped half-way: initdb would leave shared
        memory behind.
        """
        assert self._watch.stdin is not None  # noqa: S101 - tells mypy what __init__ made
        pipe = self._watch.stdin.fileno()
        with self._popen(command, output, stdin=subprocess.PIPE, pass_fds=[pipe]) as process:
            process.communicate(said)
            return process.returncode

    def _popen(
        self, command: Command, output: IO[bytes], stdin: int = subprocess.DEVNULL, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Settings of the developer's own PostgreSQL are none of a program's business: no environment."""
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=output,
            stderr=output,
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            process_group=self._watch.pid,
            **self.account.options,
            **options,
        )

    def close(self) -> None:
        """Stop what still runs, remove the folder, and wait until both is done."""
        self._watch.communicate()
        # It is gone already, unless somebody killed the shell.
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Itself, open already."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()
