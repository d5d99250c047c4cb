"""How components stand: what is proved is red, and what nobody has looked at is never well."""

from __future__ import annotations

import pytest

from ops.errors import Refused
from ops.status.part import Finding, Part, Standing
from report.system.facts import State
from report.system.model import Report, Source
from report.system.observed import Observed
from report.system.packages import migrated
from tests.report.system.making import diagnosis, finding, function, report_about, template

DEPLOYMENT = template(
    ApiFunction=function(),
    Api={"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
    Bucket={"Type": "AWS::S3::Bucket"},
)
ALL = {f"odd.{name}": "CREATE_COMPLETE" for name in ("ApiFunction", "Api", "Bucket")}


def states(report: Report) -> dict[str, tuple[Standing, str]]:
    return {one.kind: (one.state.standing, one.state.word) for one in report.components}


def live(*findings: dict[str, object], parts: tuple[Part, ...] = (), **more: object) -> Report:
    observed = Observed(parts, statuses=ALL, account="551000000001")
    return report_about(
        DEPLOYMENT, observed=observed, source=Source.ACCOUNT, diagnosis=diagnosis(*findings, **more)
    )


def test_a_ledger_that_nobody_could_ask_is_not_well() -> None:
    nowhere = Part("migrations", "not known: the environment has no migrator")
    lost = State(Standing.UNASKED, "not known", nowhere.summary)

    assert lost == migrated(nowhere)
    assert State.unknown() == migrated(None)


def test_from_templates_alone_nothing_is_well() -> None:
    report = report_about(DEPLOYMENT)

    assert {Standing.UNASKED} == {standing for standing, _ in states(report).values()}
    assert (Standing.UNASKED, "as described") == (report.state.standing, report.state.word)


def test_a_proved_fault_is_red_where_it_lies_and_nowhere_else() -> None:
    report = live(finding("API-001", "permission"))
    found = states(report)

    assert (Standing.WRONG, "wrong: API-001") == found["API Gateway HTTP API"]
    assert (Standing.WELL, "well") == found["AWS Lambda function"]
    assert (Standing.WELL, "deployed") == found["S3 bucket"]
    assert (Standing.WRONG, "faulty") == (report.state.standing, report.state.word)
    assert "API-001: the title of API-001" == report.state.sentence


def test_a_risk_is_no_fault_and_a_consequence_is_told_as_one() -> None:
    risk, shown = finding("LAM-012", "function"), finding("LOG-004", "gateway", effect="shows")
    found = states(live(risk, shown, cause=None, risks=["LAM-012"], consequences=["LOG-004"]))

    assert (Standing.NOTICE, "risk: LAM-012") == found["AWS Lambda function"]
    assert (Standing.NOTICE, "follows: LOG-004") == found["API Gateway HTTP API"]


def test_what_may_be_the_cause_and_what_could_not_be_seen_are_not_known() -> None:
    unseen = finding("PKG-033", "package", verdict="unknown", unseen=True)
    candidate = finding("API-003", "permission", verdict="unknown")
    found = states(live(unseen, candidate, cause=None, state="undecided", may_be=["API-003"]))

    assert (Standing.UNASKED, "not seen") == found["AWS Lambda function"]
    assert (Standing.UNASKED, "may be API-003") == found["API Gateway HTTP API"]


def test_a_denied_call_is_not_known_with_its_reason_and_never_well() -> None:
    denied = str(Refused("lambda:GetFunctionConfiguration", "function api", "AccessDenied"))
    report = live(parts=(Part.unasked("functions", denied),), state="undecided", refused=[denied])
    [function_card] = [one for one in report.components if one.kind == "AWS Lambda function"]

    assert (Standing.UNASKED, denied) == (function_card.state.standing, function_card.state.sentence)
    assert Standing.UNASKED is report.state.standing
    assert denied in [issue.title for group in report.issues.groups for issue in group.issues]


def test_a_part_that_is_wrong_makes_the_whole_wrong_even_where_the_doctor_is_content() -> None:
    part = Part("alarms", "1 rings", (Finding(Standing.WRONG, "CPU rings"),))
    report = live(parts=(part,))

    assert (Standing.WRONG, "CPU rings") == (report.state.standing, report.state.sentence)


def test_a_part_that_could_not_be_asked_leaves_the_whole_not_known() -> None:
    report = live(parts=(Part.unasked("alarms", "AWS refuses it"),))

    assert (Standing.UNASKED, "not known", "AWS refuses it") == (
        report.state.standing,
        report.state.word,
        report.state.sentence,
    )


def test_all_well_is_said_when_all_was_asked() -> None:
    report = live(parts=(Part("alarms", "0 of 3 ring"),))

    assert (Standing.WELL, "well") == (report.state.standing, report.state.word)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("UPDATE_COMPLETE", (Standing.WELL, "deployed")),
        ("UPDATE_FAILED", (Standing.NOTICE, "UPDATE_FAILED")),
        (None, (Standing.UNASKED, "not known")),
    ],
)
def test_what_nobody_looks_at_is_as_cloudformation_says(
    status: str | None, state: tuple[Standing, str]
) -> None:
    statuses = {"odd.Bucket": status} if status else {}
    report = report_about(DEPLOYMENT, observed=Observed(statuses=statuses), diagnosis=diagnosis())

    assert state == states(report)["S3 bucket"]
