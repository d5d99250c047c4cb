"""`miyabi package`, from its words to its files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

from ops.package.locks import ROOT
from scripts.commands.package.build import run
from scripts.exit_codes import Exit

if TYPE_CHECKING:
    from pathlib import Path

MIYABI = "import sys; from scripts.miyabi import main; sys.exit(main())"


def miyabi(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    return subprocess.run(
        [sys.executable, "-c", MIYABI, *words],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_for_lambda_is_within_the_budget_and_told_as_json(tmp_path: Path) -> None:
    done = miyabi("package", "--architecture", "arm64", "--json", "--build", str(tmp_path))
    told = json.loads(done.stdout)
    (package,) = told["packages"]

    assert Exit.DONE == done.returncode
    assert told == json.loads((tmp_path / "package" / "package.json").read_text(encoding="utf-8"))
    assert {package["file"], "package.json"} == {path.name for path in (tmp_path / "package").iterdir()}
    assert f"written: {tmp_path}/package/{package['file']}" == done.stderr.splitlines()[-1]
    assert package["zipped_bytes"] <= (16 if package["bytecode"] else 11) << 20
    assert package["bytecode"] or "warning: no Python 3.13 was found" in done.stderr


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (("--region", "eu-wset-1"), {}, "did you mean eu-west-1"),
        ((), {"PYTHON313": "/bin/false"}, "PYTHON313=/bin/false is no CPython 3.13"),
        (("--as-of", "2200-01-01"), {}, "valid on 2200-01-01"),
    ],
    ids=["region", "interpreter", "day"],
)
def test_a_mistake_is_one_sentence_and_writes_nothing(
    tmp_path: Path, words: tuple[str, ...], environment: dict[str, str], sentence: str
) -> None:
    done = miyabi("package", *words, "--build", str(tmp_path), **environment)

    assert (Exit.WRONG_INPUT, "") == (done.returncode, done.stdout)
    assert 1 == len(done.stderr.splitlines())
    assert sentence in done.stderr
    assert [] == list(tmp_path.iterdir())


def test_without_a_python_to_compile_with_it_warns_and_without_wheels_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty store and no index: as on a new machine without a network."""
    monkeypatch.setattr("scripts.commands.package.build.find_python", lambda _: None)
    monkeypatch.setattr("ops.package.wheels._found", lambda *_: {})
    monkeypatch.setattr("ops.package.wheels.STORE", tmp_path / "store")
    for variable, value in {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
    }.items():
        monkeypatch.setenv(variable, value)

    code = run("arm64", region="us-east-1", folder=tmp_path / "out", as_of=date(2026, 11, 25), as_json=False)
    warning, fetching, refusal = capsys.readouterr().err.splitlines()

    assert Exit.NO_ACCESS == code
    assert warning.startswith("warning: no Python 3.13 was found, so the package has no bytecode")
    assert "fetching 13 wheels for python3.13-arm64" == fetching
    assert "can't be fetched" in refusal
    assert not (tmp_path / "out").exists()
