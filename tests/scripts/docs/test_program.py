"""A document shows what a process of the program prints, from whatever terminal it is written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.docs.program import CommandFailed, output_of, printed

PROGRAM = Path(sys.executable).parent / "miyabi"


def test_what_is_printed_here_is_what_a_process_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a pipe with no terminal about, which this process may well have, and a wide one."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("FORCE_COLOR", "1")
    template = tmp_path / "alarm.json"
    template.write_text(json.dumps({"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm"}}}))
    words = ("cost", str(template), "--as-of", "2026-11-22")
    here = printed(*words)
    done = subprocess.run(
        [PROGRAM, *words], cwd=tmp_path, env={"COLUMNS": "80"}, capture_output=True, text=True, check=True
    )

    assert "Alarm" in here
    assert done.stdout == here


def test_help_is_as_wide_as_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    narrow = printed("plan", "--help")
    monkeypatch.setenv("COLUMNS", "200")

    assert narrow == printed("plan", "--help")
    assert narrow.startswith("Usage: miyabi plan [OPTIONS] {A} [B]\n")


def test_arguments_that_change_nothing_are_not_shown() -> None:
    shown = output_of("local", unseen=("--help",))()

    assert shown.startswith("```console\n$ miyabi local\nUsage: miyabi local ")
    assert shown.endswith("\n```")


def test_a_command_that_fails_is_no_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(
        CommandFailed, match=r"^`miyabi deploi` ended with 2 instead of 0 \(.*No such command"
    ):
        printed("deploi")
    assert tmp_path == Path.cwd(), "the folder of before is the folder of afterwards"
