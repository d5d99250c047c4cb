"""Does the doctor see that code and schema don't fit, by the server's words and from inside?"""

from __future__ import annotations

from typing import Any

import pytest

from ops.doctor.answer import Verdict
from ops.doctor.evidence.probe import Inside
from tests.ops.doctor.databases import WELL, answer, evidence

LACKS = '{"level": "ERROR", "message": "relation \\"tasks\\" does not exist", "kind": "UndefinedTable"}'
REACHED = {"reached": True, "user": "miyabi_admin", "connections": {"used": 9, "most": 90}}


class Answering(Inside):
    """The migrator's answers as they are given."""

    def __init__(self, way: dict[str, Any], *states: str) -> None:
        steps = [
            {"version": number, "description": "a change", "state": state}
            for number, state in enumerate(states, 1)
        ]
        self.way = way
        self.status = {"steps": steps}


def proved(inside: Inside, *lines: str, found: tuple[int, str] = WELL) -> list[str]:
    whole = evidence(*lines, found=found)
    whole.inside = inside
    asked = ("DB-059", "DB-060", "DB-061", "DB-062", "DB-063", "DB-064")
    return [fault for fault in asked if answer(fault, whole).verdict is Verdict.PROVED]


@pytest.mark.parametrize(
    ("states", "faults"),
    [
        (("applied", "applied"), []),
        (("applied", "pending"), ["DB-061"]),
        (("applied", "out of order"), ["DB-061"]),
        (("edited", "pending"), ["DB-060", "DB-061"]),
        (("missing",), ["DB-060"]),
        (("dirty",), ["DB-059"]),
    ],
)
def test_how_migrations_stand_is_told_from_inside(states: tuple[str, ...], faults: list[str]) -> None:
    assert proved(Answering(REACHED, *states)) == faults


def test_where_the_migrator_is_stopped_is_told() -> None:
    assert proved(Answering({"reached": False, "step": "timeout", "message": "..."})) == ["DB-064"]


def test_without_leave_to_probe_nothing_is_known_from_inside() -> None:
    whole = evidence(found=WELL)
    for fault in ("DB-059", "DB-060", "DB-061", "DB-064"):
        assert answer(fault, whole).verdict is Verdict.UNKNOWN
    assert "lambda:Invoke" not in whole.reading.calls


@pytest.mark.parametrize(
    ("line", "fault"),
    [(LACKS, "DB-062"), ("permission denied for table tasks", "DB-063"), ("VersionMismatch(5)", "DB-060")],
)
def test_the_servers_word_for_the_live_request_is_told(line: str, fault: str) -> None:
    found = answer(fault, evidence(line, found=(500, "{}")))
    assert (Verdict.PROVED, True) == (found.verdict, found.explains)


def test_what_was_said_of_late_for_others_proves_nothing() -> None:
    found = answer("DB-062", evidence(LACKS, found=WELL))
    assert (Verdict.UNKNOWN, True) == (found.verdict, "1 requests" in found.because)


def test_pending_migrations_do_not_explain_a_password_that_is_refused() -> None:
    whole = evidence("no connection: the server refuses user or password")
    whole.inside = Answering(REACHED, "pending")
    found = answer("DB-061", whole)
    assert (Verdict.PROVED, False) == (found.verdict, found.explains)
