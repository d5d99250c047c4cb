"""What the rules and the doctor say of an environment without an account, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import date

    from stacks.findings import Finding

REPORTED: Final = "reported"
"""The environment that the status report is of, which the doctor can judge by the report's own facts."""


def judgement(name: str, as_of: date) -> dict[str, Any]:
    """Which rules of the house an environment keeps; raises StackError.

    cfn-lint is left to `synth`: it alone would take longer than all else.
    """
    # Imported late: what it comes to is kept.
    from stacks.invariants.catalogue import check, rules
    from stacks.invariants.rule import System
    from stacks.loading import load_environment
    from stacks.synthesis import synthesise
    from stacks.waivers import judge, load_waivers

    environment = load_environment(name)
    system = System(environment, synthesise(environment).deployment, as_of)
    found = judge(check(system), load_waivers(), environment.name, as_of)
    return {
        "rules": {rule.id: rule.sentence for rule in rules()},
        "as_of": as_of.isoformat(),
        "standing": [_finding(one) for one in found.standing],
        "waived": [
            _finding(one) | {"reason": waiver.reason, "review_by": waiver.review_by.isoformat()}
            for one, waiver in found.waived
        ],
    }


def document_judged() -> dict[str, Any]:
    """What the doctor makes of the document's own facts, and of what it suspects."""
    from ops.doctor.offline import diagnose_report, remarks, suspicions
    from scripts.commands.doctor.telling import document
    from stacks.loading import load_environment

    diagnosis = diagnose_report(load_environment(REPORTED))
    told = document(REPORTED, diagnosis)
    for one in told["findings"]:
        if remark := remarks().get(one["id"]):
            one["because"] = f"{remark}; {one['because']}"
    return {
        "diagnosis": told,
        "suspicions": [
            {"suspicion": one.text, "faults": list(one.faults), "excluded_because": one.why_not or None}
            for one in suspicions(diagnosis)
        ],
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule,
        "stack": finding.stack,
        "logical_id": finding.logical_id,
        "found": finding.found,
        "remedy": finding.remedy,
    }
