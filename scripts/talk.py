"""The program's two voices: results on standard output, talk about them on standard error."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Final, NoReturn

from scripts.exit_codes import Exit

STDERR: Final = 2
"""The greatest number of the three streams."""


def prepare_streams() -> None:
    """Let no closed stream, and no letter that one can't write, end the program; call it first."""
    # takes the place of what is closed, which the next file or connection would have
    while (number := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        pass
    os.close(number)
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123  (for the whole run)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  (for the whole run)
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  (for the whole run)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def show(result: str) -> None:
    """Print a result, for a person or the next program; one that reads no more is no failure of ours."""
    try:
        sys.stdout.write(result + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # or the interpreter would try once more when it ends, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def talk(sentence: str) -> None:
    """Tell the operator something that is not the result, if anybody listens."""
    with suppress(OSError):
        sys.stderr.write(sentence + "\n")


def refuse(error: Exception) -> NoReturn:
    """End with the error's one sentence: the operator's mistake, never a traceback."""
    talk(f"miyabi: {error}")
    sys.exit(Exit.WRONG_INPUT)
