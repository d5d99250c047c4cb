"""Packages with one fault each, and the check that must find it."""

from __future__ import annotations

import stat
import struct
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ops.package.inspect.archive import DIRECT_UPLOAD_LIMIT, UNZIPPED_LIMIT
from ops.package.inspect.check import Outcome
from ops.package.inspect.target import load_runtime
from tests.ops.inspect.elf_making import AARCH64, Blueprint, header, make, make_program
from tests.ops.inspect.zip_making import (
    FLAGS,
    UNZIPPED_SIZE,
    WINDOWS,
    Member,
    folder,
    link,
    program,
    rewrite,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAGIC = load_runtime("python3.13").magic or 0
HANDLER = Member("app/main.py", b"def handle(event, context):\n    return event\n")
MODULE = make(Blueprint(machine=AARCH64, needed=("libc.so.6",), requires=(("libc.so.6", "GLIBC_2.28"),)))


def bytecode(magic: int = MAGIC, flags: int = 1) -> bytes:
    """The head of a compiled module."""
    return magic.to_bytes(2, "little") + b"\r\n" + flags.to_bytes(4, "little") + bytes(8)


BOOTSTRAP = program(make_program(requires=(("libc.so.6", "GLIBC_2.34"),)))
RUST = (BOOTSTRAP,)
PYTHON = (
    folder("app/"),
    HANDLER,
    Member("app/__pycache__/main.cpython-313.pyc", bytecode()),
    Member("fast/core.cpython-313-aarch64-linux-gnu.so", MODULE),
)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A package with one fault: the check that must find it, and words of what it says."""

    id: str
    check: str
    says: str
    members: tuple[Member, ...]
    outcome: Outcome = Outcome.FAILED
    runtime: str = "python3.13"
    architecture: str = "arm64"
    handler: str = "app.main.handle"
    spoil: Callable[[Path], None] = field(default=lambda _path: None)


def custom(name: str, check: str, says: str, *members: Member, **others: object) -> Mutation:
    """A mutation of a custom runtime's package."""
    given = {"runtime": "provided.al2023", "architecture": "x86_64"} | others
    return Mutation(name, check, says, members, **given)  # type: ignore[arg-type]  # the fields are Mutation's


def python(name: str, check: str, says: str, *members: Member, **others: object) -> Mutation:
    """A mutation of a Python package: what is added to it, or stands in the place of a file of that name."""
    names = {member.name for member in members}
    kept = (member for member in PYTHON if member.name not in names)
    return Mutation(name, check, says, (*kept, *members), **others)  # type: ignore[arg-type]  # as above


def corrupt(path: Path) -> None:
    """Change a byte of the first file that is not empty."""
    data = bytearray(path.read_bytes())
    data[data.index(HANDLER.name.encode()) + len(HANDLER.name) + 4] ^= 0xFF
    path.write_bytes(data)


def zip64(path: Path) -> None:
    """Put the last record of zip64, and where it is, before the plain one."""
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    _, _, _, here, total, size, start = struct.unpack_from("<4sHHHHII", data, end)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, here, total, size, start)
    path.write_bytes(data[:end] + record + struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1) + data[end:])


def grow(path: Path) -> None:
    """Put as many bytes before the zip as Lambda takes: a hole, so that no disk is filled."""
    data = path.read_bytes()
    with path.open("wb") as file:
        file.seek(DIRECT_UPLOAD_LIMIT)
        file.write(data)


