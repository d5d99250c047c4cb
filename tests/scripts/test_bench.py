"""What is measured is what it is called: the loop does our runner's work, and a failure is no figure."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import psycopg
import pytest

from runtime.migrator.runner import up
from scripts import bench_floor
from scripts.bench import main
from scripts.bench_tools import OURS
from scripts.measuring import RunFailed, in_turn, ratio, seconds
from tests.runtime.migrator.folders import folder, target

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 3


def test_the_loop_applies_what_our_runner_takes_for_applied(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    OURS.write(tmp_path, COUNT)
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setattr(sys, "argv", ["bench_floor.py", str(tmp_path)])
    bench_floor.main()
    bench_floor.main()

    with psycopg.connect(database) as connection:
        assert COUNT == connection.execute("SELECT FROM pg_class WHERE relname ~ '^t[0-9]+$'").rowcount
    assert () == up(target(database), folder(tmp_path, {})).applied


def test_a_command_that_fails_is_no_figure_but_told(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="ended with 3: out of paper"):
        seconds(("sh", "-c", "echo out of paper >&2; exit 3"), folder=tmp_path)


def test_bytecode_is_kept_while_measuring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    seconds(("sh", "-c", 'test -z "$PYTHONDONTWRITEBYTECODE"'), folder=tmp_path)


def test_runs_take_turns_and_are_compared_within_a_round() -> None:
    told = iter([1.0, 2.0, 10.0, 30.0, 1.0, 2.5])
    measured = in_turn(3, {"loop": lambda: next(told), "ours": lambda: next(told)})

    assert {"loop": [1.0, 10.0, 1.0], "ours": [2.0, 30.0, 2.5]} == measured
    assert 2.5 == ratio(measured["ours"], measured["loop"])


def test_a_part_that_is_none_is_refused_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["migration"])

    assert 2 == ended.value.code
    assert (
        "miyabi: migration: there is no such part to measure; "
        "name one of program, migrations, runtime, local, front, rehearsal\n" == (capsys.readouterr().err)
    )
