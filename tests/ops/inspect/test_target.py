"""Runtime and architecture are taken as given or guessed from the content, and the table is whole."""

from __future__ import annotations

import json
from datetime import date

import pytest

from ops.package.inspect import elf
from ops.package.inspect.archive import Content
from ops.package.inspect.errors import ArchitectureUnknown, RuntimeUnknown
from ops.package.inspect.target import TABLE, choose, lifecycles, load_runtime
from stacks.functions import MANAGED_RUNTIME
from tests.ops.inspect.elf_making import AARCH64, X86_64, Blueprint, make

ROWS = json.loads(TABLE.read_text(encoding="utf-8"))
ARM, INTEL, OTHER = (
    Content(binary=elf.read(make(Blueprint(machine=machine)))) for machine in (AARCH64, X86_64, 8)
)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["bootstrap"], "provided.al2023"),
        (["out/bootstrap"], "provided.al2023"),
        (["a/b/bootstrap"], MANAGED_RUNTIME),
        (["bootstrap.py"], MANAGED_RUNTIME),
        ([], MANAGED_RUNTIME),
    ],
)
def test_the_runtime_is_guessed(names: list[str], expected: str) -> None:
    target = choose(names, {}, None, "arm64")

    assert expected == target.runtime.name
    assert {"runtime"} == set(target.guessed)


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ([INTEL], "x86_64"),
        ([ARM, INTEL, ARM], "arm64"),
        ([OTHER, OTHER, INTEL], "x86_64"),
        ([OTHER], "arm64"),
        ([Content(b"#!/bin/sh")], "arm64"),
    ],
    ids=["one", "most", "one that Lambda has", "none that Lambda has", "no machine code"],
)
def test_the_architecture_is_guessed(contents: list[Content], expected: str) -> None:
    target = choose([], {str(number): each for number, each in enumerate(contents)}, "python3.13", None)

    assert expected == target.architecture
    assert {"architecture"} == set(target.guessed)


def test_what_is_given_is_taken() -> None:
    target = choose(["bootstrap"], {"bootstrap": INTEL}, "python3.12", "arm64")

    assert ("python3.12", "arm64", {}) == (target.runtime.name, target.architecture, target.guessed)


def test_an_unknown_word_is_refused_with_what_is_like_it() -> None:
    with pytest.raises(RuntimeUnknown, match=r"'python313' is no Lambda runtime; did you mean python3.13\?"):
        load_runtime("python313")
    with pytest.raises(ArchitectureUnknown, match="Lambda has x86_64 and arm64"):
        choose([], {}, "python3.13", "aarch64")


def test_every_runtime_of_the_table_has_dates() -> None:
    assert set(ROWS["runtimes"]) <= set(lifecycles())


def test_every_statement_of_the_table_has_a_source_with_its_date() -> None:
    used = {row["source"] for system in ROWS["systems"].values() for row in system["libraries"].values()}
    used |= {source for row in ROWS["runtimes"].values() for source in row.get("absent", {}).values()}

    assert used | {"magic", "minimal-image"} == set(ROWS["sources"])
    for source in ROWS["sources"].values():
        assert {"says", "from", "date"} == set(source)
        assert date.fromisoformat(source["date"]) <= date.fromisoformat(ROWS["as_of"])


def test_what_a_runtime_offers_is_not_also_absent() -> None:
    for name in ROWS["runtimes"]:
        runtime = load_runtime(name)
        assert not runtime.absent & set(runtime.libraries)
