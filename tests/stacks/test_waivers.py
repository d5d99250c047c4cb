"""Waivers: one rule, one resource, one reason, one day; and none that nobody needs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from stacks.checking import examine
from stacks.errors import WaiverInvalid
from stacks.findings import Finding
from stacks.invariants.catalogue import rules
from stacks.lint import lint
from stacks.loading import environment_names
from stacks.synthesis import with_lint_waivers
from stacks.waivers import Waiver, is_cfn_lint, judge, load_waivers
from tests.stacks.systems import AS_OF, synthesis

if TYPE_CHECKING:
    from pathlib import Path

FINDING = Finding("staging", "database", "Database", "RDS.5", "MultiAZ is False", "set multi_az")
WAIVER = Waiver("RDS.5", "staging", "Database", "staging may be away for a while", AS_OF)
ENTRY = """
[[waiver]]
rule = "RDS.5"
environment = "staging"
logical_id = "Database"
reason = "staging may be away for a while"
review_by = 2026-11-22
"""


def written(folder: Path, text: str) -> Path:
    """A waiver file."""
    path = folder / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_waiver_is_read_as_it_is_written(tmp_path: Path) -> None:
    assert load_waivers(written(tmp_path, ENTRY)) == [WAIVER]


def test_a_waived_finding_does_not_stand() -> None:
    judgement = judge([FINDING], [WAIVER], "staging", AS_OF)

    assert (judgement.standing, judgement.waived) == ((), ((FINDING, WAIVER),))


@pytest.mark.parametrize(
    "other",
    [
        Waiver("RDS.2", "staging", "Database", "another rule", AS_OF),
        Waiver("RDS.5", "production", "Database", "another environment", AS_OF),
        Waiver("RDS.5", "staging", "Replica", "another resource", AS_OF),
    ],
    ids=lambda waiver: waiver.reason,
)
def test_a_waiver_covers_nothing_else(other: Waiver) -> None:
    assert judge([FINDING], [other], "staging", AS_OF).standing == (FINDING,)


def test_a_waiver_that_covers_nothing_is_told() -> None:
    assert judge([], [WAIVER], "staging", AS_OF).unused == (WAIVER,)
    assert judge([], [WAIVER], "production", AS_OF).unused == ()


def test_a_waiver_expires_the_day_after_its_review() -> None:
    assert judge([FINDING], [WAIVER], "staging", AS_OF).expired == ()
    assert judge([FINDING], [WAIVER], "staging", AS_OF + timedelta(days=1)).expired == (WAIVER,)


def test_a_waiver_of_checkovs_is_not_judged_here() -> None:
    waiver = Waiver("CKV_AWS_18", "staging", "LogBucket", "its own exemption", AS_OF)

    assert judge([], [waiver], "staging", AS_OF).unused == ()


WRONG = {
    "an unknown key": (ENTRY + "until = 2027-01-01\n", "unknown key 'until'"),
    "a missing reason": (ENTRY.replace("reason", "# reason"), "needs reason as a text"),
    "a day that is a text": (ENTRY.replace("2026-11-22", '"2026-11-22"'), "needs review_by as a date"),
    "a repetition": (ENTRY + ENTRY, "RDS.5 is waived twice for staging/Database"),
    "no TOML": ("[[waiver]", "is not TOML"),
}


@pytest.mark.parametrize(("text", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_waiver_file_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(WaiverInvalid, match=sentence):
        load_waivers(written(tmp_path, text))


def test_a_missing_waiver_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WaiverInvalid, match="can't be read"):
        load_waivers(tmp_path / "absent.toml")


def test_a_waiver_of_a_rule_that_does_not_exist_is_refused() -> None:
    unknown = Waiver("RDS.999", "staging", "Database", "no such rule", AS_OF)

    with pytest.raises(WaiverInvalid, match=r"RDS\.999 is no rule"):
        examine(synthesis("reported"), [unknown], as_of=AS_OF)


@pytest.mark.parametrize("name", environment_names())
def test_the_house_keeps_every_rule_or_waives_it_and_waives_nothing_in_vain(name: str, linted: Path) -> None:
    judgement = examine(synthesis(name), load_waivers(), as_of=AS_OF, lint_cache=linted)

    assert [str(finding) for finding in judgement.standing] == []
    assert [str(waiver) for waiver in judgement.unused] == []


def test_every_waiver_names_an_environment_of_the_house_and_a_day_within_a_year() -> None:
    for waiver in load_waivers():
        assert waiver.environment in environment_names(), waiver
        assert waiver.review_by <= AS_OF + timedelta(days=366), waiver
        assert len(waiver.reason.split()) > 3, waiver


def test_what_cfn_lint_may_ignore_stands_in_the_template_beside_the_resource() -> None:
    waivers = [waiver for waiver in load_waivers() if is_cfn_lint(waiver.rule)]
    waived = with_lint_waivers(synthesis("reported"), waivers)

    findings = [
        finding
        for stack, text in waived.texts.items()
        for finding in lint("reported", stack, text, "us-east-1", cache=None, today=AS_OF)
    ]

    assert waivers
    assert findings == []


def test_every_rule_has_a_sentence_and_a_remedy() -> None:
    for rule in rules():
        assert rule.sentence, rule.id
        assert rule.remedy, rule.id


def test_a_finding_names_rule_place_what_was_found_and_what_to_do() -> None:
    assert str(FINDING) == "RDS.5  staging/database.Database: MultiAZ is False; set multi_az"


def test_dates_are_judged_as_of_the_day_given(linted: Path) -> None:
    far = date(2040, 1, 1)

    judgement = examine(synthesis("staging"), load_waivers(), as_of=far, lint_cache=linted)
    standing = {finding.rule for finding in judgement.standing}

    assert standing != set()
