"""A package that several want is built once, and whole."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from time import sleep, time
from typing import TYPE_CHECKING

import pytest

from ops.package.shelf import IN_USE, KEPT, _kept, runtime_client

if TYPE_CHECKING:
    from pathlib import Path

    from ops.package.interpreters import Runnable


def test_those_who_ask_at_once_wait_for_one_that_builds(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "begun").touch()
        sleep(0.05)  # what the others would use to begin, if nothing held them
        (folder / "finished").touch()

    with ThreadPoolExecutor(4) as pool:
        places = list(pool.map(lambda _: _kept(tmp_path, "one", make), range(4)))

    assert 1 == len(made)
    assert {tmp_path / "one"} == set(places)
    assert ["begun", "finished"] == sorted(path.name for path in places[0].iterdir())


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "begun").touch()
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        _kept(tmp_path, "one", fail)

    assert ["lock"] == [path.name for path in tmp_path.iterdir()]


def test_what_is_long_unused_goes(tmp_path: Path) -> None:
    (tmp_path / ".making-by-one-that-was-killed").mkdir()
    names = [str(number) for number in range(KEPT + 2)]
    for age, name in enumerate(names, 2):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time() - age * IN_USE,) * 2)
    _kept(tmp_path, "another", lambda folder: (folder / "whole").touch())

    assert {"lock", "another", *names[: KEPT - 1]} == {path.name for path in tmp_path.iterdir()}


def test_what_is_in_use_stays_however_much_is_built_beside_it(tmp_path: Path) -> None:
    names = [str(number) for number in range(2 * KEPT)]
    for name in names:
        _kept(tmp_path, name, lambda folder: (folder / "whole").touch())

    assert {"lock", *names} == {path.name for path in tmp_path.iterdir()}


def test_the_runtimes_client_can_be_imported_from_its_folder(runnable: Runnable) -> None:
    folder = runtime_client(runnable.target)

    assert (folder / "awslambdaric" / "bootstrap.py").is_file()
    assert [path.suffix for path in folder.glob("runtime_client*")] == [".so"]
