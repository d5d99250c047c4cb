"""`miyabi package inspect` tells a person and a program the same, and ends as its findings say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ops.package.inspect.inspecting import CHECKS
from scripts.commands.package.inspect import run
from scripts.commands.package.tables import MOST_LINES
from scripts.exit_codes import Exit
from tests.ops.inspect.mutations import MUTATIONS, PYTHON, RUST
from tests.ops.inspect.zip_making import Member, write

REPORTED = next(mutation for mutation in MUTATIONS if mutation.id == "the report's")


def inspected(path: Path, *, as_json: bool = False, strict: bool = False, **given: str | None) -> int:
    """Run the command, with nothing given but this."""
    options: dict[str, Any] = {"runtime": None, "architecture": None, "handler": None} | given
    return run(path, as_json=as_json, strict=strict, **options)


def test_a_package_that_would_not_start_ends_with_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "bootstrap.zip", REPORTED.members)

    assert inspected(path, runtime="provided.al2") == Exit.RULE_BROKEN
    said = capsys.readouterr().out
    assert "architecture  x86_64, guessed: what all of its machine code is for" in said
    assert "failed: elf.libraries: needed shared libraries are there" in said
    assert "  bootstrap needs libssl.so.3, which provided.al2 does not have (it has libssl.so.10)\n" in said
    assert "  remedy: build with rustls" in said


def test_a_sound_package_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert inspected(write(tmp_path / "bootstrap.zip", RUST)) == Exit.DONE
    said = capsys.readouterr().out
    assert "runtime       provided.al2023, guessed: it holds bootstrap" in said
    assert "remedy" not in said
    assert all(check.id in said for check in CHECKS)


def test_a_program_gets_all_that_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strays = tuple(Member(f"x{number}.cpython-39-darwin.so", b"x") for number in range(MOST_LINES + 5))
    path = write(tmp_path / "x.zip", (*PYTHON, *strays))

    assert Exit.RULE_BROKEN == inspected(path, as_json=True, handler="app.main.handle")
    document = json.loads(capsys.readouterr().out)
    assert [check.id for check in CHECKS] == [row["id"] for row in document["checks"]]
    found = next(row for row in document["checks"] if row["id"] == "python.extensions")
    assert len(found["evidence"]) == len(strays)
    assert ("failed", True, False, ["app.main.handle"]) == (
        found["outcome"],
        document["failed"],
        document["unknown"],
        document["handlers"],
    )
    assert ("arm64", {"runtime", "architecture"}) == (document["architecture"], set(document["guessed"]))

    inspected(path, handler="app.main.handle")
    assert f"and {len(strays) - MOST_LINES} more, by --json" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "runtime", "says"),
    [
        ("absent.zip", None, "No such file"),
        ("text.zip", None, "is no zip that can be read"),
        ("sound.zip", "python4", "is no Lambda runtime"),
    ],
)
def test_a_mistake_is_one_sentence_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, runtime: str | None, says: str
) -> None:
    (tmp_path / "text.zip").write_text("hello", encoding="utf-8")
    write(tmp_path / "sound.zip", PYTHON)

    with pytest.raises(SystemExit) as ended:
        inspected(tmp_path / name, runtime=runtime)
    captured = capsys.readouterr()
    assert (Exit.WRONG_INPUT, "") == (ended.value.code, captured.out)
    assert len(captured.err.splitlines()) == 1
    assert says in captured.err


@pytest.mark.parametrize(
    ("members", "handler", "strict", "code"),
    [
        (PYTHON, None, False, Exit.DONE),
        (PYTHON, None, True, Exit.RULE_BROKEN),
        (PYTHON, "app.main.handle", True, Exit.DONE),
        ((Member("main.py", b"def handle(:\n"),), "main.handle", False, Exit.RULE_BROKEN),
    ],
    ids=["no handler is named", "nor is it, strictly", "one is", "it can't be parsed"],
)
def test_what_is_unknown_fails_where_it_is_to(
    tmp_path: Path, members: tuple[Member, ...], handler: str | None, code: Exit, *, strict: bool
) -> None:
    assert code == inspected(write(tmp_path / "x.zip", members), strict=strict, handler=handler)


def test_a_name_in_the_zip_can_not_command_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = Member("app/\x1b]0;owned\x07\n18 passed.cpython-39-darwin.so", b"x")
    inspected(write(tmp_path / "x.zip", (*PYTHON, evil)))

    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\\x1b]0;owned\\x07\\n18 passed" in said


def test_every_check_is_documented_as_it_is() -> None:
    text = (Path(__file__).parents[3] / "docs" / "inspecting-a-package.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([a-z]+(?:\.[a-z0-9]+)?)` \| (.+) \| (.+) \|$", text, re.MULTILINE)

    assert [(check.id, check.sentence, check.remedy) for check in CHECKS] == documented
