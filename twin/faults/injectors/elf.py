"""Writes small ELF programs that the dynamic loader refuses: a library or a version of it is not there.

The form is that of https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html, and of symbol versions in
https://refspecs.linuxbase.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html. The loader gives
up before it would come to the program's code, of which there is none.
"""

from __future__ import annotations

import struct
from typing import Final

LOADERS: Final = {62: b"/lib64/ld-linux-x86-64.so.2\0", 183: b"/lib/ld-linux-aarch64.so.1\0"}
"""The loader that glibc installs, by processor."""
_PAGE: Final = 0x10000
_BASE: Final = 0x400000
_HEADER: Final = 64
_ENTRY: Final = 56
_LOAD, _DYNAMIC, _INTERP = 1, 2, 3
_NEEDED, _HASH, _STRTAB, _SYMTAB, _STRSZ, _SYMENT = 1, 4, 5, 6, 10, 11
_VERSYM, _VERNEED, _VERNEEDNUM = 0x6FFFFFF0, 0x6FFFFFFE, 0x6FFFFFFF
_SYMBOL: Final = 24


def executable(machine: int, needs: str = "libc.so.6", version: str | None = None) -> bytes:
    """A dynamically linked program without code.

    Args:
        machine: The processor's number in the header: 62 for x86_64, 183 for aarch64.
        needs: The library that it is linked with.
        version: A version of symbols that it wants of that library, such as `GLIBC_2.34`.
    """
    loader, texts = LOADERS[machine], b"\0" + needs.encode() + b"\0" + (version or "").encode() + b"\0"
    start = _HEADER + 3 * _ENTRY
    parts = {
        "loader": loader,
        "texts": texts,
        "symbol": bytes(_SYMBOL),
        "hash": struct.pack("<5I", 1, 1, 0, 0, 0),
    }
    if version:
        parts |= {"versions": bytes(8), "wanted": _wanted(version, place=len(needs) + 2)}
    places, content = {}, b""
    for name, part in parts.items():
        places[name] = start + len(content)
        content += part + bytes(-len(part) % 8)
    places["dynamic"] = start + len(content)
    dynamic = _dynamic(places, len(texts), versioned=bool(version))
    whole = start + len(content) + len(dynamic)
    headers = (
        _segment(_INTERP, 4, places["loader"], len(loader))
        + _segment(_LOAD, 7, 0, whole, align=_PAGE)
        + _segment(_DYNAMIC, 6, places["dynamic"], len(dynamic))
    )
    return _head(machine) + headers + content + dynamic


def _head(machine: int) -> bytes:
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    return identity + struct.pack(
        "<HHIQQQIHHHHHH", 2, machine, 1, _BASE, _HEADER, 0, 0, _HEADER, _ENTRY, 3, 64, 0, 0
    )


def _segment(kind: int, flags: int, place: int, size: int, align: int = 8) -> bytes:
    return struct.pack("<IIQQQQQQ", kind, flags, place, _BASE + place, _BASE + place, size, size, align)


def _dynamic(places: dict[str, int], texts: int, *, versioned: bool) -> bytes:
    entries = [
        (_NEEDED, 1),
        (_HASH, _BASE + places["hash"]),
        (_STRTAB, _BASE + places["texts"]),
        (_SYMTAB, _BASE + places["symbol"]),
        (_STRSZ, texts),
        (_SYMENT, _SYMBOL),
    ]
    if versioned:
        entries += [
            (_VERSYM, _BASE + places["versions"]),
            (_VERNEED, _BASE + places["wanted"]),
            (_VERNEEDNUM, 1),
        ]
    return b"".join(struct.pack("<QQ", *entry) for entry in (*entries, (0, 0)))


def _wanted(version: str, place: int) -> bytes:
    """That one version is wanted of the first library; `place` is its name's in the texts."""
    need = struct.pack("<HHIII", 1, 1, 1, 16, 0)
    return need + struct.pack("<IHHII", _hashed(version), 0, 2, place, 0)


def _hashed(text: str) -> int:
    """ELF's hash of a name."""
    value = 0
    for byte in text.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high & 0xFFFFFFFF
    return value