MUTATIONS = (
    python("damaged", "zip.intact", "app/main.py: ", spoil=corrupt),
    python("encrypted", "zip.encryption", "app/ is encrypted", spoil=lambda path: rewrite(path, FLAGS, 0x1)),
    python("bzip2", "zip.method", "by bzip2", Member("app/x.txt", b"x", method=zipfile.ZIP_BZIP2)),
    python("climbs", "zip.paths", "leads out by ..", Member("app/../../etc/x")),
    python("absolute", "zip.paths", "is absolute", Member("/etc/x")),
    python("drive", "zip.paths", "is absolute", Member("C:/x")),
    python("backslashes", "zip.paths", "backslashes", Member("app\\x.py")),
    python("control characters", "zip.paths", "control characters", Member("app/\x1b[2J")),
    python(
        "file and folder", "zip.duplicates", "app/main.py is a file and a folder", Member("app/main.py/x")
    ),
    python(
        "link out", "zip.links", "leads out, to '../../etc/passwd'", link("app/passwd", "../../etc/passwd")
    ),
    python("absolute link", "zip.links", "leads out, to '/etc'", link("etc", "/etc")),
    python("device", "zip.links", "is a device", Member("app/null", b"", stat.S_IFCHR | 0o666)),
    python("zip64", "zip.zip64", "zip64", outcome=Outcome.UNKNOWN, spoil=zip64),
    python("large", "size.zipped", "Lambda itself takes", outcome=Outcome.WARNED, spoil=grow),
    python(
        "huge",
        "size.unzipped",
        "layers included",
        Member("app/x"),
        spoil=lambda path: rewrite(path, UNZIPPED_SIZE, UNZIPPED_LIMIT + 1),
    ),
    Mutation(
        "wrapped",
        "zip.root",
        "lies under out/",
        (Member("out/app/main.py", HANDLER.data), folder("out/app/")),
    ),
    custom("wrapped program", "zip.root", "out/bootstrap among it", program(BOOTSTRAP.data, "out/bootstrap")),
    Mutation("empty", "zip.root", "the zip holds nothing", ()),
    Mutation("Finder's", "zip.root", "holds nothing but __MACOSX/", (Member("__MACOSX/._x"),)),
    python("unreadable file", "permissions", "mode 0600", Member("app/x.py", b"", stat.S_IFREG | 0o600)),
    python("unreadable folder", "permissions", "mode 0744", folder("app/x/", 0o744)),
    Mutation(
        "from Windows",
        "permissions",
        "Windows",
        (Member(HANDLER.name, HANDLER.data, system=WINDOWS),),
        Outcome.UNKNOWN,
    ),
    custom(
        "no bootstrap",
        "bootstrap.present",
        "there is bin/bootstrap",
        program(b"", "bin/bootstrap"),
        Member("x"),
    ),
    custom("folder", "bootstrap.present", "no ordinary file", folder("bootstrap/")),
    custom("link", "bootstrap.present", "a link", program(BOOTSTRAP.data, "x"), link("bootstrap", "x")),
    custom(
        "mode",
        "bootstrap.executable",
        "mode 0644, which does not let others execute it",
        program(BOOTSTRAP.data, permissions=0o644),
    ),
    custom("no mode", "bootstrap.executable", "Windows", Member("bootstrap", BOOTSTRAP.data, system=WINDOWS)),
    custom("Mach-O", "bootstrap.format", "Mach-O", program(b"\xcf\xfa\xed\xfe" + bytes(60))),
    custom("PE", "bootstrap.format", "Windows binary (PE)", program(b"MZ" + bytes(60))),
    custom("text", "bootstrap.format", "neither a binary nor", program(b"hello")),
    custom("nothing", "bootstrap.format", "empty", program(b"")),
    custom("library", "bootstrap.format", "a shared library", program(make(Blueprint()))),
    custom("object file", "bootstrap.format", "not linked", program(make(Blueprint(kind=1)))),
    custom("arm64", "bootstrap.format", "for arm64, not x86_64", program(make_program(machine=AARCH64))),
    custom("32 bits", "bootstrap.format", "for 32-bit x86", program(header(3, 2, bits=32))),
    custom(
        "musl",
        "bootstrap.format",
        "loader of musl",
        program(make_program(interpreter="/lib/ld-musl-x86_64.so.1")),
    ),
    custom("#! and \\r", "bootstrap.format", "ends as on Windows", program(b"#!/bin/sh\r\necho\r\n")),
    custom("#! of nothing", "bootstrap.format", "names no interpreter", program(b"#!\n")),
    custom("#! relative", "bootstrap.format", "no absolute path", program(b"#!python3\n")),
    custom("#! in the zip", "bootstrap.format", "not in the zip", program(b"#!/var/task/bin/node\n")),
    custom(
        "#! unknown", "bootstrap.format", "not known", program(b"#!/usr/bin/php\n"), outcome=Outcome.UNKNOWN
    ),
    custom(
        "malformed",
        "bootstrap.format",
        "can't be read",
        program(BOOTSTRAP.data[:90]),
        outcome=Outcome.UNKNOWN,
    ),
    custom("machine", "elf.machine", "for arm64, not x86_64", program(make_program(machine=AARCH64))),
    python("Windows module", "elf.machine", "fast/x.pyd is a Windows", Member("fast/x.pyd", b"MZ")),
    custom(
        "the report's",
        "elf.libraries",
        "bootstrap needs libssl.so.3, which provided.al2 does not have (it has libssl.so.10)",
        program(make_program(needed=("libssl.so.3", "libcrypto.so.3", "libc.so.6"))),
        runtime="provided.al2",
    ),
    custom(
        "unknown library",
        "elf.libraries",
        "libmystery.so.4: whether",
        program(make_program(needed=("libmystery.so.4",))),
        outcome=Outcome.UNKNOWN,
    ),
    custom(
        "glibc",
        "elf.versions",
        "needs GLIBC_2.38 of libc.so.6, which provided.al2023 does not have (it has up to GLIBC_2.34)",
        program(make_program(requires=(("libc.so.6", "GLIBC_2.2.5"), ("libc.so.6", "GLIBC_2.38")))),
    ),
    python("no module", "python.handler", "no app/lost.py", handler="app.lost.handle"),
    python("no function", "python.handler", "not bound there", handler="app.main.handler"),
    python("no dot", "python.handler", "wants module.function", handler="handle"),
    python(
        "broken source",
        "python.handler",
        "can't be parsed",
        Member("app/main.py", b"\0"),
        runtime="python3.11",
    ),
    python(
        "syntax",
        "python.handler",
        "app/main.py can't be parsed: line 1: expected ':'",
        Member("app/main.py", b"def handle(event, context)\n    return event\n"),
    ),
    python(
        "deep", "python.handler", "too deeply", Member("app/main.py", b"-" * 100_000), outcome=Outcome.UNKNOWN
    ),
    python(
        "async", "python.handler", "does not await", Member("app/main.py", b"async def handle(e, c): ...")
    ),
    python(
        "import *",
        "python.handler",
        "perhaps",
        Member("app/main.py", b"from x import *"),
        outcome=Outcome.UNKNOWN,
    ),
    python(
        "other Python",
        "python.extensions",
        "looks for another name",
        Member("x.cpython-311-aarch64-linux-gnu.so", MODULE),
    ),
    python(
        "other machine's name",
        "python.extensions",
        "another name",
        Member("x.cpython-313-x86_64-linux-gnu.so", MODULE),
    ),
    python(
        "musl's name",
        "python.extensions",
        "another name",
        Member("x.cpython-313-aarch64-linux-musl.so", MODULE),
    ),
    python("macOS", "python.extensions", "another name", Member("x.cpython-313-darwin.so")),
    python("old bytecode alone", "python.bytecode", "no source beside it", Member("old.pyc", bytecode(3495))),
    python("no bytecode", "python.bytecode", "is no bytecode", Member("old.pyc", b"x")),
    python(
        "old bytecode",
        "python.bytecode",
        "magic number 3495, not 3571",
        Member("app/__pycache__/main.cpython-313.pyc", bytecode(3495)),
        outcome=Outcome.WARNED,
    ),
    python(
        "bytecode's name",
        "python.bytecode",
        "not called cpython-313",
        Member("app/__pycache__/main.cpython-312.pyc", bytecode()),
        outcome=Outcome.WARNED,
    ),
    python(
        "dated bytecode",
        "python.bytecode",
        "time of their source",
        Member("app/__pycache__/main.cpython-313.pyc", bytecode(flags=0)),
        outcome=Outcome.WARNED,
    ),
    custom(
        "deprecated",
        "runtime.support",
        "deprecated since 2026-07-31",
        *RUST,
        runtime="provided.al2",
        outcome=Outcome.WARNED,
    ),
    Mutation("old Python", "python.handler", "not known here", PYTHON, Outcome.UNKNOWN, "python3.8"),
    Mutation("ended", "runtime.support", "takes no code", PYTHON, runtime="python2.7"),
)
