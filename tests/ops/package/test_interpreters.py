"""Bytecode is made by a Python whose bytecode Lambda takes."""

from __future__ import annotations

import json
import platform
import sys
from importlib.util import MAGIC_NUMBER
from typing import TYPE_CHECKING, Any

import pytest

from ops.package.errors import PythonUnfit
from ops.package.interpreters import find_python, find_runnable, magic_number

if TYPE_CHECKING:
    from pathlib import Path

FUTURE = (3, 99)
RUNNING = sys.version_info[:2]


def pretend(place: Path, **told: Any) -> Path:
    """An interpreter that tells this of itself."""
    whole = {
        "path": str(place),
        "python": RUNNING,
        "version": platform.python_version(),
        "magic": magic_number(RUNNING),
        "implementation": "cpython",
    }
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\necho '{json.dumps(whole | told)}'\n", encoding="utf-8")
    place.chmod(0o755)
    return place


def name_it(monkeypatch: pytest.MonkeyPatch, place: Path | str) -> None:
    """Name an interpreter of the running version, as an operator does."""
    monkeypatch.setenv(f"PYTHON{RUNNING[0]}{RUNNING[1]}", str(place))


def test_the_running_python_is_found() -> None:
    found = find_python(RUNNING)

    assert found is not None
    assert platform.python_version() == found.version


def test_a_named_one_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = pretend(tmp_path / "python", version="named")
    name_it(monkeypatch, named)
    found = find_python(RUNNING)

    assert found is not None
    assert (named, "named") == (found.path, found.version)


@pytest.mark.parametrize(
    "told",
    [{"python": FUTURE}, {"magic": 1}, {"implementation": "pypy"}],
    ids=["another version", "a preview", "no CPython"],
)
def test_a_named_one_that_will_not_do_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: dict[str, Any]
) -> None:
    named = pretend(tmp_path / "python", **told)
    name_it(monkeypatch, named)

    with pytest.raises(PythonUnfit, match="is no CPython") as refused:
        find_python(RUNNING)
    assert str(named) == refused.value.named


def test_a_named_one_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name_it(monkeypatch, tmp_path / "nothing")

    with pytest.raises(PythonUnfit, match="unset the variable"):
        find_python(RUNNING)


def test_one_on_the_path_that_does_not_run_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As one of pyenv's shims does while its version is not selected."""
    shim = tmp_path / "bin" / "python3.99"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(shim.parent), prepend=":")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))

    assert find_python(FUTURE) is None


def test_the_newest_of_pyenvs_is_tried_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for release in ("3.99.2", "3.99.10", "3.99-dev"):
        pretend(
            tmp_path / "versions" / release / "bin" / "python3.99", python=FUTURE, magic=None, version=release
        )
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    found = find_python(FUTURE)

    assert found is not None
    assert "3.99.10" == found.version


def test_what_runs_here_is_of_this_machine() -> None:
    found = find_runnable()

    assert found.target.python == tuple(map(int, found.interpreter.version.split(".")[:2]))
    assert found.target.machine in (platform.machine(), {"aarch64": "arm64"}.get(platform.machine()))


def test_the_magic_number_of_a_version_is_known() -> None:
    assert int.from_bytes(MAGIC_NUMBER[:2], "little") == magic_number(RUNNING)
    assert 3571 == magic_number((3, 13))
    assert magic_number(FUTURE) is None
