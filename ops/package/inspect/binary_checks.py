"""Whether machine code is for the architecture, and finds the libraries that it was linked against."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from ops.package.inspect.bootstrap_checks import MUSL
from ops.package.inspect.check import (
    Check,
    count,
    failed,
    foreign,
    not_applicable,
    passed,
    unknown,
)
from ops.package.inspect.kinds import ELSEWHERE, kind_of
from ops.package.inspect.linking import missing_libraries, missing_versions
from ops.package.inspect.target import BOOTSTRAP, load_runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ops.package.inspect.check import Package, Verdict
    from ops.package.inspect.linking import Shortcoming
    from ops.package.inspect.target import Runtime

    Look = Callable[..., Iterable[Shortcoming]]

FAMILY_REMEDIES: Final = {
    "libssl": "build with rustls, or with OpenSSL linked in (feature `vendored` of the crate openssl)",
    "libcrypto": "build with OpenSSL linked in (feature `vendored` of the crate openssl)",
    "libc.musl": f"take a manylinux wheel, or {MUSL}",
}
"""What to do about a library, by the beginning of its name, where there is something better than usual."""
LIBRARIES: Final = "link statically, put the library into lib/, or build on an image of {runtime}"
VERSIONS: Final = (
    "build on an image of {runtime} or an older system, or for an older glibc (`cargo zigbuild`, "
    "a manylinux wheel), or link statically"
)
"""What to do about a library, or a version of one, where there is nothing better."""
OLD, NEW = "provided.al2", "provided.al2023"


def right_machine(package: Package) -> Verdict:
    """Machine code is for the architecture, and for Linux; a bootstrap from elsewhere is told of once."""
    architecture = package.target.architecture
    told = {BOOTSTRAP} if package.target.runtime.is_custom else set()
    binaries = {path: content.binary for path, content in package.contents.items() if content.binary}
    wrong = [
        f"{path} is for {machine}, not {architecture}"
        for path, binary in binaries.items()
        if (machine := foreign(binary, architecture))
    ]
    wrong += [
        f"{path} is {kind}"
        for path, content in package.contents.items()
        if path not in told
        and (kind := kind_of(content.head)).startswith(ELSEWHERE)
        and posixpath.splitext(path)[1] in {"", ".so", ".dylib", ".pyd", ".dll"}
    ]
    if wrong:
        return failed(*wrong)
    strange = [f"{path}: {c.malformed}" for path, c in package.contents.items() if c.malformed]
    if strange:
        return unknown(*(f"{line} (it calls itself ELF)" for line in strange))
    if not binaries:
        return not_applicable("there is no machine code for Linux")
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
    remedy = package.target.fill(_remedy(found[0], remedy))
    if not found[0].certain:
        return unknown(*(each.sentence for each in found), remedy=remedy)
    cured = runtime.name == OLD and not any(
        each.certain for each in _shortcomings(package, look, load_runtime(NEW))
    )
    better = f", or use {NEW}" if cured else ""
    return failed(*(each.sentence for each in found), remedy=remedy + better)


def _shortcomings(package: Package, look: Look, runtime: Runtime) -> list[Shortcoming]:
    files = package.files
    return [each for path, binary in package.binaries.items() for each in look(path, binary, files, runtime)]


def _remedy(shortcoming: Shortcoming, otherwise: str) -> str:
    for family, remedy in FAMILY_REMEDIES.items():
        if shortcoming.library.startswith(family):
            return remedy
    return otherwise


BINARY_CHECKS: Final = (
    Check(
        "elf.machine",
        "machine code is for the function's architecture",
        "build for {architecture}, or name the other one: Lambda takes x86_64 where none is named",
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
