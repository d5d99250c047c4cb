"""Packages that can't run are refused by the kernel and the dynamic loader themselves, in their own words."""

from __future__ import annotations

import io
import stat
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from twin.faults.injectors.elf import _hashed
from twin.faults.injectors.zips import BOOTSTRAPS, MODULES, bootstrap_zip, module_zip, per_request_zip
from twin.faults.targets import TargetMissing

if TYPE_CHECKING:
    from pathlib import Path

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has its loader")


def unpacked(kind: str, folder: Path) -> Path:
    """The bootstrap of a package, with the mode that it has there."""
    with zipfile.ZipFile(io.BytesIO(bootstrap_zip(kind))) as archive:
        path = folder / "bootstrap"
        path.write_bytes(archive.read("bootstrap"))
        path.chmod(archive.getinfo("bootstrap").external_attr >> 16 & 0o777)
    return path


@linux
@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("mach-o", "Exec format error"),
        ("other-cpu", "Exec format error"),
        ("not-executable", "Permission denied"),
        ("carriage-returns", "No such file or directory"),
    ],
)
def test_the_kernel_does_not_start_it(kind: str, refusal: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=refusal):
        subprocess.run([unpacked(kind, tmp_path)], check=False)


@linux
@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("missing-library", 127, "error while loading shared libraries: libssl.so.1.1: cannot open shared"),
        ("newer-libc", 1, "version `GLIBC_2.99' not found (required by"),
        ("panics", 101, "thread 'main' panicked at src/main.rs:41"),
        ("as-reported", 1, "GITHUB_CLIENT_ID must be set"),
    ],
)
def test_it_ends_before_it_does_anything(kind: str, status: int, said: str, tmp_path: Path) -> None:
    ended = subprocess.run([unpacked(kind, tmp_path)], capture_output=True, text=True, check=False)

    assert status == ended.returncode
    assert said in ended.stderr


def test_a_package_without_a_bootstrap_has_another_program() -> None:
    with zipfile.ZipFile(io.BytesIO(bootstrap_zip("none"))) as archive:
        assert ["main"] == archive.namelist()


def test_a_package_is_the_same_from_two_builds() -> None:
    assert [bootstrap_zip(kind) for kind in BOOTSTRAPS] == [bootstrap_zip(kind) for kind in BOOTSTRAPS]


@pytest.mark.parametrize("kind", MODULES)
def test_a_module_is_where_the_handler_says_and_is_python(kind: str) -> None:
    with zipfile.ZipFile(io.BytesIO(module_zip(kind, "a.b.handle"))) as archive:
        [entry] = archive.infolist()
        text = archive.read(entry).decode()

    assert ("a/b.py", 0o644) == (entry.filename, stat.S_IMODE(entry.external_attr >> 16))
    assert [] == [left for left in ("{{", "}}", "{name}") if left in text]
    compile(text, "b.py", "exec")
    compile(text, "b.py", "exec")


def test_only_the_stand_in_is_made_wasteful() -> None:
    with pytest.raises(TargetMissing, match="the package that stands in for the reported program"):
        per_request_zip(bootstrap_zip("panics"))


def test_a_version_is_hashed_as_the_loader_does_it() -> None:
    assert 0x09691A75 == _hashed("GLIBC_2.2.5"), "as readelf shows it of any program for x86_64"
