"""`miyabi package inspect`: check a zip, and print what was found."""

from __future__ import annotations

import json
import sys
from datetime import date
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from ops.package.inspect.errors import InspectError
from ops.package.inspect.inspecting import inspect
from scripts.commands.package.tables import render
from scripts.exit_codes import Exit
from scripts.talk import refuse, show

if TYPE_CHECKING:
    from pathlib import Path


def run(
    zip_file: Path,
    *,
    runtime: str | None,
    architecture: str | None,
    handler: str | None,
    strict: bool,
    as_json: bool,
) -> int:
    """Inspect a zip; returns the exit code, 4 where a check failed or, if strict, can't tell."""
    try:
        today = date.today()  # noqa: DTZ011  (the operator's own calendar day)
        found = inspect(zip_file, as_of=today, runtime=runtime, architecture=architecture, handler=handler)
    except InspectError as error:
        refuse(error)
    # for another program lines stay whole: it may look for one
    width = get_terminal_size().columns if sys.stdout.isatty() else None
    show(json.dumps(found.document(), indent=2) if as_json else render(found, width))
    return Exit.RULE_BROKEN if found.failed or (strict and found.unknown) else Exit.DONE
