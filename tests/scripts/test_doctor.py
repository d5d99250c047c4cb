"""`miyabi doctor` as an operator meets it: its page, its data, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.asking import Reply
from ops.doctor.check import Effect
from ops.doctor.diagnosing import judge
from ops.doctor.fault import Layer
from ops.doctor.operations import policy
from ops.doctor.sign import Sign, Symptom
from scripts.commands.doctor.page import LABEL, page_of
from scripts.commands.doctor.run import Wish, run
from scripts.commands.doctor.telling import document
from scripts.exit_codes import Exit
from tests.ops.doctor.test_diagnosing import finding

if TYPE_CHECKING:
    from ops.doctor.diagnosing import Diagnosis

SUSPECTED = 5
"""What the report suspects, its two issues taken together."""


def run_json(wish: Wish, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    code = run(wish, as_json=True)
    return code, json.loads(capsys.readouterr().out)


def text_of(diagnosis: Diagnosis, **options: Any) -> str:
    return "\n".join(line.plain for line in page_of("staging", diagnosis, **options))


def test_the_reports_own_facts_leave_the_missing_permission_first(capsys: pytest.CaptureFixture[str]) -> None:
    code, told = run_json(Wish(offline=True), capsys)
    left = [each["id"] for each in told["findings"] if each["verdict"] == "unknown"]

    assert (Exit.UNDECIDED, "undecided", None) == (code, told["state"], told["cause"])
    assert (False, Sign.GATEWAY_ERROR.value) == (told["request"]["function_ran"], told["request"]["sign"])
    assert "API-001" in left
    assert told["may_be"][0] == "API-001"
    assert set(told["remarks"]) == {"API-001"}


def test_every_suspicion_of_the_report_is_excluded_by_its_empty_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = run_json(Wish(offline=True), capsys)[1]["suspicions"]

    assert SUSPECTED == len(told)
    assert [] == [each["suspicion"] for each in told if "log stream" not in (each["excluded_because"] or "")]


def test_offline_is_a_page_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Wish(offline=True)) == Exit.UNDECIDED
    told = capsys.readouterr().out
    assert "reported fails, and nothing decides why" in told
    assert told.index("API-001") < told.index("What the report suspects")


def test_a_fault_is_explained_by_its_id_in_any_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Wish(explain="api-001")) == Exit.DONE
    assert "API Gateway has no permission to invoke the function" in capsys.readouterr().out
    code, told = run_json(Wish(explain="API-001"), capsys)
    assert (Exit.DONE, "permission") == (code, told["layer"])
    assert told["how_it_is_told"]


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(), "which environment is to be looked at?"),
        (Wish(explain="API-01"), "there is no fault API-01; did you mean"),
        (Wish(env="staging", only=("netwrok",)), "there is no layer netwrok; did you mean network?"),
        (Wish(env="stagin"), "stagin"),
        (Wish(env="staging", address="127.0.0.1:80"), "'127.0.0.1:80' is no address of HTTP"),
    ],
)
def test_a_mistake_is_one_sentence(wish: Wish, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(wish) == Exit.WRONG_INPUT
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert sentence in told[0]


def test_the_policy_is_printed_as_iam_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Wish(policy=True)) == Exit.DONE
    assert json.loads(capsys.readouterr().out) == policy()


FOUND = (
    finding(
        "A-001",
        proved("the group admits nobody", "aws ec2 authorize-security-group-ingress --group-id sg-1" * 3),
    ),
    finding("A-002", proved("the password is old"), place=1),
    finding("A-003", proved("no log"), Effect.BLIND, place=2, signs=()),
    finding("A-004", proved("it gets old"), Effect.RISK, place=3, signs=()),
    finding("A-005", ruled_out("it is there"), place=4),
)
FAILED = Symptom(Sign.GATEWAY_ERROR, ran=True)


def test_a_page_begins_with_the_cause_and_has_the_rest_in_its_order() -> None:
    told = text_of(judge(FOUND, FAILED))
    places = [told.index(f"A-00{number}") for number in (1, 2, 3, 4)]
    assert told.startswith("staging is faulty: A-001\n")
    assert told.count("the title of A-001") == 1
    assert places == sorted(places)
    assert "A-005" not in told
    assert "A-005" in text_of(judge(FOUND, FAILED), every=True)


def test_a_command_is_on_one_line_however_narrow_the_page() -> None:
    lines = text_of(judge(FOUND, FAILED), width=60).splitlines()
    assert any(FOUND[0].answer.commands[0] in line for line in lines)
    assert [] == [line for line in lines if len(line) > 60 and "aws ec2" not in line]


def test_what_is_undecided_says_what_would_decide() -> None:
    diagnosis = judge((finding("A-001", unknown("nothing tells", "look at the metric")),), FAILED)
    assert "to decide: look at the metric" in text_of(diagnosis)


@pytest.mark.parametrize(
    ("diagnosis", "headline"),
    [
        (judge((), Symptom(Sign.WELL)), "staging is healthy"),
        (judge(FOUND[1:], Symptom(Sign.NO_ANSWER)), "staging fails, and nothing decides why"),
        (judge((), Symptom(Sign.WELL), ("AWS refuses",)), "staging answers, and not all of it could be seen"),
        (judge((), Symptom(None)), "staging can't be asked, and nothing decides why"),
        (
            judge((finding("A-001", unknown("3 of 9", worries=True)),), Symptom(Sign.WELL)),
            "staging answers, and has failed lately",
        ),
        (
            replace(judge((), Symptom(Sign.WELL)), layers=(Layer.TLS, Layer.LOGS)),
            "staging is healthy, as far as tls and logs goes",
        ),
        (
            replace(judge((), Symptom(Sign.WELL)), caveats=("nobody has looked at tables",)),
            "staging is healthy, as far as health can tell",
        ),
    ],
)
def test_the_first_line_says_how_things_are(diagnosis: Diagnosis, headline: str) -> None:
    assert headline == text_of(diagnosis).splitlines()[0]


def test_what_may_be_the_cause_stands_before_what_fails_nothing() -> None:
    told = text_of(judge((*FOUND[3:], finding("A-009", unknown("nothing tells"), place=9)), FAILED))
    assert told.index("A-009") < told.index("A-004")


def test_what_is_not_known_is_told_once_by_all() -> None:
    other = finding("A-008", unknown("nothing tells"), place=8, signs=(Sign.NO_ANSWER,))
    told = judge((other, finding("A-009", unknown("nothing tells"), place=9)), FAILED)
    assert [1, 1] == [text_of(told, every=True).count(f"\n{name}") for name in ("A-008", "A-009")]
    assert "A-008" not in text_of(told)


def test_where_a_request_was_led_to_is_told() -> None:
    reply = Reply("http://a/health", datetime(2026, 1, 1, tzinfo=UTC), 0.0, 404, landed="http://b/")
    told = text_of(judge((), Symptom(Sign.APPLICATION_REFUSED, ran=None, reply=reply)), width=80)
    assert ["asked     http://a/health, which led to http://b/", "got       404"] == told.splitlines()[2:4]
    assert "whether the function ran is not known" in told


def test_what_limits_health_is_told_beside_it() -> None:
    reply = Reply("http://a/health", datetime(2026, 1, 1, tzinfo=UTC), 0.0, 200)
    found = replace(judge((), Symptom(Sign.WELL, reply=reply)), caveats=("nobody has looked at tables",))
    assert "but       nobody has looked at tables" in text_of(found).splitlines()
    assert document("staging", found)["caveats"] == ["nobody has looked at tables"]


def test_that_a_request_failed_after_others_that_were_well_is_told() -> None:
    reply = Reply("http://a/health", datetime(2026, 1, 1, tzinfo=UTC), 0.0, 500)
    told = text_of(judge(FOUND, Symptom(Sign.GATEWAY_ERROR, ran=True, reply=reply, well_before=2)), width=80)
    assert "2 before it were well: it comes and goes" in told


def test_what_was_refused_is_told() -> None:
    diagnosis = judge((), Symptom(Sign.WELL, ran=True), ("AWS refuses lambda:GetPolicy",))
    assert "AWS refuses lambda:GetPolicy" in text_of(diagnosis)
    assert document("staging", diagnosis)["refused"] == ["AWS refuses lambda:GetPolicy"]


def test_how_it_is_mended_is_told_in_the_nearest_words_that_there_are() -> None:
    answers = (proved("so"), proved("so", change="set it"), proved("so", "aws do", change="set it"))
    told = [text_of(judge((finding("A-001", each),), FAILED)).splitlines() for each in answers]
    mending = [[line for line in page if line[:LABEL].strip() in ("mend", "for good")] for page in told]
    assert [
        ["mend      mend it"],
        ["mend      set it"],
        ["mend      aws do", "for good  set it"],
    ] == mending


def test_what_could_steer_a_terminal_is_made_visible() -> None:
    diagnosis = judge((finding("A-001", proved("named \x1b[31mred")),), FAILED)
    assert "\x1b" not in text_of(diagnosis)


def test_data_has_every_finding_with_the_same_keys() -> None:
    told = document("staging", judge(FOUND, FAILED))
    keys: set[tuple[str, ...]] = {tuple(each) for each in told["findings"]}
    assert (len(FOUND), 1) == (len(told["findings"]), len(keys))
    assert ("A-001", ["A-002"], ["A-003"], ["A-004"]) == (
        told["cause"],
        told["next"],
        told["others"],
        told["risks"],
    )
