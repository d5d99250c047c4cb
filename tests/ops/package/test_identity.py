"""The same sources give the same bytes, wherever, whenever and by whomever they are built."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from ops.package.building import build
from ops.package.entries import Entry, digest
from ops.package.interpreters import find_python
from ops.package.locks import LAMBDA_LOCK, ROOT
from ops.package.sources import own_entries
from ops.package.target import LAMBDA
from ops.package.wheels import wheels
from ops.package.zipping import zipped
from tests.ops.package.conftest import AS_OF
from tests.ops.package.small import OWN, wheel
from tests.sampling import SOAK, examples

if TYPE_CHECKING:
    from pathlib import Path

    from ops.package.interpreters import Runnable

BUILD = """
import json, os, sys
from pathlib import Path
from ops.package.building import build
from ops.package.interpreters import find_runnable
from tests.ops.package.small import OWN

os.umask(int(sys.argv[3], 8))
order = json.loads(sys.argv[2])
own = {name: OWN[name] for name in sorted(OWN, reverse=order == -1)}
wheels = dict(sorted({"small": Path(sys.argv[1])}.items()))
runnable = find_runnable()
package = build(runnable.target, wheels, own, runnable.interpreter)
print(package.archive.sha256, package.contents)
"""


def built_elsewhere(place: Path, seed: str, zone: str, umask: str, order: int) -> str:
    """The hashes of a package that another process builds, in its own folder and manner."""
    place.mkdir()
    small = wheel(place / "wheels", "small", {"small/__init__.py": "ALL = frozenset('some letters')\n"})
    temporary = place / "temporary files"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", BUILD, small, json.dumps(order), umask],
        cwd=place,
        env={
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "TMPDIR": str(temporary),
            "PYTHONPATH": str(ROOT),
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout


def test_two_machines_build_the_same_bytes(tmp_path: Path) -> None:
    one = built_elsewhere(tmp_path / "one", seed="1", zone="Asia/Tokyo", umask="077", order=1)
    other = built_elsewhere(tmp_path / "another", seed="2", zone="America/New_York", umask="002", order=-1)

    assert len(one.split()) == 2
    assert one == other


@pytest.mark.parametrize("machine", LAMBDA)
def test_the_whole_package_is_built_twice_alike(machine: str) -> None:
    """In `make soak` alone: it takes 8 s of a processor for each architecture."""
    if examples(1, SOAK) != SOAK:
        pytest.skip("in `make soak` alone")
    target = LAMBDA[machine]
    compiler = find_python(target.python)
    own, found = own_entries("us-east-1", AS_OF), wheels(LAMBDA_LOCK, target)
    backwards = dict(reversed(found.items()))

    assert build(target, found, own, compiler) == build(target, backwards, own, compiler)


@pytest.mark.parametrize(
    "changed",
    [
        {**OWN, "runtime/handler.py": Entry(b"NAMES = {}\n", "runtime")},
        {**OWN, "runtime/another.py": Entry(b"", "runtime")},
        {name: entry for name, entry in OWN.items() if name != "migrations/1_first.sql"},
    ],
    ids=["edited", "added", "removed"],
)
def test_other_sources_give_other_names(runnable: Runnable, changed: dict[str, Entry]) -> None:
    before = build(runnable.target, {}, OWN, None)
    after = build(runnable.target, {}, changed, None)

    assert before.file != after.file
    assert before.contents != after.contents


def test_the_hash_of_the_contents_does_not_depend_on_who_deflated_them() -> None:
    parts_renamed = {name: replace(entry, part="another") for name, entry in OWN.items()}

    assert digest(OWN) == digest(parts_renamed) == digest(dict(reversed(OWN.items())))


def test_a_zip_has_its_entries_in_order_and_of_one_time() -> None:
    archive = zipped(dict(reversed(OWN.items())))
    with zipfile.ZipFile(BytesIO(archive.content)) as opened:
        records = opened.infolist()

    assert sorted(OWN) == [record.filename for record in records]
    assert {(1980, 1, 1, 0, 0, 0)} == {record.date_time for record in records}
    assert {zipfile.ZIP_DEFLATED} == {record.compress_type for record in records}
    assert sum(record.compress_size for record in records) == sum(
        size.zipped for size in archive.parts.values()
    )
    assert sum(len(entry.content) for entry in OWN.values()) == archive.unzipped


def test_both_hashes_of_a_zip_are_the_same_hash() -> None:
    import base64

    archive = zipped(OWN)

    assert archive.sha256 == base64.b64decode(archive.code_sha256).hex()
