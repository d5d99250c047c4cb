"""What a library needs to run stays, byte for byte; what only a debugger reads goes."""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ops.package.building import unpacked
from ops.package.locks import LAMBDA_LOCK
from ops.package.stripping import HEADER, SECTION, SEGMENT, strip_debugging
from ops.package.target import LAMBDA
from ops.package.wheels import wheels
from tests.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Iterator


def libraries(machine: str) -> dict[str, bytes]:
    """SQLAlchemy's compiled modules, as its wheel has them."""
    wheel = unpacked(wheels(LAMBDA_LOCK, LAMBDA[machine])["sqlalchemy"])
    return {name: content for name, content in wheel.items() if name.endswith(".so")}


def segments(library: bytes) -> Iterator[bytes]:
    """The bytes that each program header names."""
    header = HEADER.unpack_from(library)
    for number in range(header[10]):
        segment = SEGMENT.unpack_from(library, header[5] + number * header[9])
        yield library[segment[2] : segment[2] + segment[5]]


def sections(library: bytes) -> list[str]:
    """The names of the sections, in order."""
    header = HEADER.unpack_from(library)
    found = [SECTION.unpack_from(library, header[6] + number * SECTION.size) for number in range(header[12])]
    names = library[found[header[13]][4] :]
    return [names[section[0] :].split(b"\0", 1)[0].decode() for section in found]


@pytest.mark.parametrize("machine", LAMBDA)
def test_all_that_is_loaded_stays_as_it_was(machine: str) -> None:
    found = libraries(machine)

    assert len(found) == 8
    for name, library in found.items():
        stripped = strip_debugging(library)
        # the first segment holds the ELF header, whose place of the table of sections has changed
        before, after = list(segments(library)), list(segments(stripped))

        assert len(stripped) < len(library) / 3, name
        assert [each[HEADER.size :] if each.startswith(b"\x7fELF") else each for each in before] == [
            each[HEADER.size :] if each.startswith(b"\x7fELF") else each for each in after
        ]


def test_the_table_of_sections_still_names_what_is_there() -> None:
    library = next(iter(libraries("arm64").values()))
    before, after = sections(library), sections(strip_debugging(library))

    assert ".debug_info" in before
    assert [*before[: len(after) - 1], ".shstrtab"] == after
    assert {".dynsym", ".dynamic", ".text", ".gnu.version_r"} <= set(after)


def test_stripping_twice_changes_nothing() -> None:
    once = strip_debugging(next(iter(libraries("x86_64").values())))

    assert once == strip_debugging(once)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x7fELF",
        b"\x7fELF\x01\x01" + bytes(60),
        b"\x7fELF\x02\x01" + bytes(60),
        b"PK\x03\x04",
        b"import os\n",
    ],
    ids=["empty", "cut short", "32 bits", "no sections", "a zip", "Python"],
)
def test_what_is_no_library_stays_as_it_is(content: bytes) -> None:
    assert content == strip_debugging(content)


def test_a_library_without_debugging_sections_stays_as_it_is() -> None:
    wheel = unpacked(wheels(LAMBDA_LOCK, LAMBDA["arm64"])["psycopg-binary"])
    found = [content for name, content in wheel.items() if ".so" in name]

    assert len(found) > 5
    assert found == [strip_debugging(content) for content in found]


@cache
def smallest() -> bytes:
    """The library that is quickest to damage."""
    return min(libraries("x86_64").values(), key=len)


@hypothesis_settings(max_examples=examples(60, 3000))
@given(st.data())
def test_a_damaged_library_ends_nothing(data: st.DataObject) -> None:
    """It may come back stripped or as it is; a byte that a program header names is never lost."""
    table_at = HEADER.unpack_from(smallest())[6]
    header = st.integers(0, HEADER.size + 8 * SEGMENT.size)
    table = st.integers(table_at, len(smallest()) - 4)
    damaged = bytearray(smallest())
    struct.pack_into("<I", damaged, data.draw(header | table), data.draw(st.integers(0, 2**32 - 1)))
    library = bytes(damaged[: data.draw(st.none() | st.integers(0, len(damaged)))])

    stripped = strip_debugging(library)

    assert len(stripped) <= len(library) + 4096
    assert stripped == library or list(map(len, segments(library))) == list(map(len, segments(stripped)))
