"""Reads what the dynamic loader would of a Linux binary: machine, interpreter, libraries, symbol versions.

As the loader does, it goes by the program headers, so a stripped binary reads like any other. Every
offset in a file may be wrong: nothing outside of the file is read, no chain is followed for ever, and
what makes no sense raises `Malformed`. Layout: System V ABI, and the Linux Standard Base for versions.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC: Final = b"\x7fELF"
X86_64: Final = 62
AARCH64: Final = 183
EXECUTABLE: Final = 2
SHARED: Final = 3
"""Types of a file that can be loaded; a shared one is a library, or a program that may lie anywhere."""

MOST_NAMES: Final = 10_000
"""Libraries or versions beyond which a file is taken for broken."""
LONGEST_NAME: Final = 4096

_IDENTITY = struct.Struct("<4sBB10x")
_HEADER = struct.Struct("<16xHHIQQQIHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_DYNAMIC = struct.Struct("<qQ")
_NEED = struct.Struct("<HHIII")
_NEED_VERSION = struct.Struct("<IHHII")
_DEFINITION = struct.Struct("<HHHHIII")
_DEFINITION_NAME = struct.Struct("<II")
_LOAD, _DYNAMIC_SEGMENT, _INTERPRETER = 1, 2, 3
_WEAK = 2
_PIE = 0x0800_0000
_TAGS = {
    1: "needed",
    5: "strings",
    10: "strings_size",
    14: "soname",
    15: "rpath",
    29: "runpath",
    0x6FFF_FFFB: "flags",
    0x6FFF_FFFC: "definitions",
    0x6FFF_FFFD: "definition_count",
    0x6FFF_FFFE: "needs",
    0x6FFF_FFFF: "need_count",
}


class Malformed(Exception):
    """A file that calls itself ELF and contradicts itself."""


@dataclass(frozen=True, slots=True)
class Elf:
    """A binary as the loader sees it; of one that is not 64 bits and little-endian, its head alone."""

    bits: int
    little: bool
    machine: int
    kind: int
    interpreter: str | None = None
    """The loader that it asks for; a library, or a statically linked program, asks for none."""
    dynamic: bool = False
    program: bool = False
    """Whether it can be started, as against a library."""
    needed: tuple[str, ...] = ()
    rpath: tuple[str, ...] = ()
    """Where it is looked for needed libraries before anywhere else."""
    runpath: tuple[str, ...] = ()
    """Where after LD_LIBRARY_PATH; with it, `rpath` is not looked at."""
    requires: tuple[tuple[str, str], ...] = ()
    """Library and symbol version, of those without which it does not start."""
    defines: frozenset[str] = frozenset()
    """Symbol versions that it offers itself."""


@dataclass(frozen=True, slots=True)
class _Segment:
    kind: int
    offset: int
    address: int
    size: int


def read(data: bytes) -> Elf:
    """Read a whole file.

    Raises:
        Malformed: It is no ELF file, is cut short, or contradicts itself.
    """
    magic, width, order = _take(_IDENTITY, data, 0)
    if magic != MAGIC or width not in {1, 2} or order not in {1, 2}:
        raise Malformed("no ELF file")
    # the two fields after the identity have the same place in every ELF file
    kind, machine = _take(struct.Struct("<HH" if order == 1 else ">HH"), data, _IDENTITY.size)
    if (width, order) != (2, 1):
        return Elf(32 * width, order == 1, machine, kind)
    segments = list(_segments(data))
    dynamic = _Dynamic(data, segments)
    interpreter = next((_text(data, s.offset, s.size) for s in segments if s.kind == _INTERPRETER), None)
    return Elf(
        bits=64,
        little=True,
        machine=machine,
        kind=kind,
        interpreter=interpreter,
        dynamic=dynamic.exists,
        program=kind == EXECUTABLE
        or (kind == SHARED and (interpreter is not None or bool(dynamic.first("flags") & _PIE))),
        needed=tuple(dynamic.names("needed")),
        rpath=tuple(dynamic.folders("rpath")),
        runpath=tuple(dynamic.folders("runpath")),
        requires=tuple(dynamic.requires()),
        defines=frozenset(dynamic.defines()),
    )


def _segments(data: bytes) -> Iterator[_Segment]:
    *_, start, _sections, _flags, _own_size, size, count = _take(_HEADER, data, 0)
    if count and size != _SEGMENT.size:
        raise Malformed(f"program headers of {size} bytes")
    for number in range(count):
        kind, _flags, offset, address, _physical, in_file, _in_memory, _align = _take(
            _SEGMENT, data, start + number * size
        )
        if kind in {_LOAD, _DYNAMIC_SEGMENT, _INTERPRETER}:
            if offset + in_file > len(data):
                raise Malformed("a segment that ends after the file")
            yield _Segment(kind, offset, address, in_file)


class _Dynamic:
    """The dynamic section: what the loader is told."""

    def __init__(self, data: bytes, segments: list[_Segment]) -> None:
        self._data = data
        self._loaded = [segment for segment in segments if segment.kind == _LOAD]
        section = next((segment for segment in segments if segment.kind == _DYNAMIC_SEGMENT), None)
        self.exists = section is not None
        self._values: dict[str, list[int]] = {}
        for offset in range(section.offset, section.offset + section.size, _DYNAMIC.size) if section else ():
            tag, value = _take(_DYNAMIC, data, offset)
            if tag == 0:
                break
            if tag in _TAGS:
                self._values.setdefault(_TAGS[tag], []).append(value)

    def first(self, name: str) -> int:
        """The first value under a tag, 0 where there is none."""
        return self._values.get(name, [0])[0]

    def names(self, tag: str) -> Iterator[str]:
        """The strings under a tag."""
        values = self._values.get(tag, [])
        if len(values) > MOST_NAMES:
            raise Malformed(f"{len(values)} values of one kind")
        return (self._string(value) for value in values)

    def folders(self, tag: str) -> Iterator[str]:
        """The folders of a search path."""
        return (folder for path in self.names(tag) for folder in path.split(":") if folder)

    def requires(self) -> Iterator[tuple[str, str]]:
        """Each library and version that is not weak."""
        place = self._place(self.first("needs")) if self.first("need_count") else 0
        for _ in range(self._bounded(self.first("need_count"))):
            _version, count, library, auxiliary, following = _take(_NEED, self._data, place)
            at = place + auxiliary
            for _ in range(self._bounded(count)):
                _hash, flags, _index, name, after = _take(_NEED_VERSION, self._data, at)
                if not flags & _WEAK:
                    yield self._string(library), self._string(name)
                at += after
            place += following

    def defines(self) -> Iterator[str]:
        """Each version that is offered."""
        place = self._place(self.first("definitions")) if self.first("definition_count") else 0
        for _ in range(self._bounded(self.first("definition_count"))):
            *_, auxiliary, following = _take(_DEFINITION, self._data, place)
            name, _after = _take(_DEFINITION_NAME, self._data, place + auxiliary)
            yield self._string(name)
            place += following

    def _string(self, index: int) -> str:
        size = self.first("strings_size")
        if index >= size:
            raise Malformed("a name outside of the names")
        return _text(self._data, self._place(self.first("strings")) + index, size - index)

    def _place(self, address: int) -> int:
        """Where in the file an address of the loaded program is."""
        for segment in self._loaded:
            if segment.address <= address < segment.address + segment.size:
                return segment.offset + address - segment.address
        raise Malformed("an address that no segment holds")

    @staticmethod
    def _bounded(count: int) -> int:
        if count > MOST_NAMES:
            raise Malformed(f"{count} symbol versions")
        return count


def _take(form: struct.Struct, data: bytes, offset: int) -> tuple[Any, ...]:
    if offset < 0 or offset + form.size > len(data):
        raise Malformed("it ends too early")
    return form.unpack_from(data, offset)


def _text(data: bytes, start: int, size: int) -> str:
    end = data.find(b"\0", start, min(start + min(size, LONGEST_NAME), len(data)))
    if end < 0:
        raise Malformed("a name without an end")
    return data[start:end].decode("ascii", "backslashreplace")
