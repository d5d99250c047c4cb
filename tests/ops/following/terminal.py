"""A terminal to follow a document in: one shell from the first command to the last.

`miyabi` is the program, run in this process against the local AWS that is asked within it; `make` is make,
with the project's Makefile. A person sits before it, who says yes.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from select import select
from typing import TYPE_CHECKING, Self
from unittest.mock import patch

from scripts.docs.documents import ROOT
from scripts.miyabi import main
from tests.standing_in import finish, receive, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.ops.following.documents import Command
    from tests.standing_in import Call

LONGEST = 240
"""Seconds of one command."""
LOOP = """\
set -euo pipefail
while IFS= read -r -u {orders} file; do
  code=0
  source "$file" >"$file.out" 2>"$file.err"
  echo "$code" >&{ends}
done
"""
SET_UP = re.compile(r"^\.venv/\.ready: (.+)$", re.MULTILINE)
"""What the Makefile compares a checkout's set-up with."""


@dataclass(frozen=True, slots=True)
class Printed:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        """As a person sees it."""
        return self.out + self.err

    @property
    def last(self) -> str:
        """The last line of its result."""
        return self.out.splitlines()[-1].strip()


class Person(io.StringIO):
    """Somebody at the keyboard, who answers each question."""

    def __init__(self) -> None:
        super().__init__("y\n" * 9)

    def isatty(self) -> bool:
        """They do sit there."""
        return True

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # as io.StringIO has it
        """A line, which a terminal shows as it is typed."""
        line = super().readline(size)
        sys.stderr.write(line)
        return line


class Terminal:
    """A shell in a folder that looks like a checkout; others answer for `curl` and the like."""

    def __init__(
        self, folder: Path, variables: Mapping[str, str], programs: Mapping[str, Callable[[Call], int]]
    ) -> None:
        self.folder = folder
        self._programs = {"miyabi": miyabi, **programs}
        self._listening = socket.socket(socket.AF_UNIX)
        self._count = 0
        self._prepare()
        # what the make that runs the tests was given is none of the make that is typed
        left_out = ("AWS_", "MAKE", "ARGS", "ENV")
        inherited = {name: one for name, one in os.environ.items() if not name.startswith(left_out)}
        nowhere = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
        given = inherited | nowhere | dict(variables) | {"AWS_PAGER": ""}
        self._variables = given | {"PATH": f"{folder / '.venv' / 'bin'}{os.pathsep}{given['PATH']}"}

    def __enter__(self) -> Self:
        """Start the shell."""
        orders, self._orders = os.pipe()
        self._ends, ends = os.pipe()
        self._shell = subprocess.Popen(
            ["bash", "-c", LOOP.format(orders=orders, ends=ends)],
            cwd=self.folder,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            pass_fds=(orders, ends),
        )
        os.close(orders)
        os.close(ends)
        return self

    def __exit__(self, *_: object) -> None:
        """End the shell."""
        os.close(self._orders)
        self._shell.wait(10)
        os.close(self._ends)
        self._listening.close()

    def type(self, command: Command) -> Printed:
        """Have the shell run a command, and wait for its end; nothing is typed after one that failed."""
        self._count += 1
        file = self.folder / ".typed" / str(self._count)
        # what is looked at may end otherwise than well, and the shell goes on
        file.write_text(f"{command.text} || code=$?" if command.is_looked_at else command.text)
        os.write(self._orders, f"{file}\n".encode())
        code = self._wait(command)
        out, err = (file.with_suffix(end).read_text(encoding="utf-8") for end in (".out", ".err"))
        return Printed(code, out, err)

    def _wait(self, command: Command) -> int:
        """Answer for the programs that are called, until the shell says how the command has ended."""
        while True:
            ready, _, _ = select([self._listening.fileno(), self._ends], [], [], LONGEST)
            assert ready, f"it takes too long: {command.text}"
            if self._ends in ready:
                said = os.read(self._ends, 10)
                return int(said) if said else self._shell.wait(10)
            connection, _ = self._listening.accept()
            with connection:
                call = receive(connection)
                try:
                    status = self._programs[call.words[0]](call)
                finally:
                    for stream in call.streams:
                        os.close(stream)
                finish(connection, status)

    def _prepare(self) -> None:
        """What `make` and the program look for in a checkout that was set up."""
        programs = self.folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        (self.folder / ".typed").mkdir()
        address = str(self.folder / ".socket")
        self._listening.bind(address)
        self._listening.listen()
        for name in self._programs:
            write(programs / name, address)
        (programs / "python").symlink_to(sys.executable)
        makefile = Path(shutil.copy(ROOT / "Makefile", self.folder)).read_text(encoding="utf-8")
        for name in SET_UP.findall(makefile)[0].split():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).touch()
        (self.folder / ".venv" / ".ready").write_text(str(self.folder))
        linted = ROOT / ".cache" / "cfn-lint"
        linted.mkdir(parents=True, exist_ok=True)
        (self.folder / ".cache").mkdir()
        (self.folder / ".cache" / "cfn-lint").symlink_to(linted)


def miyabi(call: Call) -> int:
    """Be the program for a caller; returns its exit status."""
    settings = {name: one for name, one in call.variables.items() if name.startswith("MIYABI_")}
    with (
        chdir(call.folder),
        patch.dict(os.environ, settings),
        patch.object(sys, "argv", [*call.words]),
        patch.object(sys, "stdin", Person()),
        written(call.streams[1]) as out,
        written(call.streams[2]) as err,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            return int(ended.code or 0)
    return 0


@contextmanager
def written(stream: int) -> Iterator[io.TextIOWrapper]:
    """A stream to write to, which is left open."""
    with open(stream, "w", encoding="utf-8", closefd=False) as file:
        yield file
