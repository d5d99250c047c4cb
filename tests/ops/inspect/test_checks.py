"""Every check passes a sound package, and finds the one thing that is wrong with a broken one."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

from ops.package.inspect.check import Outcome
from ops.package.inspect.inspecting import CHECKS, inspect
from ops.package.inspect.target import load_runtime
from tests.ops.inspect.elf_making import AARCH64, LOADER, make_program
from tests.ops.inspect.mutations import (
    BOOTSTRAP,
    HANDLER,
    MODULE,
    MUTATIONS,
    PYTHON,
    RUST,
    Mutation,
    custom,
)
from tests.ops.inspect.zip_making import Member, program, write

if TYPE_CHECKING:
    from pathlib import Path

    from ops.package.inspect.inspecting import Inspection, Result

AS_OF = date(2026, 8, 15)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.check} {mutation.id}")
def test_a_fault_is_found_by_its_check(mutation: Mutation, tmp_path: Path) -> None:
    path = write(tmp_path / "package.zip", mutation.members)
    mutation.spoil(path)
    found = look(path, mutation)

    verdict = result(found, mutation.check).verdict
    assert mutation.outcome == verdict.outcome
    assert mutation.says in "\n".join(verdict.evidence)
    assert result(found, mutation.check).remedy


def test_every_check_has_a_mutation() -> None:
    assert {check.id for check in CHECKS} == {mutation.check for mutation in MUTATIONS} | {"zip.duplicates"}


@pytest.mark.parametrize(
    "sound",
    [Mutation("", "", "", PYTHON), custom("", "", "", *RUST)],
    ids=["python", "custom"],
)
def test_a_sound_package_passes_everything(sound: Mutation, tmp_path: Path) -> None:
    found = look(write(tmp_path / "package.zip", sound.members), sound)

    assert not found.failed
    assert {Outcome.PASSED, Outcome.NOT_APPLICABLE} == {each.verdict.outcome for each in found.results}
    assert all(each.remedy is None for each in found.results)


def test_the_reported_bootstrap_is_told_what_to_do(tmp_path: Path) -> None:
    mutation = next(each for each in MUTATIONS if each.id == "the report's")
    found = look(write(tmp_path / "bootstrap.zip", mutation.members), mutation)

    remedy = result(found, "elf.libraries").remedy or ""
    assert all(word in remedy for word in ("rustls", "vendored", "provided.al2023"))
    assert (
        result(found, "runtime.support").remedy == "move to provided.al2023, and inspect the package for it"
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_path_that_is_there_twice_is_found(tmp_path: Path) -> None:
    found = look(write(tmp_path / "package.zip", (*PYTHON, HANDLER)), Mutation("", "", "", ()))

    assert ("app/main.py is there 2 times",) == result(found, "zip.duplicates").verdict.evidence


@pytest.mark.parametrize(("version", "cured"), [("GLIBC_2.34", True), ("GLIBC_2.35", False)])
def test_a_newer_runtime_is_advised_where_it_is_enough(tmp_path: Path, version: str, *, cured: bool) -> None:
    path = write(tmp_path / "x.zip", [program(make_program(requires=(("libc.so.6", version),)))])
    found = look(path, custom("", "", "", runtime="provided.al2"))

    assert cured is ("or use provided.al2023" in (result(found, "elf.versions").remedy or ""))


def test_a_script_may_be_a_bootstrap(tmp_path: Path) -> None:
    path = write(tmp_path / "package.zip", [program(b"#!/usr/bin/env bash\necho\n")])

    assert not look(path, custom("", "", "")).failed


def test_an_interpreter_in_the_zip_is_found(tmp_path: Path) -> None:
    members = [program(b"#!/var/task/bin/run\n"), program(BOOTSTRAP.data, "bin/run")]

    assert not look(write(tmp_path / "package.zip", members), custom("", "", "")).failed


def test_a_module_for_another_version_does_no_harm_beside_the_right_one(tmp_path: Path) -> None:
    spare = Member("fast/core.cpython-312-aarch64-linux-gnu.so", MODULE)
    found = look(write(tmp_path / "package.zip", (*PYTHON, spare)), Mutation("", "", "", ()))

    assert result(found, "python.extensions").verdict.outcome is Outcome.PASSED


def test_of_an_unknown_runtime_nothing_is_claimed(tmp_path: Path) -> None:
    found = look(write(tmp_path / "package.zip", PYTHON), Mutation("", "", "", (), runtime="nodejs22.x"))

    assert result(found, "elf.libraries").verdict.outcome is Outcome.UNKNOWN
    assert result(found, "python.handler").verdict.outcome is Outcome.NOT_APPLICABLE
    assert not found.failed


def test_the_magic_number_is_the_one_of_the_running_python() -> None:
    """Of one of the versions in the table, at least: the others were asked when it was made."""
    runtime = load_runtime(f"python3.{sys.version_info.minor}")

    assert runtime.magic in {int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"), None}


def test_no_interpreter_is_taken_for_another(tmp_path: Path) -> None:
    """The loader of the other architecture is not the one that the runtime has."""
    wrong = program(make_program(machine=AARCH64, interpreter=LOADER))
    found = look(write(tmp_path / "x.zip", [wrong]), custom("", "", "", architecture="arm64"))

    assert result(found, "bootstrap.format").verdict.outcome is Outcome.UNKNOWN


def look(path: Path, mutation: Mutation) -> Inspection:
    """Inspect for what a mutation says."""
    return inspect(
        path,
        as_of=AS_OF,
        runtime=mutation.runtime,
        architecture=mutation.architecture,
        handler=mutation.handler,
    )


def result(found: Inspection, check: str) -> Result:
    """What came of one check."""
    return next(each for each in found.results if each.check.id == check)
