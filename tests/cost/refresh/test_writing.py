"""The files of the price books: read and written the same, and replaced all or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cost.pricebook import PRICES
from cost.refresh.errors import BookChanged
from cost.refresh.merging import rank
from cost.refresh.writing import text, write

FILES = sorted(PRICES.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_book_that_did_not_change_is_written_byte_for_byte(path: Path) -> None:
    content = path.read_bytes()

    assert content == text(json.loads(content)).encode()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_members_of_families_stand_in_the_order_in_which_new_ones_are_put(path: Path) -> None:
    for entries in json.loads(path.read_bytes())["prices"].values():
        for entry in entries.values():
            assert sorted(entry.get("of", ()), key=rank) == list(entry.get("of", ()))


def test_sizes_of_machines_stand_in_the_order_of_their_size() -> None:
    members = ["db.m5.large", "db.m5.2xlarge", "db.m5.16xlarge", "db.m6g.large", "db.r5.large", "db.t3.micro"]

    assert members == sorted(set(members), key=rank)
    assert ["0.5GB", "6.1GB", "58.2GB"] == sorted(["58.2GB", "6.1GB", "0.5GB"], key=rank)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.json" for name in "abc"]
    for path in paths:
        path.write_text("old", encoding="utf-8")
    return paths


def contents(paths: list[Path]) -> list[str]:
    """What the files hold, those that are there at all."""
    folder = paths[0].parent
    return [path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())]


def test_all_files_are_replaced(files: list[Path]) -> None:
    write(dict.fromkeys(files, "new"), dict.fromkeys(files, b"old"))

    assert ["new"] * 3 == contents(files)


@pytest.mark.parametrize("call", range(3))
@pytest.mark.parametrize("method", ["replace", "write_text"])
def test_a_failure_in_the_middle_leaves_every_file_as_it_was(
    files: list[Path], monkeypatch: pytest.MonkeyPatch, method: str, call: int
) -> None:
    real, calls = getattr(Path, method), iter(range(3))

    def failing(*arguments: object, **options: object) -> object:
        if next(calls) == call:
            raise OSError("no space left on device")
        return real(*arguments, **options)

    monkeypatch.setattr(Path, method, failing)
    with pytest.raises(OSError, match="no space"):
        write(dict.fromkeys(files, "new"), dict.fromkeys(files, b"old"))
    monkeypatch.undo()

    assert ["old"] * 3 == contents(files)


def test_a_book_that_somebody_else_changed_is_not_overwritten(files: list[Path]) -> None:
    files[1].write_text("newer", encoding="utf-8")

    with pytest.raises(BookChanged, match=r"b\.json changed while AWS was asked"):
        write(dict.fromkeys(files, "new"), dict.fromkeys(files, b"old"))
    assert ["old", "newer", "old"] == contents(files)
