"""No zip, however made, costs its reader more than Lambda's limits, or ends in a traceback."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.package.inspect import archive
from ops.package.inspect.archive import open_archive
from ops.package.inspect.errors import InspectError, NotZip, Unreadable
from ops.package.inspect.inspecting import inspect
from tests.ops.inspect.mutations import PYTHON, RUST
from tests.ops.inspect.zip_making import UNZIPPED_SIZE, Member, rewrite, write
from tests.sampling import examples

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2026, 8, 15)


def test_no_more_is_unpacked_than_lambda_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "UNZIPPED_LIMIT", 1500)
    path = write(tmp_path / "x.zip", [Member(name, bytes(1000)) for name in "abc"] + [Member("d", b"d")])

    with open_archive(path) as opened:
        assert [False, True, True, False] == [content.unread for _, content in opened.contents()]


def test_a_file_that_holds_more_than_it_says_is_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "x.zip", [Member("bomb", bytes(10_000_000))])
    rewrite(path, UNZIPPED_SIZE, 10)

    with open_archive(path) as opened:
        (content,) = (content for _, content in opened.contents())
        assert content.damage is not None
        assert opened.read("bomb", 100) is None


def test_a_file_larger_than_asked_is_not_read(tmp_path: Path) -> None:
    with open_archive(
        write(tmp_path / "x.zip", [Member("a", bytes(101)), Member("b", bytes(100))])
    ) as opened:
        assert opened.read("a", 100) is None
        assert bytes(100) == opened.read("b", 100)
        assert opened.read("c", 100) is None


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"", "it is empty"), (b"no zip", "file is not a zip file"), (b"PK\x05\x06" + bytes(8), "")],
)
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes, found: str) -> None:
    (tmp_path / "x.zip").write_bytes(content)

    with pytest.raises(NotZip, match=rf"x\.zip is no zip that can be read: {found}"):
        inspect(tmp_path / "x.zip", as_of=AS_OF)


def test_what_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        inspect(tmp_path / "x.zip", as_of=AS_OF)
    with pytest.raises(Unreadable, match="Is a directory"):
        inspect(tmp_path, as_of=AS_OF)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(max_examples=examples(60, 5_000))
@given(
    base=st.sampled_from([PYTHON, RUST]),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6
    ),
)
def test_no_mutation_of_a_zip_leads_to_a_traceback(
    tmp_path_factory: pytest.TempPathFactory,
    base: tuple[Member, ...],
    changes: list[tuple[float, int]],
) -> None:
    path = write(tmp_path_factory.getbasetemp() / "mutated.zip", base)
    data = bytearray(path.read_bytes())
    for place, value in changes:
        data[int(place * len(data))] = value
    path.write_bytes(data)

    with suppress(InspectError):
        inspect(path, as_of=AS_OF)


def test_a_zip_behind_other_bytes_is_read_as_unpackers_do(tmp_path: Path) -> None:
    buffer = BytesIO(b"#!/bin/sh\n")
    with zipfile.ZipFile(buffer, "a") as written:
        written.writestr("a", b"a")
    (tmp_path / "x.zip").write_bytes(buffer.getvalue())

    with open_archive(tmp_path / "x.zip") as opened:
        assert ["a"] == [entry.name for entry in opened.entries]
