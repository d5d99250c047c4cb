"""From answers to a diagnosis: which proved fault is the cause, and what comes of the others."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.doctor.answer import Answer, proved, ruled_out, unknown, unseen
from ops.doctor.check import Check, Effect
from ops.doctor.diagnosing import Diagnosis, Finding, State, diagnose, judge
from ops.doctor.fault import Fault, Layer
from ops.doctor.operations import OperationUndeclared
from ops.doctor.sign import Sign, Symptom
from ops.errors import WrongAccount
from tests.ops.doctor.healthy import GATEWAY_500, evidence_with, reply, staging

GATEWAY = Symptom(Sign.GATEWAY_ERROR, ran=False)
BROKEN = Symptom(Sign.GATEWAY_ERROR, ran=True)
WELL = Symptom(Sign.WELL, ran=True)
UNASKED = Symptom(None, unasked="there is no API")


def finding(
    name: str,
    answer: Answer,
    effect: Effect = Effect.FAILS,
    *,
    place: int = 0,
    signs: tuple[Sign, ...] = (Sign.GATEWAY_ERROR,),
    ran: bool | None = None,
) -> Finding:
    fault = Fault(
        name, f"the title of {name}", Layer.GATEWAY, "mend it", ("https://example.org",), (3, place)
    )
    return Finding(Check(fault, effect, frozenset(signs), ran, lambda _: answer), answer)


def ids(findings: tuple[Finding, ...]) -> list[str]:
    return [each.id for each in findings]


def cause(diagnosis: Diagnosis) -> str | None:
    return diagnosis.cause.id if diagnosis.cause else None


def test_a_request_that_is_well_with_nothing_proved_is_healthy() -> None:
    assert judge((finding("A", ruled_out("it is not")),), WELL).state is State.HEALTHY


def test_what_could_not_be_seen_is_never_healthy() -> None:
    assert judge((finding("A", unseen("denied")),), WELL).state is State.UNDECIDED


def test_what_aws_refused_is_never_healthy_whatever_hangs_on_it() -> None:
    assert judge((finding("A", ruled_out("it is not")),), WELL, ("denied",)).state is State.UNDECIDED


def test_what_nothing_decides_leaves_a_well_request_healthy() -> None:
    assert judge((finding("A", unknown("there is no data")),), WELL).state is State.HEALTHY


def test_what_worries_leaves_a_well_request_undecided() -> None:
    found = finding("A", unknown("3 of 9 failed lately", worries=True), signs=(Sign.WELL,))
    diagnosis = judge((found,), WELL)
    assert (State.UNDECIDED, ["A"]) == (diagnosis.state, ids(diagnosis.undecided))


def test_a_request_that_failed_after_others_that_were_well_says_so() -> None:
    replies = [reply(), reply(), reply(500, GATEWAY_500)]
    evidence = evidence_with()
    evidence._ask = lambda _: replies.pop(0)
    assert (2, Sign.GATEWAY_ERROR) == ((found := diagnose(evidence).symptom).well_before, found.sign)


def test_a_failed_request_with_nothing_proved_is_undecided_and_says_what_is_left() -> None:
    left, out = finding("A", unknown("who knows")), finding("B", ruled_out("no"))
    other = finding("C", unknown("who knows"), signs=(Sign.NO_ANSWER,))
    diagnosis = judge((left, out, other), GATEWAY)
    assert (State.UNDECIDED, ["A"]) == (diagnosis.state, ids(diagnosis.undecided))


def test_the_first_proved_fault_that_shows_so_is_the_cause_and_later_ones_come_next() -> None:
    found = tuple(finding(name, proved("it is"), place=place) for place, name in enumerate("ABC"))
    diagnosis = judge(found, GATEWAY)
    assert ("A", ["B", "C"]) == (cause(diagnosis), ids(diagnosis.next))


def test_a_fault_before_the_point_that_the_request_came_to_is_not_its_cause() -> None:
    permission = finding("A", proved("none"), place=0, ran=False)
    package = finding("B", proved("it ends"), place=1, ran=True)
    diagnosis = judge((permission, package), BROKEN)
    assert ("B", ["A"]) == (cause(diagnosis), ids(diagnosis.others))


def test_what_fails_some_requests_alone_does_not_come_next() -> None:
    failing, some = finding("A", proved("it is")), finding("B", proved("it is"), Effect.SOME, place=1)
    diagnosis = judge((failing, some), GATEWAY)
    assert ("A", [], ["B"]) == (cause(diagnosis), ids(diagnosis.next), ids(diagnosis.others))


def test_where_nothing_tells_whether_the_function_ran_either_may_be_the_cause() -> None:
    unclear = Symptom(Sign.GATEWAY_ERROR, ran=None)
    causes = [cause(judge((finding("A", proved("it is"), ran=ran),), unclear)) for ran in (True, False, None)]
    assert ["A", "A", "A"] == causes


def test_a_fault_that_shows_otherwise_is_wrong_besides_and_leaves_it_undecided() -> None:
    diagnosis = judge((finding("A", proved("it is"), signs=(Sign.NO_ANSWER,)),), GATEWAY)
    assert (State.UNDECIDED, ["A"]) == (diagnosis.state, ids(diagnosis.others))


def test_how_a_fault_shows_is_folded_under_what_is_special() -> None:
    shown = finding("A", proved("timed out"), Effect.SHOWS, place=0)
    special = finding("B", proved("the group admits nobody"), place=5)
    diagnosis = judge((shown, special), GATEWAY)
    assert ("B", ["A"]) == (cause(diagnosis), ids(diagnosis.consequences))


def test_how_a_fault_shows_is_the_cause_where_nothing_special_is_proved() -> None:
    assert cause(judge((finding("A", proved("timed out"), Effect.SHOWS),), GATEWAY)) == "A"


def test_a_blind_spot_is_the_cause_only_of_a_request_that_is_well() -> None:
    blind = finding("A", proved("no log"), Effect.BLIND, signs=())
    assert (cause(judge((blind,), WELL)), cause(judge((blind,), GATEWAY))) == ("A", None)


def test_how_a_fault_shows_is_the_cause_of_nothing_that_is_well_unless_it_has_signs() -> None:
    shown, seen = (finding("A", proved("it is"), Effect.SHOWS, signs=signs) for signs in ((Sign.WELL,), ()))
    assert ("A", None) == (cause(judge((shown,), UNASKED)), cause(judge((seen,), UNASKED)))


def test_what_is_not_known_and_said_not_to_explain_it_is_not_left() -> None:
    assert [] == ids(judge((finding("A", unknown("of another route", explains=False)),), GATEWAY).undecided)


def test_another_account_ends_it_before_anything_is_asked() -> None:
    elsewhere = evidence_with(environment=staging(account="123456789012"))
    with pytest.raises(WrongAccount):
        diagnose(elsewhere)
    assert elsewhere.reading.calls == ["sts:GetCallerIdentity"]


def test_risks_leave_a_system_healthy() -> None:
    risk = finding("A", proved("old"), Effect.RISK, signs=())
    wished = finding("B", proved("public", by_design=True))
    diagnosis = judge((risk, wished), WELL)
    assert (State.HEALTHY, ["A", "B"]) == (diagnosis.state, ids(diagnosis.risks))


def test_what_is_by_design_is_no_cause_of_a_failure() -> None:
    assert cause(judge((finding("A", proved("as wished", by_design=True)),), GATEWAY)) is None


def test_a_fault_that_is_said_not_to_explain_it_is_no_cause() -> None:
    assert cause(judge((finding("A", proved("of another route", explains=False)),), GATEWAY)) is None


def test_where_no_request_could_be_made_the_first_fault_is_the_cause() -> None:
    diagnosis = judge((finding("A", proved("no stack"), signs=()),), UNASKED)
    assert ("A", State.FAULTY) == (cause(diagnosis), diagnosis.state)


def test_a_trace_of_a_shape_that_nobody_knows_ends_nothing() -> None:
    failed = reply(500, "Traceback")
    odd = evidence_with({"logs:FilterLogEvents": {"events": [{"no": "message"}]}}, failed)
    found = diagnose(odd, [Layer.STACKS])

    assert (Sign.APPLICATION_ERROR, None, failed) == (
        found.symptom.sign,
        found.symptom.ran,
        found.symptom.reply,
    )
    assert (Layer.STACKS,) == found.layers
    assert {Layer.STACKS} == {each.check.fault.layer for each in found.findings}


def test_a_code_that_calls_what_is_not_declared_is_a_bug_and_no_trace() -> None:
    bug = evidence_with(
        {"logs:FilterLogEvents": OperationUndeclared("lambda:DeleteFunction")}, reply(500, "no")
    )
    with pytest.raises(OperationUndeclared):
        diagnose(bug, [Layer.STACKS])


ANSWERS = st.sampled_from([proved("it is"), ruled_out("no"), unknown("who knows"), unseen("denied")])
FINDINGS = st.lists(
    st.builds(
        lambda answer, effect, ran, by_design: (
            replace(answer, by_design=by_design and answer == proved("it is")),
            effect,
            ran,
        ),
        ANSWERS,
        st.sampled_from(Effect),
        st.sampled_from([None, True, False]),
        st.booleans(),
    ),
    max_size=8,
)


@given(FINDINGS, st.sampled_from([GATEWAY, BROKEN, WELL, UNASKED]))
def test_every_proved_fault_is_told_once_and_only_proved_ones_are(
    drawn: list[tuple[Answer, Effect, bool | None]], symptom: Symptom
) -> None:
    found = tuple(
        finding(f"F{place}", answer, effect, place=place, ran=ran)
        for place, (answer, effect, ran) in enumerate(drawn)
    )
    diagnosis = judge(found, symptom)
    groups = (diagnosis.consequences, diagnosis.next, diagnosis.others, diagnosis.risks)
    told = [each.id for each in itertools.chain(*groups)]
    told += [diagnosis.cause.id] if diagnosis.cause else []
    assert sorted(told) == sorted(each.id for each in found if each.is_proved)


@given(FINDINGS, st.sampled_from([GATEWAY, BROKEN, WELL, UNASKED]))
def test_health_is_claimed_of_a_request_that_was_well_and_wholly_seen(
    drawn: list[tuple[Answer, Effect, bool | None]], symptom: Symptom
) -> None:
    found = tuple(
        finding(f"F{place}", answer, effect, place=place, ran=ran)
        for place, (answer, effect, ran) in enumerate(drawn)
    )
    if judge(found, symptom).state is State.HEALTHY:
        assert symptom.sign is Sign.WELL
        assert not any(each.answer.unseen or (each.is_proved and not each.is_risk) for each in found)
