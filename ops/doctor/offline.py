"""Judges the report that this system was handed over with, by its own facts and the same checks.

What the report tells stands in report_case.json as the answers that AWS would have given; whatever it does
not tell can't be seen. That a route and a stage are there follows from its 500: without them it would be 404.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ops.deploying.smoke import HEALTH
from ops.doctor.asking import Reply
from ops.doctor.check import checks
from ops.doctor.diagnosing import diagnose, would_show
from ops.doctor.evidence.role import ALLOWED
from ops.doctor.evidence.whole import Evidence
from ops.doctor.reading import Reading
from ops.errors import NotDeployed
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.doctor.diagnosing import Diagnosis
    from stacks.settings import Environment

CASE: Final = Path(__file__).with_name("report_case.json")
SIMULATION: Final = "iam:SimulatePrincipalPolicy"


class NotTold(AccessError):
    """The report does not tell what an operation would."""

    def __init__(self, action: str) -> None:
        self.action = action
        super().__init__(f"the report does not tell what {action} would; ask the account by `miyabi doctor`")


class Told(Reading):
    """What the report tells, in place of an account."""

    def call(self, action: str, thing: str, **arguments: Any) -> Any:
        """What AWS would have answered; raises `NotTold`, or `NotDeployed` for what was not there."""
        case = _case()
        if action in case["absent"]:
            raise NotDeployed(thing, self.region)
        if action == SIMULATION:
            return self._simulated(arguments["ActionNames"])
        if action not in case["answers"]:
            raise NotTold(action)
        return case["answers"][action]

    def pages(self, action: str, thing: str, key: str, **arguments: Any) -> Iterator[Any]:
        """The only page."""
        return iter(self.call(action, thing, **arguments)[key])

    def fresh(self, action: str, thing: str, **arguments: Any) -> Any:
        """The same: nothing of the report changes."""
        return self.call(action, thing, **arguments)

    @staticmethod
    def _simulated(actions: list[str]) -> dict[str, Any]:
        """The role has AWSLambdaBasicExecutionRole: of other actions nothing is told."""
        allowed = _case()["allowed"]
        for action in actions:
            if action not in allowed:
                raise NotTold(SIMULATION)
        return {
            "EvaluationResults": [{"EvalActionName": action, "EvalDecision": ALLOWED} for action in actions]
        }


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What the report suspects, and the faults that it would be.

    `why_not` says what of the report's own facts speaks against it; empty where nothing does.
    """

    text: str
    faults: tuple[str, ...]
    why_not: str


def diagnose_report(environment: Environment) -> Diagnosis:
    """The same diagnosis as of an account; `environment` is `reported`."""
    case = _case()
    at = datetime.fromisoformat(case["at"])
    reply = Reply(case["address"] + HEALTH, at, 0.0, case["status"], {}, case["body"])
    return diagnose(Evidence(Told(environment), ask=lambda _: reply, patience=0.0))


def suspicions(diagnosis: Diagnosis) -> list[Suspicion]:
    """The report's own suspicions, each with what speaks against it."""
    known = {check.id: check for check in checks()}
    found = []
    for each in _case()["suspicions"]:
        shown = [fault for fault in each["faults"] if would_show(known[fault], diagnosis.symptom)]
        why = "" if shown else "the function would have run and left a log stream, and the group has none"
        found.append(Suspicion(each["text"], tuple(each["faults"]), why))
    return found


def remarks() -> dict[str, str]:
    """What of the report speaks for a fault, by the fault's id."""
    return {each["fault"]: each["text"] for each in _case()["remarks"]}


@cache
def _case() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(CASE.read_text(encoding="utf-8"))
    return found
