"""The sections of a report: issues in order, rules with reasons, steps that are done, and what is built."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from ops.status.part import Part, Standing
from report.system.invariants import invariants
from report.system.migrations import File, migrations, purpose
from report.system.model import Progress
from report.system.observed import Observed
from report.system.reporting import report_of
from report.system.telling import cleared
from tests.report.system.making import (
    diagnosis,
    finding,
    given_of,
    report_about,
    report_on,
    template,
)

EMPTY = template(Bucket={"Type": "AWS::S3::Bucket"})


def test_issues_come_in_the_order_in_which_they_bite() -> None:
    names = ("A", "B", "C", "D", "E", "F")
    found = diagnosis(
        *(finding(name, "gateway") for name in names),
        consequences=["B"],
        next=["C"],
        others=["D"],
        may_be=["E"],
        risks=["F"],
        refused=["AWS refuses it"],
    )
    groups = report_about(EMPTY, diagnosis=found).issues.groups

    assert [
        ("Root cause", "root cause", ["A"]),
        ("What follows from it", "follows", ["B"]),
        ("What would fail next", "predicted", ["C"]),
        ("What is wrong besides", "wrong", ["D"]),
        ("What may be the cause", "undecided", ["E"]),
        ("Risks", "risk", ["F"]),
        ("What could not be read", "refused", [""]),
    ] == [(group.title, group.issues[0].state.word, [one.id for one in group.issues]) for group in groups]


def test_a_broken_rule_is_an_issue_and_the_first_thing_that_is_said() -> None:
    broken = {
        "rule": "R.1",
        "stack": "odd",
        "logical_id": "Bucket",
        "found": "it is open",
        "remedy": "shut it",
    }
    judgement = {"rules": {"R.1": "It is shut.", "R.2": "It is there."}, "as_of": "2025-11-26"}
    report = report_about(EMPTY, judgement=judgement | {"standing": [broken], "waived": []})
    [group] = report.issues.groups

    assert (Standing.WRONG, "1 broken") == (report.state.standing, report.state.word)
    assert ("R.1", "odd.Bucket: it is open; shut it") == (group.issues[0].id, group.issues[0].because)


@pytest.mark.parametrize(("review_by", "word"), [("2026-01-01", "1 accepted"), ("2025-11-25", "1 to review")])
def test_a_waived_rule_has_its_reason_and_is_overdue_after_its_day(review_by: str, word: str) -> None:
    waived = {
        "rule": "R.1",
        "stack": "odd",
        "logical_id": "Bucket",
        "found": "it is open",
        "remedy": "",
        "reason": "it is to be",
        "review_by": review_by,
    }
    judgement: dict[str, Any] = {"rules": {"R.1": "It is shut.", "R.2": "It is there."}, "standing": []}
    found = invariants(judgement | {"as_of": "2025-11-26", "waived": [waived, waived | {"found": "wide"}]})
    [one] = found.waived

    assert (1, 2, word) == (found.kept, found.total, found.state.word)
    assert ("it is to be", "it is open; wide") == (one.reason, one.found)


def test_production_answers_all_that_the_document_asked_for_and_claims_no_command_as_done() -> None:
    report = report_on("production")
    steps = [step for group in report.steps for step in group.steps]
    [measure] = [one for one in report.measures if one.anchor == "steps"]

    assert (17, "14 of 17") == (len(steps), measure.figure)
    assert [
        "Test RDS connectivity from Lambda",
        "Check Lambda runtime initialization",
        "Redeploy frontend with new API endpoint",
    ] == [step.text for step in steps if step.progress is not Progress.BUILT]
    assert Progress.OPEN not in {step.progress for step in steps}
    assert all(step.by for step in steps)


def test_a_step_that_is_open_says_what_would_do_it() -> None:
    steps = [step for group in report_on("reported").steps for step in group.steps]

    assert {"database.multi_az", "api.tracing", "the observability stack"} <= {
        step.by for step in steps if step.progress is Progress.OPEN
    }


def test_every_step_is_in_the_table_of_what_answers_the_document() -> None:
    table = (Path(__file__).parents[3] / "docs" / "coverage.md").read_text(encoding="utf-8")
    steps = [step.text for group in report_on("reported").steps for step in group.steps]

    assert [] == [
        text
        for text in steps
        if text.partition(" (")[0].removesuffix(" format") not in table
        and text.removeprefix("Investigate Lambda ") not in table
    ]


def test_a_threshold_has_its_unit_and_its_spans() -> None:
    alarm = {
        "MetricName": "FreeStorageSpace",
        "Threshold": 3_221_225_472,
        "ComparisonOperator": "LessThanThreshold",
        "EvaluationPeriods": 5,
        "Period": 60,
    }
    report = report_about(template(Alarm={"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}))

    assert ["< 3.2 GB in 5 spans of 1 min"] == [row.rings for row in report.alarms.rows]


def test_a_rule_to_the_host_itself_lets_nothing_out() -> None:
    group = {"SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]}
    report = report_about(template(Group={"Type": "AWS::EC2::SecurityGroup", "Properties": group}))
    [component] = report.components

    assert "nothing may leave" in [value.text for fact in component.facts for value in fact.values]


def test_what_the_doctor_says_of_log_lines_has_no_password_in_it() -> None:
    said = {"because": ["FATAL: postgresql://me:hunter2@db/miyabi refused"], "unseen": False}

    assert {"because": ["FATAL: postgresql://me:***@db/miyabi refused"], "unseen": False} == cleared(said)


def test_migrations_are_pending_or_applied_only_where_the_ledger_was_asked() -> None:
    files = (File("20251024000000_initial.sql", 4500, "Base tables"), File("20251025000000_more.sql", 1, ""))
    rows = ({"version": 20251024000000, "state": "applied"}, {"version": 20251025000000, "state": "dirty"})
    asked = migrations(files, Part("migrations", "1 applied", (), rows), "")
    unasked = migrations(files, None, "miyabi migrate status x")

    assert [Standing.WELL, Standing.WRONG] == [row.state.standing for row in asked.rows]
    assert {Standing.UNASKED} == {unasked.state.standing, *(row.state.standing for row in unasked.rows)}
    assert "miyabi migrate status x" in unasked.state.sentence


def test_a_migration_says_what_it_is_for_below_what_is_for_the_runner() -> None:
    assert "An index." == purpose("-- no-transaction\n-- An index.\nCREATE INDEX a ON b (c);\n")
    assert "" == purpose("SELECT 1;\n")


def test_alarms_ring_only_where_cloudwatch_says_so() -> None:
    given = given_of("staging")
    name = "miyabi-staging-observability-DatabaseCpuAlarm-1"
    rows = ({"alarm": name, "state": "ALARM"}, {"alarm": "other", "state": "OK"})
    observed = Observed((Part("alarms", "1 rings", (), rows),), {"observability.DatabaseCpuAlarm": name})
    seen = report_of(dataclasses.replace(given, observed=observed, at="now"))
    words = {alarm.name: alarm.state.word for alarm in seen.alarms.rows}

    assert "rings" == words.pop("DatabaseCpuAlarm")
    assert {"not known"} == set(words.values())


def test_the_package_that_was_built_is_told_with_its_sizes() -> None:
    built = {
        "packages": [
            {
                "file": f"{name}.zip",
                "architecture": name,
                "python": "3.13",
                "zipped_bytes": 12_800_000,
                "unzipped_bytes": 38_700_000,
                "sha256": "0" * 64,
            }
            for name in ("arm64", "x86_64")
        ]
    }
    with_it = report_of(dataclasses.replace(given_of("production"), built=built))
    without = report_of(dataclasses.replace(given_of("production"), built=None))
    own = report_of(dataclasses.replace(given_of("reported"), built=built))

    assert [("arm64.zip", 12_800_000)] == [(one.file, one.zipped) for one in with_it.packages]
    assert ["built", "not built"] == [one.deployment[0].state.word for one in (with_it, without)]
    assert "Package" in {gap.where for gap in without.gaps}
    assert () == own.packages, "a runtime of its own takes no package of ours"


def test_a_template_alone_names_no_command_of_an_environment() -> None:
    report = report_about(EMPTY)

    assert ("", (), ()) == (report.subject.environment, report.deployment, report.files)
    assert [] == [row.value.text for row in report.commands if "miyabi" in row.value.text]
    assert {"the account that it is in"} == {gap.source for gap in report.gaps}


def test_a_web_acl_is_told_by_its_name_alone() -> None:
    firewall = template(Firewall={"Type": "AWS::WAFv2::WebACL", "Properties": {"Scope": "CLOUDFRONT"}})
    observed = Observed(ids={"odd.Firewall": "miyabi|3bc72360-b7fa-4b28-a601-f1e690a6ab68|CLOUDFRONT"})
    [component] = report_about(firewall, observed=observed).components

    assert ["miyabi"] == [
        value.text for fact in component.facts if fact.name == "Name" for value in fact.values
    ]
