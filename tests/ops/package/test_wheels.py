"""Only the very files that the lock means are built from."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest

from ops.package.building import build, unpacked
from ops.package.entries import Entry
from ops.package.errors import AccessMissing, SourceUncompilable, WheelsMissing, WheelsUnfetched
from ops.package.target import LAMBDA, running
from ops.package.wheels import fetch, wheels
from tests.ops.package.small import OWN, lock, wheel

if TYPE_CHECKING:
    from pathlib import Path

    from ops.package.interpreters import Runnable

HERE = running()
"""Where pip need not be told of another platform."""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for the only index, with one wheel in it."""
    folder = tmp_path / "index"
    wheel(folder, "small", {"small/__init__.py": ""})
    for variable in ("PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL", "PIP_CONSTRAINT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_what_is_missing_is_fetched_once_and_told(tmp_path: Path, source: Path) -> None:
    locked = lock(tmp_path / "lock.txt", *source.iterdir())
    said: list[str] = []

    fetched = fetch(locked, HERE, store=tmp_path / "store", say=said.append)
    again = fetch(locked, HERE, store=tmp_path / "store", say=said.append)

    assert {"small"} == set(fetched)
    assert fetched == again == wheels(locked, HERE, store=tmp_path / "store")
    assert [f"fetching 1 wheels for {HERE.name}"] == said


def test_a_former_release_goes_when_the_lock_moves_on(tmp_path: Path, source: Path) -> None:
    store = tmp_path / "store"
    former = fetch(lock(tmp_path / "lock.txt", *source.iterdir()), HERE, store=store)["small"]
    unrelated = wheel(store / HERE.name, "unrelated", {})
    newer = wheel(source, "small", {}, version="2.0")

    found = fetch(lock(tmp_path / "newer.txt", newer), HERE, store=store)

    assert {"small": former.with_name(newer.name)} == found
    assert {unrelated, *found.values()} == set((store / HERE.name).glob("*.whl"))


def test_a_wheel_with_another_hash_is_fetched_anew(tmp_path: Path, source: Path) -> None:
    locked = lock(tmp_path / "lock.txt", *source.iterdir())
    place = fetch(locked, HERE, store=tmp_path / "store")["small"]
    whole = place.read_bytes()
    place.write_bytes(whole[:-1])

    with pytest.raises(WheelsMissing, match="small"):
        wheels(locked, HERE, store=tmp_path / "store")
    assert whole == fetch(locked, HERE, store=tmp_path / "store")["small"].read_bytes()


def test_a_wheel_that_the_lock_does_not_mean_is_refused(tmp_path: Path, source: Path) -> None:
    locked = lock(tmp_path / "lock.txt", *source.iterdir())
    wheel(source, "small", {"small/__init__.py": "import antigravity\n"})

    with pytest.raises(WheelsUnfetched, match="HASH"):
        fetch(locked, HERE, store=tmp_path / "store")
    assert [] == list((tmp_path / "store").rglob("*.whl"))


def test_without_an_index_one_sentence_tells_what_is_missing(tmp_path: Path, source: Path) -> None:
    locked = lock(tmp_path / "lock.txt", *source.iterdir())
    for each in source.iterdir():
        each.unlink()

    with pytest.raises(WheelsUnfetched) as refused:
        fetch(locked, LAMBDA["arm64"], store=tmp_path / "store")

    assert isinstance(refused.value, AccessMissing)
    assert ("small",) == refused.value.names
    assert len(str(refused.value).splitlines()) == 1
    assert str(refused.value).startswith("the wheels of small for python3.13-arm64 can't be fetched (")


def test_a_wheels_data_folders_are_put_where_an_installer_would(tmp_path: Path) -> None:
    place = wheel(
        tmp_path,
        "small",
        {"small-1.0.data/purelib/small.py": "", "small-1.0.data/platlib/faster.py": "", "plain.py": ""},
    )

    assert {"small.py", "faster.py", "plain.py"} == {
        name for name in unpacked(place) if not name.startswith("small-1.0.dist-info/")
    }


def test_a_module_that_is_no_python_is_refused_by_name(runnable: Runnable) -> None:
    broken = {**OWN, "runtime/broken.py": Entry(b"def handle(:\n", "runtime")}

    with pytest.raises(SourceUncompilable, match=r"runtime/broken\.py") as refused:
        build(runnable.target, {}, broken, runnable.interpreter)

    assert len(str(refused.value).splitlines()) == 1
    assert tempfile.gettempdir() not in str(refused.value)
