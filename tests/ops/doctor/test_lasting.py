"""A deployment alone mends nothing that was changed by hand, which is told where one is proposed."""

from __future__ import annotations

import pytest

from ops.doctor.answer import Answer, proved, ruled_out
from ops.doctor.check import Check, checks
from ops.doctor.diagnosing import Diagnosis, Finding, judge
from ops.doctor.lasting import BY_HAND, left_alone
from ops.doctor.sign import Sign, Symptom
from scripts.commands.doctor.page import page_of
from scripts.commands.doctor.telling import document

FAILED = Symptom(Sign.GATEWAY_ERROR, ran=False)
ALONE = "a deployment alone does not touch what was changed by hand"
CHANGE = "deploy the service stack: its stage has AutoDeploy"


def check_of(name: str) -> Check:
    return next(each for each in checks() if each.id == name)


def diagnosis(answer: Answer, *more: tuple[str, Answer]) -> Diagnosis:
    found = [("API-001", answer), *more]
    return judge(tuple(Finding(check_of(name), each) for name, each in found), FAILED)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            proved("so", "aws do", change=CHANGE),
            f"{ALONE}, which CloudFormation believes unchanged: type the above",
        ),
        (proved("so", change=CHANGE), "`miyabi drift` names it"),
        (proved("so", "aws do", change="set http_api.access_log to true and deploy the service stack"), ""),
        (proved("so", "aws do", change="raise [api] timeout_seconds, and deploy the service stack"), ""),
        (proved("so", "aws do"), ""),
    ],
)
def test_it_is_told_where_a_deployment_is_to_mend(answer: Answer, told: str) -> None:
    whole = diagnosis(answer)
    found = left_alone(whole, whole.findings[0])
    assert told in found
    assert bool(told) == bool(found)


def test_a_deployment_makes_what_no_stack_has_made() -> None:
    answer = proved("so", "aws do", change=CHANGE)
    by_hand = diagnosis(answer, (BY_HAND, proved("by hand", by_design=True)))
    deployed = diagnosis(answer, (BY_HAND, ruled_out("all are there")))
    assert ["", True] == [
        left_alone(by_hand, by_hand.findings[0]),
        ALONE in left_alone(deployed, deployed.findings[0]),
    ]


def test_it_is_told_once_on_a_page_and_of_each_finding_in_json() -> None:
    whole = diagnosis(
        proved("so", "aws do", change=CHANGE), ("API-006", proved("so too", "aws do", change=CHANGE))
    )
    page = "\n".join(str(line) for line in page_of("staging", whole, width=400))
    told = [each["deploying_alone"] for each in document("staging", whole)["findings"]]
    assert 1 == page.count(ALONE)
    assert [True, True] == [ALONE in each for each in told]
