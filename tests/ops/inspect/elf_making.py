"""Makes ELF files byte by byte: no compiler is needed, and every field can be given a wrong value."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import groupby

X86_64, AARCH64 = 62, 183
EXECUTABLE, SHARED = 2, 3
LOADER = "/lib64/ld-linux-x86-64.so.2"
BASE = 0x10000
"""Address that the file is loaded at, so that an address taken for an offset is found out."""
_PIE = 0x0800_0000


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """What an ELF file is to say of itself."""

    machine: int = X86_64
    kind: int = SHARED
    interpreter: str | None = None
    needed: tuple[str, ...] = ()
    rpath: str | None = None
    runpath: str | None = None
    requires: tuple[tuple[str, str], ...] = ()
    weak: bool = False
    """Whether what it requires may be missing."""
    defines: tuple[str, ...] = ()
    pie: bool = False


@dataclass(slots=True)
class _Names:
    data: bytearray = field(default_factory=lambda: bytearray(b"\0"))

    def add(self, name: str) -> int:
        index = len(self.data)
        self.data += name.encode() + b"\0"
        return index


def make_program(**changes: object) -> bytes:
    """A dynamically linked program for x86_64."""
    return make(Blueprint(**({"interpreter": LOADER, "needed": ("libc.so.6",)} | changes)))  # type: ignore[arg-type]  # the fields are Blueprint's


def make(blueprint: Blueprint) -> bytes:
    """The bytes of a 64-bit little-endian file: header, three segments, names, versions, dynamic section."""
    names = _Names()
    values = [(1, names.add(name)) for name in blueprint.needed]
    values += [(15, names.add(blueprint.rpath))] if blueprint.rpath else []
    values += [(29, names.add(blueprint.runpath))] if blueprint.runpath else []
    needs, need_count = _needs(blueprint, names)
    definitions = _definitions(blueprint, names)
    start = 64 + 3 * 56
    parts = [(blueprint.interpreter or "").encode() + b"\0", bytes(names.data), needs, definitions]
    places = [start + sum(map(len, parts[:index])) for index in range(len(parts) + 1)]
    values += [(5, BASE + places[1]), (10, len(names.data))]
    values += [(0x6FFF_FFFE, BASE + places[2]), (0x6FFF_FFFF, need_count)] if need_count else []
    values += (
        [(0x6FFF_FFFC, BASE + places[3]), (0x6FFF_FFFD, len(blueprint.defines))] if blueprint.defines else []
    )
    values += [(0x6FFF_FFFB, _PIE)] if blueprint.pie else []
    dynamic = b"".join(struct.pack("<qQ", *value) for value in [*values, (0, 0)])
    end = places[4] + len(dynamic)
    segments = [
        _segment(1, 0, end),
        _segment(2, places[4], len(dynamic)),
        _segment(3, places[0], len(parts[0])) if blueprint.interpreter else _segment(0, 0, 0),
    ]
    return header(blueprint.machine, blueprint.kind) + b"".join([*segments, *parts, dynamic])


def header(machine: int, kind: int = SHARED, *, bits: int = 64, little: bool = True) -> bytes:
    """The first 64 bytes, with three segments behind them."""
    order = "<" if little else ">"
    identity = b"\x7fELF" + bytes([bits // 32, 1 if little else 2, 1]) + bytes(9)
    return identity + struct.pack(f"{order}HHIQQQIHHHHHH", kind, machine, 1, 0, 64, 0, 0, 64, 56, 3, 0, 0, 0)


def _segment(kind: int, offset: int, size: int) -> bytes:
    return struct.pack("<IIQQQQQQ", kind, 4, offset, BASE + offset, 0, size, size, 1)


def _needs(blueprint: Blueprint, names: _Names) -> tuple[bytes, int]:
    groups = [(name, list(rows)) for name, rows in groupby(blueprint.requires, key=lambda row: row[0])]
    data = b""
    for name, rows in groups:
        following = 16 + 16 * len(rows)
        data += struct.pack("<HHIII", 1, len(rows), names.add(name), 16, following)
        for _, version in rows:
            data += struct.pack("<IHHII", 0, 2 if blueprint.weak else 0, 2, names.add(version), 16)
    return data, len(groups)


def _definitions(blueprint: Blueprint, names: _Names) -> bytes:
    return b"".join(
        struct.pack("<HHHHIII", 1, 0, 1, 1, 0, 20, 28) + struct.pack("<II", names.add(name), 0)
        for name in blueprint.defines
    )
