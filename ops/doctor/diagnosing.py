"""From what the checks answer to a diagnosis: the root cause, what follows from it, and what comes next."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import Verdict
from ops.doctor.check import Effect, checks
from ops.doctor.errors import NotThere
from ops.doctor.fault import Layer
from ops.doctor.operations import OperationUndeclared
from ops.doctor.sign import Sign, Symptom
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.doctor.answer import Answer
    from ops.doctor.check import Check
    from ops.doctor.evidence.whole import Evidence

AT_ONCE: Final = 8
"""Checks that ask at the same time."""
SESSIONS: Final = "DB-070"
"""What sessions of the function's user begin with, which the migrator tells of the users that it makes."""
OVER: Final = "PKG-051"
"""Requests that failed lately, and do no more, or few: that is told even where all is well."""


class State(StrEnum):
    """How a diagnosis ends."""

    HEALTHY = "healthy"
    FAULTY = "faulty"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Finding:
    """A check and what it has answered."""

    check: Check
    answer: Answer

    @property
    def id(self) -> str:
        """The fault's."""
        return self.check.id

    @property
    def is_proved(self) -> bool:
        """Whether the fault is there."""
        return self.answer.verdict is Verdict.PROVED

    @property
    def is_risk(self) -> bool:
        """Whether a fault that is there fails nothing yet, or is asked for by the settings."""
        return self.check.effect is Effect.RISK or self.answer.by_design


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong, in the order in which it bites.

    Attributes:
        symptom: What the live request came to.
        cause: The root cause, if one is proved.
        consequences: What is there only because of it.
        next: Faults that would fail requests once it is mended, in their order.
        others: Faults that have nothing to do with it.
        risks: What fails nothing yet, or is as the settings ask for it.
        findings: All checks with their answers.
        refused: What AWS did not let us read, a sentence each; whatever hangs on it, health is not claimed.
        layers: Those that were looked at; none where all were.
        caveats: What may be wrong all the same where it is healthy, a sentence each.
    """

    state: State
    symptom: Symptom
    cause: Finding | None
    consequences: tuple[Finding, ...]
    next: tuple[Finding, ...]
    others: tuple[Finding, ...]
    risks: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    refused: tuple[str, ...] = ()
    layers: tuple[Layer, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def unseen(self) -> tuple[Finding, ...]:
        """What could not be looked at."""
        return tuple(each for each in self.findings if each.answer.unseen)

    @property
    def undecided(self) -> tuple[Finding, ...]:
        """What is not known and could explain the request."""
        return tuple(
            each
            for each in self.findings
            if each.answer.verdict is Verdict.UNKNOWN
            and each.answer.explains
            and would_show(each.check, self.symptom)
        )


def diagnose(evidence: Evidence, layers: Sequence[Layer] = ()) -> Diagnosis:
    """Make the request, ask all checks (of some layers), and judge.

    Raises AccessError where there are no credentials, or another account's.
    """
    evidence.reading.require_account()
    symptom = _symptom(evidence)
    chosen = [each for each in checks() if not layers or each.fault.layer in layers]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda each: each.answer(evidence), chosen))
    findings = tuple(map(Finding, chosen, answers))
    found = judge(findings, symptom, tuple(evidence.reading.refused.values()))
    caveats = tuple(_caveats(evidence, findings)) if found.state is State.HEALTHY else ()
    return replace(found, layers=tuple(layers), caveats=caveats)


def judge(findings: tuple[Finding, ...], symptom: Symptom, refused: tuple[str, ...] = ()) -> Diagnosis:
    """What follows from all answers and from what the request came to."""
    proved = [each for each in findings if each.is_proved]
    risks = tuple(each for each in proved if each.is_risk)
    faults = [each for each in proved if not each.is_risk]
    specific = [each for each in faults if each.check.effect in (Effect.FAILS, Effect.SOME)]
    shown = [each for each in faults if each.check.effect is Effect.SHOWS]
    blind = [each for each in faults if each.check.effect is Effect.BLIND]
    cause = next((each for each in (*specific, *shown) if _explains(each, symptom)), None)
    if cause is None and symptom.sign in (Sign.WELL, None):
        cause = next(iter((*specific, *blind, *(each for each in shown if each.check.signs))), None)
    following = tuple(each for each in specific if cause and _comes_after(each, cause))
    consequences = tuple(each for each in shown if each is not cause)
    others = tuple(each for each in (*specific, *blind) if each is not cause and each not in following)
    return Diagnosis(
        _state(findings, symptom, cause, is_whole=not refused),
        symptom,
        cause,
        consequences,
        following,
        others,
        risks,
        findings,
        refused,
    )


def _caveats(evidence: Evidence, findings: Sequence[Finding]) -> Iterator[str]:
    """What nobody has looked at, though it could be, and what was wrong lately."""
    yield from (each.answer.because for each in findings if each.is_proved and each.id == OVER)
    if not any(each.check.fault.layer is Layer.SCHEMA for each in findings):
        return
    unlooked = "health asks for no table, so nobody has looked at tables, rights, settings and migrations"
    name = evidence.environment.name
    if evidence.environment.migrator is None:
        yield f"{unlooked}: {name} has no migrator that could"
    elif not evidence.probe:
        yield f"{unlooked}: `miyabi doctor {name} --probe` does"
    else:
        untold = (each for each in findings if each.id == SESSIONS)
        yield from (each.answer.because for each in untold if each.answer.verdict is Verdict.UNKNOWN)


def _symptom(evidence: Evidence) -> Symptom:
    """Ask, and wait for what that leaves: before the checks, which all want to know of it."""
    try:
        sign = evidence.sign
    except (AccessError, NotThere) as error:
        return Symptom(None, unasked=str(error))
    well_before = 0 if sign is Sign.WELL else len(evidence.asked) - 1
    return Symptom(sign, _ran(evidence), evidence.reply, well_before=well_before)


def _ran(evidence: Evidence) -> bool | None:
    """Whether the function ran for the request; the checks say what of its trace could not be seen."""
    try:
        return evidence.trace.ran
    except OperationUndeclared:
        raise
    except Exception:  # noqa: BLE001  (a line of a shape that nobody knows must not end the diagnosis)
        return None


def _comes_after(finding: Finding, cause: Finding) -> bool:
    """Whether a fault would fail requests that come past the cause."""
    return finding.check.effect is Effect.FAILS and finding.check.fault.place > cause.check.fault.place


def _explains(finding: Finding, symptom: Symptom) -> bool:
    """Whether a fault would have the request come to what it came to."""
    return finding.answer.explains and would_show(finding.check, symptom)


def would_show(check: Check, symptom: Symptom) -> bool:
    """Whether what is seen is what the fault of a check shows."""
    if symptom.sign not in check.signs:
        return False
    return None in (check.ran, symptom.ran) or check.ran == symptom.ran


def _state(findings: Sequence[Finding], symptom: Symptom, cause: Finding | None, *, is_whole: bool) -> State:
    """`is_whole` says that everything could be read."""
    if cause is not None:
        return State.FAULTY
    worrying = any(each.answer.unseen or each.answer.worries for each in findings)
    if symptom.sign is not Sign.WELL or not is_whole or worrying:
        return State.UNDECIDED
    return State.HEALTHY
