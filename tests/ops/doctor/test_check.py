"""What a check makes of what it meets on its way, and where its fault is met."""

from __future__ import annotations

import pytest

from ops.doctor.answer import Answer, Verdict, ruled_out, unknown
from ops.doctor.check import Check, Effect, checks
from ops.doctor.errors import NotThere
from ops.doctor.fault import ORDER, Layer, faults, find_fault
from ops.doctor.operations import OperationUndeclared
from ops.errors import NotDeployed, Refused
from tests.ops.doctor.healthy import evidence_with


def answered(found: Exception | Answer) -> Answer:
    def judge(_: object) -> Answer:
        if isinstance(found, Exception):
            raise found
        return found

    return Check(find_fault("API-001"), Effect.FAILS, frozenset(), None, judge).answer(evidence_with())


@pytest.mark.parametrize(
    ("met", "because", "is_unseen"),
    [
        (NotThere("alias"), "there is no alias", False),
        (NotDeployed("function api", "us-east-1"), "there is no function api", False),
        (Refused("lambda:GetPolicy", "function api", "AccessDenied"), "AWS refuses lambda:GetPolicy", True),
        (KeyError("Role"), "the check itself broke (KeyError)", True),
        (unknown("nothing tells"), "nothing tells", False),
    ],
)
def test_what_a_check_meets_makes_it_unknown(met: Exception | Answer, because: str, is_unseen: bool) -> None:  # noqa: FBT001  (a case)
    answer = answered(met)
    assert (Verdict.UNKNOWN, is_unseen) == (answer.verdict, answer.unseen)
    assert answer.because.startswith(because)


def test_an_operation_that_is_not_declared_is_a_bug_and_no_answer() -> None:
    with pytest.raises(OperationUndeclared):
        answered(OperationUndeclared("lambda:DeleteFunction"))


def test_an_answer_is_passed_on() -> None:
    assert ruled_out("it is there") == answered(ruled_out("it is there"))


def test_every_fault_has_a_check_and_they_stand_in_the_order_in_which_they_bite() -> None:
    found = checks()
    assert list(faults()) == [each.id for each in found]
    places = [ORDER.index(each.fault.layer) for each in found]
    assert places == sorted(places)


def test_no_request_meets_a_fault_of_the_database_but_by_a_function_that_runs() -> None:
    behind = (Layer.DATABASE, Layer.TLS, Layer.CREDENTIALS, Layer.SCHEMA)
    assert {True} == {each.ran for each in checks() if each.fault.layer in behind}


@pytest.mark.parametrize("before", ["API-033", "API-001", "LAM-014", "PKG-001", "LAM-015"])
def test_the_origin_s_secret_is_asked_for_by_the_application(before: str) -> None:
    assert find_fault(before).place < find_fault("API-037").place < find_fault("NET-001").place
