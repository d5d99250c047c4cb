"""What a compiled file runs on, by its first bytes."""

from __future__ import annotations

import platform
from typing import Final

HEAD: Final = 20
"""Bytes that tell it."""
MACH_O: Final = "macOS"
_ELF: Final = b"\x7fELF"
_BIG_ENDIAN: Final = 2
_MACHINES: Final = {62: "x86_64", 183: "arm64"}
"""`e_machine` of the ELF header in Lambda's words, by https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
and the supplements of the processors."""
_MACH_O_MAGIC: Final = frozenset(
    {b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"\xca\xfe\xba\xbe"}
)
_HERE: Final = {"aarch64": "arm64", "AMD64": "x86_64"}


def runs_on(head: bytes) -> str | None:
    """The processor that a program or library of Linux is for, `macOS` for one of that, None for neither."""
    if head[:4] == _ELF and len(head) >= HEAD:
        machine = int.from_bytes(head[18:20], "big" if head[5] == _BIG_ENDIAN else "little")
        return _MACHINES.get(machine, f"processor {machine}")
    return MACH_O if head[:4] in _MACH_O_MAGIC else None


def this_machine() -> str:
    """The processor here, in Lambda's words; `macOS` where programs of Linux don't run."""
    if platform.system() != "Linux":
        return MACH_O
    return _HERE.get(platform.machine(), platform.machine())
