"""What can be wrong with the words on a command line."""

from __future__ import annotations


class ProgramError(Exception):
    """A mistake in use: one sentence, exit code 2."""


class TargetRefused(ProgramError):
    """A word that names nothing, or nothing that can be read."""

    def __init__(self, word: str, found: str) -> None:
        self.word, self.found = word, found
        super().__init__(f"{word}: {found}")


class ResultUnwritable(ProgramError):
    """What was worked out can't be written where it should go."""

    def __init__(self, error: OSError) -> None:
        self.error = error
        where = f" to {error.filename}" if error.filename else ""
        super().__init__(
            f"the result can't be written{where}: {error.strerror or error}; "
            "make room there, or write elsewhere"
        )


def mistakes() -> tuple[type[Exception], ...]:
    """What an operator can mend; asked for when something went wrong, so that a start does not import it."""
    from cfn.errors import CfnError
    from cost.errors import CostError
    from stacks.errors import StackError

    return StackError, CfnError, CostError, ProgramError
