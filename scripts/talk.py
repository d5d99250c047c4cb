"""The program's two voices: results on standard output, talk about them on standard error."""

from __future__ import annotations

import sys


def show(result: str) -> None:
    """Print a result, for a person or the next program."""
    sys.stdout.write(result + "\n")


def talk(sentence: str) -> None:
    """Tell the operator something that is not the result."""
    sys.stderr.write(sentence + "\n")
