"""What the program prints, what `make` lists, and the exit codes."""

from __future__ import annotations

import os
import subprocess
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

from typer.main import get_command

from scripts.docs.documents import ROOT
from scripts.docs.tables import table
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.miyabi import app
from scripts.narrowing import narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINTED: Final = ROOT / ".cache" / "cfn-lint"
"""Where findings of cfn-lint are kept, for the commands that run in a folder of their own."""
A_PIPE: Final = {"COLUMNS": "80", "FORCE_COLOR": ""}
"""Variables under which all is printed as into a pipe, whatever terminal the documents are written from."""


class CommandFailed(ProgramError):
    """A command whose output a document shows did not end well."""

    def __init__(self, words: tuple[str, ...], code: object, said: str) -> None:
        self.words, self.code, self.said = words, code, said
        last = said.strip().rpartition("\n")[2]
        super().__init__(
            f"`miyabi {' '.join(words)}` ended with {code} instead of 0 ({last}); "
            "mend the command, or let the document show another"
        )


def exit_codes_table() -> str:
    """Exit codes of the program."""
    return table("code | meaning", ((code.value, code.meaning) for code in Exit))


def output_of(*arguments: str, unseen: tuple[str, ...] = ()) -> Callable[[], str]:
    """What a command prints, as a block of text; `unseen` arguments change nothing that is printed."""

    def run() -> str:
        lines = "\n".join(line.rstrip() for line in printed(*arguments, *unseen).rstrip().splitlines())
        return f"```console\n$ miyabi {' '.join(arguments)}\n{lines}\n```"

    return run


def printed(*words: str) -> str:
    """What the program prints for these words into a pipe, run in this process; raises CommandFailed."""
    out, err = StringIO(), StringIO()
    command = get_command(narrowed(app, words))
    with _folder(), patch.dict(os.environ, A_PIPE), redirect_stdout(out), redirect_stderr(err):
        try:
            command.main([*words], "miyabi")
        except SystemExit as ended:
            if ended.code:
                raise CommandFailed(words, ended.code, err.getvalue()) from None
    return out.getvalue()


@contextmanager
def _folder() -> Iterator[None]:
    """Be in an empty folder, but for what cfn-lint has found before."""
    with TemporaryDirectory() as folder, chdir(folder):
        LINTED.mkdir(parents=True, exist_ok=True)
        Path(".cache").mkdir()
        Path(".cache", "cfn-lint").symlink_to(LINTED)
        yield


def make_help() -> str:
    """What `make` lists."""
    command = ["make", "--no-print-directory", "help"]
    plain = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=True)
    return f"```console\n$ make\n{done.stdout.rstrip()}\n```"
