"""What can be wrong with the words on a command line."""

from __future__ import annotations


class ProgramError(Exception):
    """A mistake in use: one sentence, exit code 2."""


class TargetRefused(ProgramError):
    """A word that names nothing, or nothing that can be read."""

    def __init__(self, word: str, found: str) -> None:
        self.word, self.found = word, found
        super().__init__(f"{word}: {found}")
