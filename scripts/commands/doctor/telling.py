"""A diagnosis as data, and all that is known of one fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.doctor.check import checks
from ops.doctor.lasting import left_alone

if TYPE_CHECKING:
    from ops.doctor.diagnosing import Diagnosis, Finding
    from ops.doctor.fault import Fault


def document(environment: str, diagnosis: Diagnosis) -> dict[str, Any]:
    """All of a diagnosis; no secret is in it, as none is in the answers of checks."""
    symptom, reply = diagnosis.symptom, diagnosis.symptom.reply
    return {
        "environment": environment,
        "state": diagnosis.state.value,
        "only": [layer.value for layer in diagnosis.layers],
        "request": None
        if reply is None
        else {
            "url": reply.url,
            "landed": reply.landed or None,
            "status": reply.status,
            "seconds": round(reply.seconds, 3),
            "failure": reply.failure.value if reply.failure else None,
            "sign": symptom.sign.value if symptom.sign else None,
            "function_ran": symptom.ran,
            "well_before": symptom.well_before,
        },
        "unasked": symptom.unasked or None,
        "cause": diagnosis.cause.id if diagnosis.cause else None,
        "consequences": [each.id for each in diagnosis.consequences],
        "next": [each.id for each in diagnosis.next],
        "others": [each.id for each in diagnosis.others],
        "risks": [each.id for each in diagnosis.risks],
        "may_be": [each.id for each in diagnosis.undecided],
        "unseen": [each.id for each in diagnosis.unseen],
        "caveats": list(diagnosis.caveats),
        "refused": list(dict.fromkeys(diagnosis.refused)),
        "findings": [_finding(diagnosis, each) for each in diagnosis.findings],
    }


def explanation(fault: Fault) -> dict[str, Any]:
    """What a fault is, how it shows, and how it is mended."""
    check = next((each for each in checks() if each.id == fault.id), None)
    return {
        "id": fault.id,
        "layer": fault.layer.value,
        "title": fault.title,
        "effect": check.effect.value if check else None,
        "shows": sorted(sign.value for sign in check.signs) if check else [],
        "how_it_is_told": (check.judge.__doc__ or "").strip() if check else None,
        "mend": fault.mend,
        "sources": list(fault.sources),
    }


def _finding(diagnosis: Diagnosis, finding: Finding) -> dict[str, Any]:
    answer, fault = finding.answer, finding.check.fault
    return {
        "id": fault.id,
        "layer": fault.layer.value,
        "title": fault.title,
        "effect": finding.check.effect.name.lower(),
        "verdict": answer.verdict.value,
        "because": answer.because,
        "commands": list(answer.commands),
        "change": answer.change or None,
        "deploying_alone": left_alone(diagnosis, finding) or None,
        "decide": answer.decide or None,
        "unseen": answer.unseen,
    }
