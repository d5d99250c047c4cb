"""What is advised is for the runtime and architecture that are inspected for, and for what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.package.inspect.binary_checks import FAMILY_REMEDIES
from ops.package.inspect.bootstrap_checks import REMEDIES
from ops.package.inspect.check import Outcome
from ops.package.inspect.inspecting import CHECKS
from ops.package.inspect.target import MACHINES, Target, load_runtime
from tests.ops.inspect.elf_making import AARCH64, make_program
from tests.ops.inspect.mutations import bytecode, custom, python
from tests.ops.inspect.test_checks import look, result
from tests.ops.inspect.zip_making import Member, program, write

if TYPE_CHECKING:
    from pathlib import Path

MACH_O = b"\xcf\xfa\xed\xfe" + bytes(60)


@pytest.mark.parametrize(
    ("runtime", "architecture", "pip", "compileall"),
    [
        (
            "python3.12",
            "x86_64",
            "--python-version 3.12 --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64 ",
            "python3.12 -m",
        ),
        (
            "python3.14",
            "arm64",
            "--python-version 3.14 --platform manylinux_2_28_aarch64 --platform manylinux2014_aarch64 ",
            "python3.14 -m",
        ),
        ("python3.11", "arm64", "--python-version 3.11 --platform manylinux2014_aarch64 ", "python3.11 -m"),
    ],
)
def test_wheels_and_bytecode_are_those_of_the_target(
    runtime: str, architecture: str, pip: str, compileall: str
) -> None:
    """Wheels for glibc 2.28 are not advised for Amazon Linux 2, which has 2.26."""
    target = Target(load_runtime(runtime), architecture)
    remedies = {check.id: target.fill(check.remedy) for check in CHECKS}

    assert pip in remedies["python.extensions"]
    assert compileall in remedies["python.bytecode"]


def test_a_zip_for_another_target_is_told_of_the_one_that_was_named(tmp_path: Path) -> None:
    old = Member("app/__pycache__/main.cpython-313.pyc", bytecode())
    mutation = python("", "", "", old, runtime="python3.12", architecture="x86_64")
    found = look(write(tmp_path / "x.zip", mutation.members), mutation)

    assert "`python3.12 -m compileall" in (result(found, "python.bytecode").remedy or "")
    assert "--platform manylinux_2_28_x86_64" in (result(found, "python.extensions").remedy or "")
    assert (result(found, "elf.machine").remedy or "").startswith("build for x86_64, or name the other one")


@pytest.mark.parametrize("architecture", MACHINES)
@pytest.mark.parametrize("runtime", ["provided.al2", "python3.13", "python3.8", "nodejs22.x"])
def test_no_gap_stays_open(runtime: str, architecture: str) -> None:
    target = Target(load_runtime(runtime), architecture)
    remedies = [*(check.remedy for check in CHECKS), *REMEDIES.values(), *FAMILY_REMEDIES.values()]

    assert [] == [filled for remedy in remedies if set("{}") & set(filled := target.fill(remedy))]


@pytest.mark.parametrize(
    ("data", "architecture", "remedy"),
    [
        (b"#!/bin/sh\r\necho\r\n", "x86_64", "save it with LF line ends"),
        (b"\xef\xbb\xbf#!/bin/sh\n", "x86_64", "save it as UTF-8 without a byte order mark"),
        (b"#!\n", "x86_64", "let its first line name a program of the runtime"),
        (b"#!python3\n", "x86_64", "let its first line name a program of the runtime"),
        (b"#!/usr/bin/php\n", "x86_64", "let its first line name a program of the runtime"),
        (b"#!/var/task/bin/node\n", "x86_64", "add bin/node, or let its first line name"),
        (b"echo\n", "x86_64", "if it is a script, let its first line name"),
        (make_program(interpreter="/lib/ld-musl-x86_64.so.1"), "x86_64", "build for glibc (a target x86_64-"),
        (
            make_program(machine=AARCH64),
            "x86_64",
            "`cargo lambda build --release --x86-64`, `GOOS=linux GOARCH=amd64 ",
        ),
        (make_program(), "arm64", "`cargo lambda build --release --arm64`, `GOOS=linux GOARCH=arm64 "),
        (
            MACH_O,
            "arm64",
            "on a Mac runs there alone; build it for Linux: `cargo lambda build --release --arm64`",
        ),
        (b"MZ" + bytes(60), "x86_64", "what is built on Windows runs there alone"),
    ],
    ids=[
        "CRLF",
        "byte order mark",
        "no interpreter",
        "relative",
        "unknown",
        "not in the zip",
        "no #!",
        "musl",
        "arm64",
        "x86_64",
        "Mac",
        "Windows",
    ],
)
def test_a_bootstrap_is_told_what_to_do_about_what_it_is(
    tmp_path: Path, data: bytes, architecture: str, remedy: str
) -> None:
    found = look(write(tmp_path / "x.zip", [program(data)]), custom("", "", "", architecture=architecture))

    assert remedy in (result(found, "bootstrap.format").remedy or "")


@pytest.mark.parametrize("data", [MACH_O, b"MZ" + bytes(60)], ids=["Mac", "Windows"])
def test_a_bootstrap_of_another_system_fails_once(tmp_path: Path, data: bytes) -> None:
    found = look(write(tmp_path / "x.zip", [program(data)]), custom("", "", ""))

    assert ["bootstrap.format"] == [
        each.check.id for each in found.results if each.verdict.outcome is Outcome.FAILED
    ]


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        (b"def handle(:\n", "mend the source"),
        (b"\0", "mend the source"),
        (b"async def handle(e, c): ...", "name a plain function"),
        (b"", "name it as module.function"),
    ],
    ids=["syntax", "null", "async", "not bound"],
)
def test_a_handler_is_told_what_to_do_about_what_it_is(tmp_path: Path, source: bytes, remedy: str) -> None:
    mutation = python("", "", "", Member("app/main.py", source))
    found = look(write(tmp_path / "x.zip", mutation.members), mutation)

    assert (result(found, "python.handler").remedy or "").startswith(remedy)


def test_an_empty_zip_is_not_said_to_be_from_windows(tmp_path: Path) -> None:
    found = look(write(tmp_path / "x.zip", ()), python("", "", ""))

    assert ("the zip holds nothing",) == result(found, "permissions").verdict.evidence
    assert Outcome.NOT_APPLICABLE is result(found, "permissions").verdict.outcome
    assert "Windows" not in str([each.verdict.evidence for each in found.results])
