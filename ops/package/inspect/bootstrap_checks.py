"""Whether a custom runtime can start the bootstrap: it is there, executable, and a program or script."""

from __future__ import annotations

import posixpath
import stat
from typing import TYPE_CHECKING, Final

from ops.package.inspect import elf
from ops.package.inspect.check import Check, failed, foreign, not_applicable, passed, unknown
from ops.package.inspect.kinds import BEHIND_MARK, MACOS, SCRIPT, UNCLEAR, WINDOWS, kind_of
from ops.package.inspect.target import BOOTSTRAP, LOADERS

if TYPE_CHECKING:
    from ops.package.inspect.archive import Entry
    from ops.package.inspect.check import Package, Verdict

BUILD: Final = "build for Linux: `cargo lambda build --release {flag}`, `GOOS=linux GOARCH={goarch} go build`"
CROSS: Final = (
    "what is built on {system} runs there alone; build it for Linux: "
    "`cargo lambda build --release {{flag}}`, `GOOS=linux GOARCH={{goarch}} go build`"
)
FIRST_LINE: Final = "let its first line name a program of the runtime by its whole path, such as #!/bin/sh"
REMEDIES: Final = {
    MACOS: CROSS.format(system="a Mac"),
    WINDOWS: CROSS.format(system="Windows"),
    BEHIND_MARK: "save it as UTF-8 without a byte order mark",
    UNCLEAR: f"if it is a script, {FIRST_LINE}; if not, {BUILD}",
}
"""What to do about a bootstrap, by how what it is begins, where there is something better than usual."""
MUSL: Final = "build for glibc (a target {machine}-unknown-linux-gnu), or link musl statically"
LINE_ENDS: Final = "save it with LF line ends"
_MANAGED = "a managed runtime starts its own program"


def bootstrap_present(package: Package) -> Verdict:
    """Lambda starts the file of this name at the root of the package, or of a layer."""
    if not package.target.runtime.is_custom:
        return not_applicable(_MANAGED)
    entry = _bootstrap(package)
    if entry and entry.is_file:
        return passed(f"{BOOTSTRAP}, {entry.size:,} bytes")
    if entry:
        return failed(f"{BOOTSTRAP} is {'a link' if entry.is_link else 'no ordinary file'}")
    elsewhere = [path for path in package.contents if posixpath.basename(path) == BOOTSTRAP]
    return failed(f"no {BOOTSTRAP} at the root", *(f"there is {path}" for path in elsewhere))


def bootstrap_executable(package: Package) -> Verdict:
    """The bit must be in the zip: Lambda sets none."""
    entry = _bootstrap(package)
    if not package.target.runtime.is_custom or not entry:
        return not_applicable(_why_not(package))
    if entry.mode is None:
        return failed(f"the zip holds no Unix mode of {BOOTSTRAP}, as one made on Windows")
    mode = f"{BOOTSTRAP} has mode {stat.S_IMODE(entry.mode):04o}"
    if entry.mode & stat.S_IXOTH:
        return passed(mode)
    return failed(f"{mode}, which does not let others execute it")


def bootstrap_format(package: Package) -> Verdict:
    """A Linux program, or a script that a program of the runtime reads."""
    content = package.contents.get(BOOTSTRAP)
    if not package.target.runtime.is_custom or not content:
        return not_applicable(_why_not(package))
    if content.unread or content.damage:
        return unknown(f"{BOOTSTRAP} could not be read")
    if content.malformed:
        return unknown(f"{BOOTSTRAP} calls itself ELF and can't be read: {content.malformed}")
    if content.binary:
        return _program(package, content.binary)
    if content.head.startswith(SCRIPT):
        return _script(package, content.head)
    kind = kind_of(content.head)
    remedy = next((remedy for begins, remedy in REMEDIES.items() if kind.startswith(begins)), BUILD)
    return failed(f"{BOOTSTRAP} is {kind}", remedy=package.target.fill(remedy))


def _program(package: Package, binary: elf.Elf) -> Verdict:
    architecture = package.target.architecture
    unfit = _unfit(binary, architecture)
    if unfit:
        return failed(f"{BOOTSTRAP} is {unfit}")
    loader = binary.interpreter
    if loader is None:
        return passed("a program that is linked statically")
    if loader == LOADERS[architecture]:
        return passed(f"a program for {architecture}, loaded by {loader}")
    if loader.startswith("/lib/ld-musl"):
        return failed(
            f"{BOOTSTRAP} asks for {loader}, the loader of musl, which Amazon Linux does not have",
            remedy=package.target.fill(MUSL),
        )
    return _interpreter(package, loader, package.target.fill(BUILD))


def _unfit(binary: elf.Elf, architecture: str) -> str | None:
    """What a binary is that can't be started on an architecture."""
    if machine := foreign(binary, architecture):
        return f"a program for {machine}, not {architecture}"
    if binary.kind not in {elf.EXECUTABLE, elf.SHARED}:
        return "an object file or a core, which is not linked"
    return None if binary.program else "a shared library, not a program"


def _script(package: Package, head: bytes) -> Verdict:
    line = head.split(b"\n", 1)[0]
    if line.endswith(b"\r"):
        return failed(
            f"the #! line of {BOOTSTRAP} ends as on Windows, so its interpreter is not found",
            remedy=LINE_ENDS,
        )
    words = line.removeprefix(SCRIPT).decode("ascii", "backslashreplace").split()
    if not words:
        return failed(f"the #! line of {BOOTSTRAP} names no interpreter", remedy=FIRST_LINE)
    return _interpreter(package, words[0], FIRST_LINE)


def _interpreter(package: Package, program: str, remedy: str) -> Verdict:
    if program in package.target.runtime.programs:
        return passed(f"started by {program}")
    inside = program.removeprefix("/var/task/")
    if inside != program:
        if inside in package.contents:
            return passed(f"it asks for {program}, which is in the zip")
        return failed(
            f"{BOOTSTRAP} asks for {program}, which is not in the zip", remedy=f"add {inside}, or {remedy}"
        )
    if program.startswith("/"):
        return unknown(
            f"{BOOTSTRAP} asks for {program}: whether the runtime has it is not known here", remedy=remedy
        )
    return failed(f"{BOOTSTRAP} asks for {program}, which is no absolute path", remedy=remedy)


def _bootstrap(package: Package) -> Entry | None:
    return next((entry for entry in reversed(package.entries) if entry.name.rstrip("/") == BOOTSTRAP), None)


def _why_not(package: Package) -> str:
    return f"there is no {BOOTSTRAP}" if package.target.runtime.is_custom else _MANAGED


BOOTSTRAP_CHECKS: Final = (
    Check(
        "bootstrap.present",
        f"a custom runtime finds {BOOTSTRAP} at the root",
        f"name the program {BOOTSTRAP} and zip it by itself, unless a layer brings it",
        bootstrap_present,
    ),
    Check(
        "bootstrap.executable",
        f"{BOOTSTRAP} may be executed",
        f"chmod 755 {BOOTSTRAP} before zipping, on Linux or macOS",
        bootstrap_executable,
    ),
    Check(
        "bootstrap.format", f"{BOOTSTRAP} is something that the runtime can start", BUILD, bootstrap_format
    ),
)
