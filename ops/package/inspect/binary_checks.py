"""Whether what runs as machine code can be started in the runtime: the bootstrap, and every ELF file."""

from __future__ import annotations

import posixpath
import stat
from typing import TYPE_CHECKING, Final

from ops.package.inspect import elf
from ops.package.inspect.check import (
    Check,
    count,
    failed,
    failed_if,
    foreign,
    not_applicable,
    passed,
    unknown,
)
from ops.package.inspect.kinds import ELSEWHERE, SCRIPT, kind_of
from ops.package.inspect.linking import missing_libraries, missing_versions
from ops.package.inspect.target import BOOTSTRAP, LOADERS, load_runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ops.package.inspect.archive import Entry
    from ops.package.inspect.check import Package, Verdict
    from ops.package.inspect.linking import Shortcoming
    from ops.package.inspect.target import Runtime

    Look = Callable[..., Iterable[Shortcoming]]

FAMILY_REMEDIES: Final = {
    "libssl": "build with rustls, or with OpenSSL linked in (feature `vendored` of the crate openssl)",
    "libcrypto": "build with OpenSSL linked in (feature `vendored` of the crate openssl)",
    "libc.musl": "build for glibc (a manylinux wheel, a target *-linux-gnu), or link musl statically",
}
"""What to do about a library, by the beginning of its name, where there is something better than usual."""
LIBRARIES: Final = "link statically, put the library into lib/, or build on an image of the runtime"
VERSIONS: Final = (
    "build on an image of the runtime or an older system, or for an older glibc (`cargo zigbuild`, "
    "a manylinux wheel), or link statically"
)
"""What to do about a library, or a version of one, where there is nothing better."""
OLD, NEW = "provided.al2", "provided.al2023"
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
    return passed(mode) if entry.mode & stat.S_IXOTH else failed(f"{mode}, which lets others not execute it")


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
    return failed(f"{BOOTSTRAP} is {kind_of(content.head)}")


def right_machine(package: Package) -> Verdict:
    """Machine code is for the architecture, and for Linux."""
    architecture = package.target.architecture
    binaries = {path: content.binary for path, content in package.contents.items() if content.binary}
    wrong = [
        f"{path} is for {machine}, not {architecture}"
        for path, binary in binaries.items()
        if (machine := foreign(binary, architecture))
    ]
    wrong += [
        f"{path} is {kind}"
        for path, content in package.contents.items()
        if (kind := kind_of(content.head)).startswith(ELSEWHERE)
        and posixpath.splitext(path)[1] in {"", ".so", ".dylib", ".pyd", ".dll"}
    ]
    if wrong:
        return failed(*wrong)
    strange = [f"{path}: {c.malformed}" for path, c in package.contents.items() if c.malformed]
    if strange:
        return unknown(*(f"{line} (it calls itself ELF)" for line in strange))
    if not binaries:
        return not_applicable("there is no machine code")
    return passed(f"{count(len(binaries), 'binary', 'binaries')} for {architecture}")


def libraries_present(package: Package) -> Verdict:
    """Each shared library that is needed is in the runtime, or in the package where the loader looks."""
    return _linked(package, missing_libraries, "every library that is needed is found", LIBRARIES)


def versions_present(package: Package) -> Verdict:
    """The libraries have the symbol versions that the binaries were linked against."""
    return _linked(package, missing_versions, "every symbol version that is needed is found", VERSIONS)


def _linked(package: Package, look: Look, otherwise: str, remedy: str) -> Verdict:
    runtime = package.target.runtime
    if not package.binaries:
        return not_applicable("there is no machine code for the architecture")
    if runtime.system is None:
        return unknown(f"what {runtime.name} offers is not known here")
    found = _shortcomings(package, look, runtime)
    if not found:
        return passed(f"{otherwise}, by {count(len(package.binaries), 'binary', 'binaries')}")
    found.sort(key=lambda shortcoming: not shortcoming.certain)
    if not found[0].certain:
        return unknown(*(each.sentence for each in found), remedy=_remedy(found[0], remedy))
    cured = runtime.name == OLD and not any(
        each.certain for each in _shortcomings(package, look, load_runtime(NEW))
    )
    better = f", or use {NEW}" if cured else ""
    return failed(*(each.sentence for each in found), remedy=_remedy(found[0], remedy) + better)


def _shortcomings(package: Package, look: Look, runtime: Runtime) -> list[Shortcoming]:
    files = package.files
    return [each for path, binary in package.binaries.items() for each in look(path, binary, files, runtime)]


def _remedy(shortcoming: Shortcoming, otherwise: str) -> str:
    for family, remedy in FAMILY_REMEDIES.items():
        if shortcoming.library.startswith(family):
            return remedy
    return otherwise


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
        return failed(f"{BOOTSTRAP} asks for {loader}, the loader of musl, which Amazon Linux does not have")
    return _interpreter(package, loader)


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
        return failed(f"the #! line of {BOOTSTRAP} ends as on Windows, so its interpreter is not found")
    words = line.removeprefix(SCRIPT).decode("ascii", "backslashreplace").split()
    if not words:
        return failed(f"the #! line of {BOOTSTRAP} names no interpreter")
    return _interpreter(package, words[0])


def _interpreter(package: Package, program: str) -> Verdict:
    if program in package.target.runtime.programs:
        return passed(f"started by {program}")
    inside = program.removeprefix("/var/task/")
    if inside != program:
        return failed_if(
            []
            if inside in package.contents
            else [f"{BOOTSTRAP} asks for {program}, which is not in the zip"],
            f"it asks for {program}, which is in the zip",
        )
    if program.startswith("/"):
        return unknown(f"{BOOTSTRAP} asks for {program}: whether the runtime has it is not known here")
    return failed(f"{BOOTSTRAP} asks for {program}, which is no absolute path")


def _bootstrap(package: Package) -> Entry | None:
    return next((entry for entry in reversed(package.entries) if entry.name.rstrip("/") == BOOTSTRAP), None)


def _why_not(package: Package) -> str:
    return f"there is no {BOOTSTRAP}" if package.target.runtime.is_custom else _MANAGED


_CARGO = "build for Linux: `cargo lambda build --release --arm64` (or `--x86-64`), `GOOS=linux go build`"

BINARY_CHECKS: Final = (
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
        "bootstrap.format", f"{BOOTSTRAP} is something that the runtime can start", _CARGO, bootstrap_format
    ),
    Check(
        "elf.machine",
        "machine code is for the function's architecture",
        "build for the architecture, or name the other one: Lambda takes x86_64 where none is named",
        right_machine,
    ),
    Check(
        "elf.libraries",
        "needed shared libraries are there",
        LIBRARIES,
        libraries_present,
    ),
    Check(
        "elf.versions",
        "shared libraries are new enough",
        VERSIONS,
        versions_present,
    ),
)
