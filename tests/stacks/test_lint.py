"""cfn-lint: informational rules on, and its results kept."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from stacks import lint as module
from stacks.lint import A_WEEK, lint
from tests.stacks.systems import AS_OF

if TYPE_CHECKING:
    from pathlib import Path

UNSAFE = {
    "Type": "AWS::RDS::DBInstance",
    "Properties": {
        "AllocatedStorage": "20",
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "postgres",
        "ManageMasterUserPassword": True,
        "MasterUsername": "owner",
        "StorageType": "gp3",
    },
}
TEXT = json.dumps({"Resources": {"Database": UNSAFE}})
FOUND = [("Database", "I3011"), ("Database", "I3011"), ("Database", "I3013")]
"""No deletion policy, no replacement policy, no retention of backups."""


def findings(cache: Path | None, text: str = TEXT, **changes: Any) -> list[tuple[str, str]]:
    """Resource and rule of what is found."""
    given = {"region": "us-east-1", "cache": cache, "today": AS_OF} | changes
    return [(finding.logical_id, finding.rule) for finding in lint("mine", "mine", text, **given)]


def test_a_resource_that_would_take_its_data_along_is_found() -> None:
    """I3011 is informational: cfn-lint does not run it unless it is asked to."""
    assert findings(None) == FOUND


def test_what_is_no_template_is_found() -> None:
    assert findings(None, text="{}") != []


def test_a_kept_result_costs_no_linting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = findings(tmp_path)
    monkeypatch.setattr(module, "_run", lambda *_: pytest.fail("linted again"))

    assert first == findings(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"text": TEXT + " "}, {"region": "eu-west-1"}, {"today": AS_OF + timedelta(days=1)}],
    ids=["template", "region", "day"],
)
def test_a_result_is_kept_for_the_same_question_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    findings(tmp_path)
    monkeypatch.setattr(module, "_run", lambda *_: [["Anew", "E0000", "linted again"]])

    assert findings(tmp_path, **change) == [("Anew", "E0000")]


def test_a_damaged_result_is_made_again(tmp_path: Path) -> None:
    findings(tmp_path)
    for kept in tmp_path.iterdir():
        kept.write_text("{")

    assert findings(tmp_path) == FOUND


def test_a_cache_that_cannot_be_written_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert findings(tmp_path / "file") == FOUND


def test_results_of_other_days_do_not_pile_up(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text("[]")
    os.utime(old, (time.time() - A_WEEK - 60,) * 2)

    findings(tmp_path)

    assert not old.exists()


def test_configuration_files_of_the_folder_and_of_the_user_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".cfnlintrc").write_text("templates: [absent/*.json]\nignore_checks: [I]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert findings(None) == FOUND
