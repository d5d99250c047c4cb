"""`miyabi report` as an operator meets it: its files, its data, what it refuses, and how large it is."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scripts.commands.report.keeping import kept
from scripts.commands.report.run import Wish, run
from scripts.commands.report.writing import write
from scripts.errors import ResultUnwritable
from scripts.exit_codes import Exit
from tests.sampling import examples

DAY = date(2025, 11, 26)
LARGEST = 300_000
"""Bytes of a page: what it may come to."""
UNPRICED = {
    "Resources": {
        "Database": {"Type": "AWS::RDS::DBInstance", "Properties": {"DBInstanceClass": "db.t4g.micro"}}
    }
}
"""A template whose bill can't be made: it doesn't say which engine."""
DIAGRAM = {"infrastructure-diagram.svg", "infrastructure-diagram.drawio"}


@pytest.mark.parametrize("environment", ["reported", "staging"])
def test_a_report_is_a_page_that_needs_nothing_else_with_its_markdown_and_its_diagram(
    environment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(Wish(environment, output=tmp_path, as_of=DAY))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")

    assert Exit.DONE == code
    assert {"index.html", "report.md", *DIAGRAM} == {path.name for path in tmp_path.iterdir()}
    assert sorted(map(str, tmp_path.iterdir())) == sorted(capsys.readouterr().out.splitlines())
    assert len(page.encode()) <= LARGEST
    assert "<svg" in page
    assert 'id="bill"' in page
    assert "2025-11-26" in page


def test_the_cost_page_is_there_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(Wish("staging", only="cost", output=tmp_path, as_of=DAY), as_json=True)
    told = json.loads(capsys.readouterr().out)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")

    assert (Exit.DONE, "staging") == (code, told["report"])
    assert [str(tmp_path / "index.html"), str(tmp_path / "cost.md")] == told["files"]
    assert (1, 0) == (page.count("<h1"), page.count('id="components"'))
    assert (tmp_path / "cost.md").read_text(encoding="utf-8").startswith("### staging in us-east-1")


def test_the_report_as_data_has_what_the_page_has_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(Wish("reported", output=tmp_path / "none", form="json", as_of=DAY))
    told: dict[str, Any] = json.loads(capsys.readouterr().out)

    assert (Exit.DONE, False) == (code, (tmp_path / "none").exists())
    assert ("wrong", "reported") == (told["state"]["standing"], told["subject"]["environment"])
    assert {"API", "Functions", "Database"} <= {one["group"] for one in told["components"]}
    assert "drawing" not in told


def test_any_template_has_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template = tmp_path / "odd.json"
    template.write_text(json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}), encoding="utf-8")

    assert Exit.DONE == run(Wish(str(template), output=tmp_path / "report", form="markdown"))
    assert "S3 bucket: Bucket" in (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert "report.md" in capsys.readouterr().out


@pytest.mark.skipif(not examples(0, 1), reason="a whole rehearsal, for `make soak`")
def test_the_report_of_a_twin_is_red_where_a_fault_was_given_to_it(tmp_path: Path) -> None:
    from scripts.commands.rehearse.run import Wish as Rehearsing
    from scripts.commands.rehearse.run import run as rehearse

    code = rehearse(Rehearsing("staging", faults=("API-001",), report=tmp_path), as_json=True)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")

    assert Exit.DONE == code
    assert "**Status**: faulty: API-001" in markdown
    assert "**Facts from**: a twin on this machine" in markdown
    assert '<span class="badge is-wrong">wrong: API-001</span>' in page
    assert "not known from templates" not in markdown
    assert len(page.encode()) <= LARGEST


def test_what_can_not_be_priced_has_a_report_that_says_so_and_no_cost_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = tmp_path / "template.json"
    template.write_text(json.dumps(UNPRICED), encoding="utf-8")
    whole = run(Wish(str(template), output=tmp_path / "whole"))
    capsys.readouterr()
    alone = run(Wish(str(template), only="cost", output=tmp_path / "alone"))
    told = capsys.readouterr().err

    assert (Exit.DONE, Exit.WRONG_INPUT) == (whole, alone)
    for name in ("index.html", "report.md"):
        text = (tmp_path / "whole" / name).read_text(encoding="utf-8")
        assert "There is no bill: Database: Engine is missing" in text
    assert told.startswith("miyabi: Database: Engine is missing")
    assert not (tmp_path / "alone").exists()


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish("stagin"), "did you mean staging?"),
        (
            Wish("tests/golden/staging/network.json", live=True),
            "is no environment, so there is no account to ask",
        ),
        (Wish("staging", only="cost", live=True), "--only cost and --live don't go together"),
        (Wish("staging", only="cost", form="json"), "`miyabi cost ENV --json` prints the bill as data"),
        (Wish("staging", address="https://example.org"), "add --live"),
    ],
)
def test_a_mistake_is_one_sentence(wish: Wish, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(wish)
    told = capsys.readouterr()

    assert (Exit.WRONG_INPUT, "") == (code, told.out)
    assert sentence in told.err
    assert 1 == len(told.err.splitlines())


def test_a_folder_that_can_not_be_written_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code = run(Wish("reported", output=tmp_path / "file", form="markdown", as_of=DAY))

    assert Exit.WRONG_INPUT == code
    assert "the result can't be written" in capsys.readouterr().err


def test_a_write_that_fails_leaves_the_former_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"index.html": "former"})

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ResultUnwritable):
        write(tmp_path, {"index.html": "new"})

    assert {"index.html": "former"} == {path.name: path.read_text() for path in tmp_path.iterdir()}


def test_what_is_kept_is_made_again_once_something_changes_that_it_hangs_on(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    found = [kept("rules", "a", [day], make, tmp_path) for day in ("1", "1", "2", "2")]
    damaged = next(tmp_path.iterdir())
    damaged.write_text("{", encoding="utf-8")

    assert [0, 0, 1, 1] == found
    assert 2 == kept("rules", "a", ["2"], make, tmp_path)
