"""The program's two voices: results on standard output, talk about them on standard error."""

from __future__ import annotations

import sys
from typing import NoReturn

from scripts.exit_codes import Exit


def show(result: str) -> None:
    """Print a result, for a person or the next program."""
    sys.stdout.write(result + "\n")


def talk(sentence: str) -> None:
    """Tell the operator something that is not the result."""
    sys.stderr.write(sentence + "\n")


def refuse(error: Exception) -> NoReturn:
    """End with the error's one sentence: the operator's mistake, never a traceback."""
    talk(f"miyabi: {error}")
    sys.exit(Exit.WRONG_INPUT)
