"""Has the doctor look at what is rehearsed, and prints its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.doctor.diagnosing import diagnose
from scripts.commands.doctor.page import draw
from twin.rehearsing.diagnosing import evidence_of

if TYPE_CHECKING:
    from ops.doctor.diagnosing import Diagnosis
    from twin.rehearsing.rehearsal import Rehearsal


def consult(rehearsal: Rehearsal, *, as_json: bool) -> Diagnosis:
    """What the doctor says of it as it is now; it is drawn unless the result is told as JSON."""
    with rehearsal.steps.step("doctor") as found:
        diagnosis = diagnose(evidence_of(rehearsal.twin, rehearsal.live))
        cause = f": {diagnosis.cause.id}" if diagnosis.cause else ""
        found.append(f"{diagnosis.state}{cause}")
    if not as_json:
        draw(rehearsal.live.environment.name, diagnosis)
    return diagnosis
