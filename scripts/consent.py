"""Asks a person before something is changed."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from scripts.errors import ProgramError


class NobodyToAsk(ProgramError):
    """A change would need a yes, and there is no person to say it."""

    def __init__(self, action: str) -> None:
        self.action = action
        super().__init__(
            f"{action} asks before it changes anything, and there is nobody to ask; "
            "write --yes, or --dry-run to look only"
        )


@dataclass(frozen=True, slots=True)
class Consent:
    """How far the command line has already said yes."""

    yes: bool
    dry_run: bool = False

    def require_somebody(self, action: str, *, as_json: bool = False) -> None:
        """Raise `NobodyToAsk` where a question would be needed and nobody could answer it.

        With --json one document is promised, and no question; so it counts as nobody.
        """
        if not (self.yes or self.dry_run) and (as_json or not sys.stdin.isatty()):
            raise NobodyToAsk(action)

    def given(self, question: str) -> bool:
        """Whether to go on: as the command line says, or as a person answers now (Ctrl-C is a no).

        What is shown first is the caller's; a dry run never goes on.
        """
        if self.dry_run or self.yes:
            return self.yes and not self.dry_run
        import typer

        try:
            return typer.confirm(question, err=True)
        except typer.Abort:
            sys.stderr.write("\n")
            return False
