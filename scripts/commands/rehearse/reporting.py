"""Has the doctor's look at a twin end in a report of it: red, while a fault is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from report.system.model import Source
from scripts.commands.report.asking import asked
from scripts.commands.report.gathering import given
from scripts.commands.report.run import write_report

if TYPE_CHECKING:
    from pathlib import Path

    from ops.doctor.diagnosing import Diagnosis
    from scripts.commands.rehearse.faults import Doctor
    from twin.rehearsing.rehearsal import Rehearsal


def reporting(rehearsal: Rehearsal, word: str, folder: Path, doctor: Doctor) -> Doctor:
    """The same doctor, whose every look is written to the folder; the last one stays there."""

    def look() -> Diagnosis:
        diagnosis = doctor()
        with rehearsal.steps.step("report") as told:
            found = given(word, datetime.now(UTC).date())
            lived = asked(found, rehearsal.live, diagnosis, Source.TWIN, ask=rehearsal.twin.ask)
            told.append(", ".join(str(path) for path in write_report(lived, word, folder)))
        return diagnosis

    return look
