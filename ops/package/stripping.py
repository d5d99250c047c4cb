"""Takes the debugging sections out of a shared library; SQLAlchemy's carry 8 MB of them.

`strip` of the machine at hand knows one architecture, and writes other bytes in each version. What a
library needs to run is named by its program headers, which stay as they are, as does every byte that they
name; only sections that are never loaded go, and the table of sections is written anew (System V ABI,
chapters 4 and 5). A file that is built in any other way than expected stays as it is.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import Final

ELF64_LITTLE: Final = b"\x7fELF\x02\x01"
HEADER: Final = struct.Struct("<16sHHIQQQIHHHHHH")
SECTION: Final = struct.Struct("<IIQQQQIIQQ")
SEGMENT: Final = struct.Struct("<IIQQQQQQ")
NULL, NOBITS, ALLOCATED, INFO_IS_LINK = 0, 8, 0x2, 0x40
ALIGNMENT: Final = 8


@dataclass(frozen=True, slots=True)
class _Section:
    name: int
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry_size: int

    def pack(self) -> bytes:
        return SECTION.pack(
            self.name,
            self.kind,
            self.flags,
            self.address,
            self.offset,
            self.size,
            self.link,
            self.info,
            self.alignment,
            self.entry_size,
        )


def strip_debugging(library: bytes) -> bytes:
    """The library without sections that are never loaded; unchanged if it has none for a debugger.

    A file that is no 64-bit little-endian ELF, is cut short, or has its loaded parts elsewhere than before
    all others is returned as it is.
    """
    if not library.startswith(ELF64_LITTLE):
        return library
    try:
        return _stripped(library)
    except (struct.error, ValueError, IndexError, OverflowError):
        return library


def _stripped(library: bytes) -> bytes:
    header = list(HEADER.unpack_from(library))
    sections = _sections(library, header)
    names = sections[header[13]]
    if not any(_name(library, names, each).startswith(b".debug_") for each in sections):
        return library
    kept = _leading(sections)
    end = max(_loaded_end(library, header), *(each.offset + _stored(each) for each in kept))
    if any(each.offset < end for each in sections[len(kept) :]) or len(library) < end:
        return library
    labels = [_name(library, names, each) for each in kept]
    strings, places = _string_table([*labels, b".shstrtab"])
    table_at = -(-(end + len(strings)) // ALIGNMENT) * ALIGNMENT
    table = [replace(each, name=places[label]) for each, label in zip(kept, labels, strict=True)]
    table.append(_Section(places[b".shstrtab"], 3, 0, 0, end, len(strings), 0, 0, 1, 0))
    header[6], header[12], header[13] = table_at, len(table), len(table) - 1
    body = library[HEADER.size : end] + strings
    padding = bytes(table_at - end - len(strings))
    return HEADER.pack(*header) + body + padding + b"".join(each.pack() for each in table)


def _sections(library: bytes, header: list[int]) -> list[_Section]:
    at, size, count = header[6], header[11], header[12]
    if size != SECTION.size:
        raise ValueError
    return [_Section(*SECTION.unpack_from(library, at + number * size)) for number in range(count)]


def _leading(sections: list[_Section]) -> list[_Section]:
    """The sections before the first that is not loaded: symbols name them by number, so none may move."""
    kept = [sections[0]]
    for each in sections[1:]:
        if not each.flags & ALLOCATED:
            break
        kept.append(each)
    rest = sections[len(kept) :]
    linked = [each.link for each in kept] + [each.info for each in kept if each.flags & INFO_IS_LINK]
    if any(each.flags & ALLOCATED for each in rest) or any(number >= len(kept) for number in linked):
        raise ValueError
    return kept


def _loaded_end(library: bytes, header: list[int]) -> int:
    """Where the last byte that a program header names ends."""
    at, size, count = header[5], header[9], header[10]
    segments: list[tuple[int, ...]] = [
        SEGMENT.unpack_from(library, at + number * size) for number in range(count)
    ]
    return max([at + size * count, *(segment[2] + segment[5] for segment in segments)])


def _stored(section: _Section) -> int:
    return 0 if section.kind in (NULL, NOBITS) else section.size


def _name(library: bytes, names: _Section, section: _Section) -> bytes:
    start = names.offset + section.name
    return library[start : library.index(b"\0", start)]


def _string_table(labels: list[bytes]) -> tuple[bytes, dict[bytes, int]]:
    strings, places = b"\0", {b"": 0}
    for label in labels:
        if label not in places:
            places[label] = len(strings)
            strings += label + b"\0"
    return strings, places
