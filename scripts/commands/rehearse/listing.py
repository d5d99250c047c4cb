"""`miyabi rehearse --list-faults`: every fault of the catalogue, by the name that --fault takes."""

from __future__ import annotations

import json
import textwrap
from itertools import groupby
from typing import Final

from scripts.exit_codes import Exit
from scripts.talk import show
from twin.faults.catalogue import read_catalogue

NAME_WIDTH: Final = 30
WIDTH: Final = 110


def show_faults(*, as_json: bool) -> Exit:
    """Print every fault: its name, as --fault takes it, and what it is; or why it can't be shown here."""
    faults = read_catalogue()
    if as_json:
        show(json.dumps([fault.model_dump(mode="json") for fault in faults.values()], indent=2))
        return Exit.DONE
    lines = []
    for layer, group in groupby(faults.values(), key=lambda fault: fault.layer):
        lines += ["", f"{layer}:"]
        for fault in group:
            first, *others = [name for name, _ in fault.names()] or [fault.id]
            lines += _wrapped(first, fault.title)
            lines += [f"  {name}" for name in others]
            if fault.no_local_meaning:
                lines += _wrapped("", f"not on this machine: {fault.no_local_meaning}")
    show("\n".join(lines[1:]))
    return Exit.DONE


def _wrapped(name: str, text: str) -> list[str]:
    indent = " " * (NAME_WIDTH + 2)
    return textwrap.wrap(text, WIDTH, initial_indent=f"  {name:{NAME_WIDTH}}", subsequent_indent=indent)
