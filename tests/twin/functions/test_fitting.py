"""What stands in for what this machine has not, and what is refused."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.twin.functions.world import World, zipped
from twin.functions import Native, NotRunnable
from twin.functions.binaries import MACH_O, runs_on, this_machine
from twin.functions.lending import Lender
from twin.functions.unpacking import Shelf
from twin.managed_runtime import link_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
NEXT = f"{sys.version_info.major}.{sys.version_info.minor + 1}"
MACHINES = {"x86_64": 62, "arm64": 183}
OTHER = next(name for name in MACHINES if name != this_machine())
LISTING = """
import os
def handle(event, context):
    return sorted(
        os.path.relpath(os.path.join(place, name), os.getcwd())
        for place, _, names in os.walk(os.getcwd()) for name in names
    )
"""


def library(machine: str) -> bytes:
    """The head of a library of Linux, and nothing else."""
    return struct.pack("<4sBBBB8xHH", b"\x7fELF", 2, 1, 1, 0, 3, MACHINES[machine]) + bytes(100)


FOREIGN = {
    "module.py": LISTING.encode(),
    "fast/__init__.py": b"'as deployed'",
    f"fast/quick.{OTHER}.so": library(OTHER),
    "fast.libs/libc.so": library(OTHER),
}


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Native:
    """A package for this machine, which has more than what is deployed."""
    folder = tmp_path_factory.mktemp("native")
    for name in ("module.py", "fast/__init__.py", "fast/more.py", "other/__init__.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("'as built'", encoding="utf-8")
    for name in ("fast/quick.so", "fast.libs/libc-2.so", "other/slow.so"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(library(this_machine()))
    client = tmp_path_factory.mktemp("client") / "client"
    link_runtime(client)
    return Native(folder, Path(sys.executable), client, "the package for here")


@pytest.fixture(scope="module")
def lent(native: Native) -> Iterator[World]:
    """An account with the package."""
    with World("161803398807", native=native) as opened:
        yield opened


def test_compiled_modules_are_lent_and_all_else_is_as_deployed(lent: World) -> None:
    lent.deploy("lent", zipped(FOREIGN), Runtime=f"python{HERE}", Architectures=[OTHER])
    outcome = lent.run("lent")

    assert b'["fast.libs/libc-2.so", "fast/__init__.py", "fast/quick.so", "module.py"]' == outcome.payload
    assert (
        "function lent runs with the compiled modules of the package for here" in lent.functions.substitutions
    )
    assert f"function lent runs on {this_machine()} in place of {OTHER}" in lent.functions.substitutions


def test_a_package_that_is_the_native_one_but_for_its_modules_is_run_from_there(
    native: Native, tmp_path: Path
) -> None:
    names = ("module.py", "fast/__init__.py", "fast/more.py", "other/__init__.py")
    same = {name: (native.folder / name).read_bytes() for name in names}
    same |= {f"{top}/{OTHER}.so": library(OTHER) for top in ("fast", "fast.libs", "other")}
    shelf, lender = Shelf(tmp_path), Lender(native.folder)

    assert native.folder == shelf.get("a", zipped(same), lender)
    for number, other in enumerate(
        [same | {"module.py": b"another"}, same | {"more.py": b""}, {**same, f"fast/{OTHER}.so": b"text"}]
    ):
        assert tmp_path == shelf.get(str(number), zipped(other), lender).parent


def test_a_package_for_another_python_gives_way_to_the_native_one(lent: World) -> None:
    lent.deploy("older", zipped(FOREIGN), Runtime=f"python{NEXT}")
    outcome = lent.run("older")

    # The handler's module is another there, and has no handler.
    assert "Runtime.HandlerNotFound" == outcome.error_type
    assert {
        "function older runs from the package for here in place of its own",
        f"function older runs under Python {HERE} in place of {NEXT}",
    } <= set(lent.functions.substitutions)


def test_a_package_without_compiled_modules_runs_as_it_is(lent: World) -> None:
    packed = zipped({"module.py": LISTING})
    lent.deploy("pure", packed, Runtime=f"python{NEXT}", Architectures=[OTHER])

    assert b'["module.py"]' == lent.run("pure").payload


def test_a_package_for_this_machine_runs_as_it_is(lent: World) -> None:
    packed = zipped({"module.py": LISTING, "a.so": library(this_machine())})
    lent.deploy("ours", packed, Runtime=f"python{HERE}", Architectures=[this_machine()])
    told_before = lent.functions.substitutions

    assert b'["a.so", "module.py"]' == lent.run("ours").payload
    assert told_before == lent.functions.substitutions


def test_without_a_native_package_compiled_modules_are_refused(world: World) -> None:
    world.deploy("foreign", zipped(FOREIGN), Runtime=f"python{HERE}")
    with pytest.raises(NotRunnable, match=f"compiled modules for Python {HERE} on {OTHER}"):
        world.run("foreign")


def test_code_that_is_not_what_was_deployed_is_refused(world: World) -> None:
    from moto.awslambda.models import lambda_backends

    world.deploy("changed")
    function = lambda_backends[world.aws.account]["us-east-1"].get_function("changed")
    function.code_bytes = zipped({"module.py": "never deployed"})
    with pytest.raises(NotRunnable, match="its code is not what CodeSha256 says"):
        world.run("changed")


def test_nothing_is_unpacked_outside_of_its_folder(world: World) -> None:
    text = LISTING.replace("os.walk(os.getcwd())", "os.walk(os.path.dirname(os.getcwd()))")
    world.deploy("escaping", zipped({"module.py": text, "../outside": "here", "/outside": "here"}))

    assert b"outside" not in world.run("escaping").payload


@pytest.mark.parametrize(
    ("head", "machine"),
    [
        (library("x86_64"), "x86_64"),
        (library("arm64"), "arm64"),
        (struct.pack(">4sBBBB8xHH", b"\x7fELF", 2, 2, 1, 0, 3, 22), "processor 22"),
        (b"\xcf\xfa\xed\xfe" + bytes(60), MACH_O),
        (b"#!/bin/sh\n", None),
        (b"\x7fELF", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_what_a_file_runs_on(head: bytes, machine: str | None) -> None:
    assert machine == runs_on(head)
