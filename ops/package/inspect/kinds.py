"""What a file is, by its first bytes, as far as it matters to somebody who wants it started."""

from __future__ import annotations

from typing import Final

from ops.package.inspect import elf

SCRIPT: Final = b"#!"
MACOS: Final = "a macOS"
WINDOWS: Final = "a Windows"
BEHIND_MARK: Final = "a script behind a byte order mark"
UNCLEAR: Final = "neither a binary nor a script"
"""How some of what is said below begins."""
_KINDS: Final = (
    (elf.MAGIC, "a Linux binary (ELF)"),
    (SCRIPT, "a script"),
    (b"\xcf\xfa\xed\xfe", "a macOS binary (Mach-O)"),
    (b"\xce\xfa\xed\xfe", "a macOS binary (Mach-O, 32-bit)"),
    (b"\xfe\xed\xfa\xcf", "a macOS binary (Mach-O, big-endian)"),
    (b"\xfe\xed\xfa\xce", "a macOS binary (Mach-O, big-endian)"),
    (b"\xca\xfe\xba\xbe", "a macOS binary for several machines (Mach-O), or a Java class"),
    (b"MZ", "a Windows binary (PE)"),
    (b"\0asm", "WebAssembly"),
    (b"PK\x03\x04", "a zip"),
    (b"!<arch>\n", "a static library (ar)"),
    (b"BC\xc0\xde", "LLVM bitcode"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"\xef\xbb\xbf#!", f"{BEHIND_MARK}, which hides its #! line"),
)
ELSEWHERE: Final = (MACOS, WINDOWS)
"""How the binaries of other systems begin to be called."""


def kind_of(head: bytes) -> str:
    """What begins with these bytes."""
    for magic, kind in _KINDS:
        if head.startswith(magic):
            return kind
    return "empty" if not head else f"{UNCLEAR} with a #! line"
