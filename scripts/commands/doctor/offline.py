"""Prints what the report's own facts leave of its suspicions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ops.doctor.offline import diagnose_report, remarks, suspicions
from scripts.commands.doctor.page import Row, draw_lines, page_of, section
from scripts.commands.doctor.telling import document
from scripts.exit_codes import Exit
from scripts.talk import show
from stacks.loading import load_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from ops.doctor.diagnosing import Diagnosis
    from ops.doctor.offline import Suspicion

REPORTED: Final = "reported"


def show_offline(*, as_json: bool, every: bool = False) -> int:
    """Print the diagnosis of the report, and why its suspicions are none; returns the exit code."""
    diagnosis = diagnose_report(load_environment(REPORTED))
    found = suspicions(diagnosis)
    if as_json:
        told = [
            {"suspicion": each.text, "faults": list(each.faults), "excluded_because": each.why_not or None}
            for each in found
        ]
        whole = document(REPORTED, diagnosis) | {"remarks": remarks(), "suspicions": told}
        show(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        draw_lines(lambda width: _page(diagnosis, found, every=every, width=width))
    return Exit.UNDECIDED


def _page(diagnosis: Diagnosis, found: list[Suspicion], *, every: bool, width: int) -> Iterator[Text]:
    yield from page_of(REPORTED, diagnosis, every=every, width=width)
    speaking = (Row(fault, text) for fault, text in remarks().items())
    yield from section("What of the report speaks for it", speaking, width)
    suspected = (row for each in found for row in _suspected(each))
    yield from section("What the report suspects, by its own facts", suspected, width)


def _suspected(suspicion: Suspicion) -> Iterator[Row]:
    faults = ", ".join(suspicion.faults)
    yield Row("no" if suspicion.why_not else "may be", f"{suspicion.text} ({faults})")
    if suspicion.why_not:
        yield Row("", f"else {suspicion.why_not}")
