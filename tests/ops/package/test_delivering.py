"""The folder holds the packages that its index names, whole, and no other."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from ops.package.building import Package
from ops.package.delivering import write
from ops.package.sizes import BOUNDS, MEGABYTE, excesses, table
from ops.package.target import LAMBDA
from ops.package.zipping import Archive, Size, zipped
from tests.ops.package.small import OWN

if TYPE_CHECKING:
    from pathlib import Path

ARM = Package(LAMBDA["arm64"], zipped(OWN), "contents", "3.13.0")
X86 = Package(LAMBDA["x86_64"], zipped({**OWN, "x.py": OWN["runtime/__init__.py"]}), "others", None)


def test_the_index_names_what_is_there(tmp_path: Path) -> None:
    write([ARM, X86], "us-east-1", tmp_path)
    index = json.loads((tmp_path / "package.json").read_text(encoding="utf-8"))
    zips = {path.name: sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("*.zip")}

    assert "us-east-1" == index["region"]
    assert zips == {each["file"]: each["sha256"] for each in index["packages"]}
    assert [("arm64", True, "3.13.0"), ("x86_64", False, None)] == [
        (each["architecture"], each["bytecode"], each["compiler"]) for each in index["packages"]
    ]
    for each in index["packages"]:
        assert (
            each["file"]
            == f"{each['name']}.zip"
            == f"miyabi-{each['architecture']}-{each['sha256'][:16]}.zip"
        )
        assert each["zipped_bytes"] == (tmp_path / each["file"]).stat().st_size
        assert each["unzipped_bytes"] == sum(part["unzipped_bytes"] for part in each["parts"].values())


def test_what_is_replaced_goes_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "another.zip").touch()
    write([ARM, X86], "us-east-1", tmp_path)
    write([replace(ARM, archive=X86.archive)], "us-east-1", tmp_path)

    assert ["another.zip", f"miyabi-arm64-{X86.archive.sha256[:16]}.zip", "package.json"] == sorted(
        path.name for path in tmp_path.iterdir()
    )


def test_the_same_packages_are_not_written_twice(tmp_path: Path) -> None:
    assert write([ARM], "us-east-1", tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}

    assert not write([ARM], "us-east-1", tmp_path)
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_a_damaged_zip_is_written_anew(tmp_path: Path) -> None:
    write([ARM], "us-east-1", tmp_path)
    (tmp_path / ARM.file).write_bytes(b"half")

    assert write([ARM], "us-east-1", tmp_path)
    assert ARM.archive.content == (tmp_path / ARM.file).read_bytes()


def test_when_the_disk_is_full_the_former_package_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write([ARM], "us-east-1", tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(_: int, __: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fdopen", full)
    with pytest.raises(OSError, match="No space"):
        write([X86], "us-east-1", tmp_path)

    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.name)
def test_a_package_over_a_bound_is_told(bound: object) -> None:
    (limit,) = (each for each in BOUNDS if each == bound)
    heavy = Archive(bytes(limit.zipped + 1), {"runtime": Size(limit.zipped, limit.unzipped + 1)})
    told = [sentence for sentence in excesses(replace(ARM, archive=heavy)) if limit.name in sentence]

    assert 2 == len(told)
    assert f"and {limit.name} is {limit.zipped / MEGABYTE:.2f}; prune more" in told[0]
    assert [] == list(excesses(ARM))


def test_the_table_has_a_row_for_each_part_and_columns_for_each_architecture() -> None:
    lines = table([ARM, X86]).splitlines()
    rows = {line[:24].strip(): line[24:].split() for line in lines}

    assert ["arm64", "x86_64"] == rows[""]
    assert ["zipped", "unzipped"] * 2 == rows["MB"]
    assert {"runtime", "migrations", "the whole zip", "our budget", "Lambda's limit"} < set(rows)
    assert ["16.00", "50.00"] * 2 == rows["our budget"]
    assert 4 == len(rows["runtime"])
