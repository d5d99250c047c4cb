"""`miyabi diagram`: which files it writes, and what it says of words that mean nothing."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml  # noqa: ICN001  (of our own making)

import pytest

from report.architecture import PictureRefused
from scripts.commands.diagram.run import run
from scripts.exit_codes import Exit

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
FOREIGN = ROOT / "tests" / "cost" / "templates"
PLAN = {
    "before": "a",
    "after": "b",
    "stacks": [
        {
            "stack": "service",
            "resources": [{"logical_id": "ApiFunction", "type": "AWS::Lambda::Function", "kind": "changed"}],
        }
    ],
}


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """What was printed, as JSON."""
    return json.loads(capsys.readouterr().out)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in a folder of its own, where `build` is written."""
    monkeypatch.chdir(tmp_path)


def test_both_files_of_an_environment_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(GOLDEN / "reported"), as_json=True) == Exit.DONE

    document = told(capsys)
    files = [tmp_path / each for each in document["files"]]
    assert [path.suffix for path in files] == [".drawio", ".svg"]
    assert {path.stem for path in files} == {"infrastructure-diagram"}
    assert [Xml.fromstring(path.read_text("utf-8")) is not None for path in files] == [True, True]  # noqa: S314
    assert {"service.ApiFunction", "database.Database"} <= {each["id"] for each in document["tiles"]}


@pytest.mark.parametrize(
    "name", sorted(path.name for path in FOREIGN.glob("*.*") if ".usage." not in path.name)
)
def test_any_template_is_drawn_into_a_folder_of_its_name(name: str, tmp_path: Path) -> None:
    assert run(str(FOREIGN / name)) == Exit.DONE

    assert (tmp_path / "build" / "diagram" / name / "infrastructure-diagram.svg").is_file()


def test_the_same_templates_give_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        run(str(GOLDEN / "staging"), output=tmp_path / folder)
    files = [[path.read_bytes() for path in sorted((tmp_path / each).iterdir())] for each in ("one", "other")]

    assert files[0] == files[1]
    assert [len(each) for each in files] == [2, 2]


def test_a_plan_is_marked_from_a_file_or_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(PLAN), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(PLAN)))

    for source in (str(path), "-"):
        assert run(str(GOLDEN / "reported"), marks_from=source, as_json=True) == Exit.DONE
        assert told(capsys)["marked"] == {"service.ApiFunction": "changed"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "can't be read: No such file or directory; name a file of JSON"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "it is no JSON object"),
        ("{}", "it is neither a diagnosis nor a plan"),
    ],
    ids=["missing", "damaged", "too deep", "a list", "something else"],
)
def test_marks_that_can_not_be_read_are_refused(
    content: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "marks.json").write_text(content, encoding="utf-8")

    assert run(str(GOLDEN / "reported"), marks_from="marks.json") == Exit.WRONG_INPUT
    assert re.fullmatch(rf"miyabi: marks\.json.*{re.escape(said)}.*\n", capsys.readouterr().err)
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    ("word", "said"), [("nowhere", "environment 'nowhere' is not known"), ("missing.yaml", "no such file")]
)
def test_a_word_that_means_nothing_is_refused(
    word: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(word) == Exit.WRONG_INPUT

    assert said in capsys.readouterr().err


def test_a_png_is_written_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.commands.diagram.run.to_png", lambda svg: svg[:4].encode())

    assert run(str(GOLDEN / "reported"), output=tmp_path, png=True) == Exit.DONE
    assert (tmp_path / "infrastructure-diagram.png").read_bytes() == b"<svg"


def test_where_no_png_can_be_made_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: str) -> bytes:
        raise PictureRefused("no program here draws SVG as PNG")

    monkeypatch.setattr("scripts.commands.diagram.run.to_png", refuse)

    assert run(str(GOLDEN / "reported"), output=tmp_path / "new", png=True) == Exit.WRONG_INPUT
    assert capsys.readouterr().err == "miyabi: no program here draws SVG as PNG\n"
    assert not (tmp_path / "new").exists()


def test_a_name_that_is_no_folder_makes_one_that_is(tmp_path: Path) -> None:
    template = tmp_path / "a <b> & c.json"
    template.write_text(json.dumps({"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}), encoding="utf-8")

    assert run(str(template)) == Exit.DONE
    assert [path.name for path in (tmp_path / "build" / "diagram").iterdir()] == ["a-b-c.json"]
