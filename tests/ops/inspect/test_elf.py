"""The ELF reader says what was written, agrees with real files, and survives every broken one."""

from __future__ import annotations

import struct
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.package.inspect import elf
from tests.ops.inspect import elf_making
from tests.ops.inspect.elf_making import AARCH64, BASE, EXECUTABLE, LOADER, SHARED, X86_64, Blueprint, make
from tests.sampling import examples

WHOLE = make(
    Blueprint(
        machine=AARCH64,
        interpreter="/lib/ld-linux-aarch64.so.1",
        needed=("libssl.so.3", "libc.so.6"),
        runpath="$ORIGIN/lib:/opt/lib",
        requires=(("libc.so.6", "GLIBC_2.17"), ("libc.so.6", "GLIBC_2.34"), ("libssl.so.3", "OPENSSL_3.0.0")),
        defines=("OURS_1.0", "OURS_2.0"),
    )
)


def test_what_was_written_is_read() -> None:
    expected = elf.Elf(
        bits=64,
        little=True,
        machine=AARCH64,
        kind=SHARED,
        interpreter="/lib/ld-linux-aarch64.so.1",
        dynamic=True,
        program=True,
        needed=("libssl.so.3", "libc.so.6"),
        runpath=("$ORIGIN/lib", "/opt/lib"),
        requires=(
            ("libc.so.6", "GLIBC_2.17"),
            ("libc.so.6", "GLIBC_2.34"),
            ("libssl.so.3", "OPENSSL_3.0.0"),
        ),
        defines=frozenset({"OURS_1.0", "OURS_2.0"}),
    )

    assert expected == elf.read(WHOLE)


@pytest.mark.parametrize(
    ("blueprint", "program"),
    [
        (Blueprint(kind=EXECUTABLE), True),
        (Blueprint(interpreter=LOADER), True),
        (Blueprint(pie=True), True),
        (Blueprint(), False),
        (Blueprint(kind=1), False),
    ],
    ids=["static", "dynamic", "static and position-independent", "library", "object file"],
)
def test_a_program_is_told_from_a_library(blueprint: Blueprint, *, program: bool) -> None:
    assert program is elf.read(make(blueprint)).program


def test_a_version_that_may_be_missing_is_not_required() -> None:
    assert elf.read(make(Blueprint(requires=(("libc.so.6", "GLIBC_2.99"),), weak=True))).requires == ()


@pytest.mark.parametrize(("bits", "little"), [(32, True), (64, False), (32, False)])
def test_of_a_file_for_other_machines_the_head_is_read(bits: int, *, little: bool) -> None:
    assert elf.Elf(bits, little, 20, EXECUTABLE) == elf.read(
        elf_making.header(20, EXECUTABLE, bits=bits, little=little)
    )


def test_the_running_python_is_read() -> None:
    """A real file, made by a real linker."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux has ELF files")
    found = elf.read(Path(sys.executable).resolve().read_bytes())

    assert found.machine in {X86_64, AARCH64}
    assert found.program
    assert found.interpreter is not None
    assert "ld-" in found.interpreter
    assert any(library.startswith("libc.") for library in found.needed)
    assert {library for library, _ in found.requires} <= {*found.needed, Path(found.interpreter).name}


def test_a_real_extension_module_finds_its_libraries_beside_it() -> None:
    """Psycopg's wheel, into which auditwheel has put libpq under a name of its own."""
    modules = sorted((Path(sysconfig.get_path("platlib")) / "psycopg_binary").glob("*.so"))
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux has ELF files")

    assert modules
    for module in modules:
        found = elf.read(module.read_bytes())
        library = next(name for name in found.needed if name.startswith("libpq"))
        (path,) = (*found.rpath, *found.runpath)
        beside = (module.parent / path.replace("$ORIGIN", ".") / library).resolve()
        assert elf.read(beside.read_bytes()).machine == found.machine


def test_every_file_that_is_cut_short_is_malformed() -> None:
    """Where the cut is in what is never looked at, it is read; nothing else may come of it."""
    outcomes = {type(_read(WHOLE[:length])) for length in range(len(WHOLE))}

    assert outcomes <= {elf.Malformed, elf.Elf}
    assert isinstance(_read(WHOLE[:-1]), elf.Malformed)


@pytest.mark.parametrize(
    ("offset", "value", "said"),
    [
        (54, b"\x01\x00", "program headers"),
        (32, struct.pack("<Q", 1 << 62), "too early"),
        (64 + 32, struct.pack("<Q", 1 << 40), "after the file"),
    ],
    ids=["size of headers", "place of headers", "size of a segment"],
)
def test_a_contradiction_is_named(offset: int, value: bytes, said: str) -> None:
    broken = WHOLE[:offset] + value + WHOLE[offset + len(value) :]

    with pytest.raises(elf.Malformed, match=said):
        elf.read(broken)


@pytest.mark.parametrize(
    ("tag", "value", "said"),
    [
        (10, 1, "outside of the names"),
        (5, 1, "no segment holds"),
        (0x6FFF_FFFF, 1 << 30, "symbol versions"),
        (0x6FFF_FFFE, BASE - 1, "no segment holds"),
    ],
    ids=["names too short", "names nowhere", "too many versions", "versions nowhere"],
)
def test_a_wrong_value_of_the_dynamic_section_is_named(tag: int, value: int, said: str) -> None:
    place = WHOLE.rindex(struct.pack("<q", tag))

    with pytest.raises(elf.Malformed, match=said):
        elf.read(WHOLE[: place + 8] + struct.pack("<Q", value) + WHOLE[place + 16 :])


@settings(max_examples=examples(150, 20_000))
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_no_mutation_leads_to_anything_but_an_answer_or_malformed(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value

    assert isinstance(_read(bytes(data)), elf.Elf | elf.Malformed)


@settings(max_examples=examples(50, 5_000))
@given(st.binary(max_size=300))
def test_no_tail_leads_to_anything_but_an_answer_or_malformed(tail: bytes) -> None:
    assert isinstance(_read(WHOLE[:64] + tail), elf.Elf | elf.Malformed)


def _read(data: bytes) -> elf.Elf | elf.Malformed:
    try:
        return elf.read(data)
    except elf.Malformed as error:
        return error
