"""Kept syntheses: the same as new ones, and forgotten as soon as anything that makes them changes."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from scripts.commands.cost import kept
from scripts.commands.cost.kept import ENVIRONMENTS, environments, synthesised
from stacks.errors import StackError
from stacks.loading import environment_names

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what was really synthesised."""
    names: list[str] = []
    synthesise = kept._synthesise

    def counted(name: str) -> kept.Synthesised:
        names.append(name)
        return synthesise(name)

    monkeypatch.setattr(kept, "_synthesise", counted)
    return names


def test_the_names_are_those_of_the_environments() -> None:
    assert environment_names() == environments()


@pytest.mark.parametrize("name", environments())
def test_what_is_kept_is_what_was_made(name: str, tmp_path: Path, made: list[str]) -> None:
    first, second = synthesised(name, tmp_path), synthesised(name, tmp_path)

    assert first == second
    assert list(first.templates) == list(second.templates)
    assert [name] == made


def test_another_variable_makes_it_anew(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = synthesised("staging", tmp_path)
    monkeypatch.setenv("MIYABI_DATABASE__MULTI_AZ", "true")

    after = synthesised("staging", tmp_path)

    assert ["staging", "staging"] == made
    assert before != after


def test_another_file_makes_it_anew(tmp_path: Path, made: list[str]) -> None:
    own = tmp_path / "own.toml"
    text = (ENVIRONMENTS / "staging.toml").read_text(encoding="utf-8")
    for content in (text, text, f"{text}\n# another remark\n"):
        own.write_text(content, encoding="utf-8")
        synthesised(str(own), tmp_path / "cache")

    assert 2 == len(made)


def test_another_source_makes_it_anew(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesised("reported", tmp_path / "cache")
    package = tmp_path / "package"
    package.mkdir()
    (package / "alarms.py").write_text("LIMIT = 1\n", encoding="utf-8")
    monkeypatch.setattr(kept, "SOURCES", (*kept.SOURCES, SimpleNamespace(__path__=[str(package)])))

    synthesised("reported", tmp_path / "cache")

    assert 2 == len(made)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"key": 1}', '{"key": "KEY", "synthesised": {}}'])
def test_a_damaged_file_is_as_good_as_none(content: str, tmp_path: Path, made: list[str]) -> None:
    first = synthesised("reported", tmp_path)
    [file] = tmp_path.iterdir()
    key = json.loads(file.read_text(encoding="utf-8"))["key"]
    file.write_text(content.replace("KEY", key), encoding="utf-8")

    assert first == synthesised("reported", tmp_path)
    assert 2 == len(made)


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path, made: list[str]) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")

    assert synthesised("reported", blocked / "cache") == synthesised("reported", blocked / "cache")
    assert 2 == len(made)


def test_a_wrong_environment_is_refused_and_not_kept(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("system = 5\n", encoding="utf-8")

    for name in (str(own), "nowhere", str(tmp_path / "absent.toml")):
        with pytest.raises(StackError):
            synthesised(name, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_what_is_kept_needs_neither_troposphere_nor_pydantic(tmp_path: Path) -> None:
    program = (
        "import sys; from scripts.commands.cost.targets import find; find('reported'); print(*sys.modules)"
    )

    first, second = (
        subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    )

    assert {"troposphere", "pydantic"} <= set(first)
    assert not {"troposphere", "pydantic", "pydantic_settings"} & set(second)
