"""`miyabi rehearse --list-faults`: every fault of the catalogue, by the name that --fault takes."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Final

from ops.doctor.fault import Layer
from scripts.commands.rehearse.table import LEAST_WIDTH, MOST_WIDTH
from scripts.exit_codes import Exit
from scripts.talk import show
from twin.faults.catalogue import read_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.faults.catalogue import Fault

NAME_WIDTH: Final = 34


def show_faults(*, as_json: bool) -> Exit:
    """Print every fault: its name, as --fault takes it, and what it is; or why it can't be shown here."""
    faults = read_catalogue()
    if as_json:
        show(json.dumps([fault.model_dump(mode="json") for fault in faults.values()], indent=2))
        return Exit.DONE
    shown = [fault for fault in faults.values() if fault.ways]
    lines = [line for layer in Layer for line in _of_layer(layer, shown)]
    lines += ["", "not on this machine:"]
    for fault in faults.values():
        if fault.no_local_meaning:
            lines += _wrapped(fault.id, f"{fault.title}: {fault.no_local_meaning}")
    show("\n".join(lines[1:]))
    return Exit.DONE


def _of_layer(layer: Layer, faults: list[Fault]) -> Iterator[str]:
    of_layer = [fault for fault in faults if fault.layer == layer]
    yield from ("", f"{layer}:") if of_layer else ()
    for fault in of_layer:
        first, *others = [name for name, _ in fault.names()]
        yield from _wrapped(first, fault.title)
        yield from (f"  {name}" for name in others)


def _wrapped(name: str, text: str) -> list[str]:
    columns = shutil.get_terminal_size((MOST_WIDTH, 24)).columns if sys.stdout.isatty() else MOST_WIDTH
    indent = " " * (NAME_WIDTH + 2)
    return textwrap.wrap(
        text,
        max(LEAST_WIDTH, min(columns, MOST_WIDTH)),
        initial_indent=f"  {name:{NAME_WIDTH}}",
        subsequent_indent=indent,
    )
