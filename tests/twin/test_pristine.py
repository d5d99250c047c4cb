"""A data folder that is kept spares initdb, and is not used if others could have written to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twin.account import find_account
from twin.installation import find_room
from twin.keeping import Keep
from twin.pristine import make_pristine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INITDB = """#!/bin/sh
echo made
for last; do :; done
mkdir -p "${last#--pgdata=}/base" && echo 15 > "${last#--pgdata=}/PG_VERSION"
"""


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Keep]:
    """A folder with programs that do next to nothing."""
    account = find_account()
    with Keep(
        find_room(account, programs=True) / f"miyabi-pristine-{tmp_path.parent.name}-{id(tmp_path)}", account
    ) as keep:
        for name in ("initdb", "postgres"):
            program = keep.folder / name
            program.write_text(INITDB)
            program.chmod(0o755)
        yield keep


def make(keep: Keep, shelf: Path, name: str) -> tuple[str, int]:
    """Make a data folder; returns what is in it, and how often initdb has run."""
    log = keep.folder / "log"
    make_pristine(keep, keep.folder, ["--no-sync"], keep.folder / name, log, shelf=shelf)
    return (keep.folder / name / "PG_VERSION").read_text(), log.read_text().count(
        "made"
    ) if log.exists() else 0


def test_initdb_runs_once(keep: Keep, tmp_path: Path) -> None:
    assert ("15\n", 1) == make(keep, tmp_path / "shelf", "first")
    assert ("15\n", 1) == make(keep, tmp_path / "shelf", "second")
    assert keep.folder.stat().st_uid == (keep.folder / "second" / "PG_VERSION").stat().st_uid
    assert 0o700 == (keep.folder / "second").stat().st_mode & 0o777


def test_what_others_may_write_to_is_not_used(keep: Keep, tmp_path: Path) -> None:
    make(keep, tmp_path / "shelf", "first")
    [kept] = (tmp_path / "shelf").iterdir()
    kept.chmod(0o770)

    assert ("15\n", 2) == make(keep, tmp_path / "shelf", "second")


def test_where_nothing_can_be_kept_initdb_runs_each_time(keep: Keep, tmp_path: Path) -> None:
    (tmp_path / "shelf").write_text("a file is in the way")

    assert ("15\n", 1) == make(keep, tmp_path / "shelf", "first")
    assert ("15\n", 2) == make(keep, tmp_path / "shelf", "second")
