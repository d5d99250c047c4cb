"""How a command on a living system ends: each family of errors in its sentence, with its exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ops.errors import Failed, OperationError, Unready
from runtime.migrator.errors import AccessError, DatabaseError, FilesError, LockError, MigratorError, Stopped
from scripts.errors import ProgramError, mistakes
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CODES: Final[Mapping[type, Exit]] = {
    ProgramError: Exit.WRONG_INPUT,
    FilesError: Exit.WRONG_INPUT,
    Unready: Exit.WRONG_INPUT,
    AccessError: Exit.NO_ACCESS,
    Failed: Exit.ROLLED_BACK,
    LockError: Exit.LOCKED,
    DatabaseError: Exit.DATABASE_REFUSED,
}
"""Which exit code each kind of error means."""
SIGNALLED: Final = 128
"""A run that a signal ended exits with this plus the signal's number, as shells have it."""


def ended(work: Callable[[], int], *, as_json: bool = False) -> int:
    """Do a command's work and return its exit code; an error that an operator can act on is told."""
    try:
        return work()
    except (MigratorError, OperationError, ProgramError) as error:
        return tell(error, as_json=as_json)
    except Exception as error:
        if not isinstance(error, mistakes()):
            raise
        # an environment or a template that can't be used; the program tells these for commands without JSON
        return tell(error, as_json=as_json, code=Exit.WRONG_INPUT)


def tell(error: Exception, *, as_json: bool = False, code: Exit | None = None) -> int:
    """Tell an error in its sentence, and return its exit code: the one of its family, or the one given."""
    if as_json:
        kind = getattr(error, "kind", type(error).__name__)
        show(json.dumps({"error": {"kind": kind, "message": str(error)}}, indent=2))
    talk(f"miyabi: {error}")
    if isinstance(error, Stopped):
        return SIGNALLED + error.signal
    if code is not None:
        return code
    return next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), Exit.BUG)
