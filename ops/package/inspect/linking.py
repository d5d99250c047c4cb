"""Where the dynamic loader finds what a binary needs, and whether in the versions that it needs.

In Lambda it looks, in this order (ld.so(8); Lambda's LD_LIBRARY_PATH is
/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib): in RPATH, unless there
is a RUNPATH; in the runtime's own folders; in the package's root and lib/; in layers; in RUNPATH. So a
library in the package does not take the place of the runtime's, unless RPATH leads to it.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.package.inspect.elf import Elf
    from ops.package.inspect.target import Library, Runtime

_TASK = "/var/task"
_VERSION = re.compile(r"([A-Z]+)_(\d+(?:\.\d+)*)(?:_[A-Z]+)?")
_RELATIVE_RELOCATIONS = "GLIBC_ABI_DT_RELR"
"""Asked for by binaries with compact relocations; no glibc before 2.36 has it."""


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """Something that a binary needs and does not find, or of which nobody knows whether it does."""

    sentence: str
    certain: bool
    library: str


def missing_libraries(
    place: str, binary: Elf, files: Mapping[str, Elf | None], runtime: Runtime
) -> Iterator[Shortcoming]:
    """Each library that is needed and not surely there.

    Args:
        place: The binary's path in the package.
        binary: The binary.
        files: Every file and link of the package, those that are binaries with what was read of them.
        runtime: What the runtime offers.
    """
    for name in binary.needed:
        if _in_package(place, binary, name, files) is None and name not in runtime.libraries:
            yield _absent(place, name, files, runtime)


def missing_versions(
    place: str, binary: Elf, files: Mapping[str, Elf | None], runtime: Runtime
) -> Iterator[Shortcoming]:
    """Of each library that is found, the symbol versions that it lacks; arguments as above.

    Of one library's versions only the newest missing one is named: it decides what to build on.
    """
    for name in sorted({library for library, _ in binary.requires}):
        wanted = sorted({version for library, version in binary.requires if library == name}, key=_order)
        first = _folder_with(name, _rpath(place, binary), files)
        if first is None and name in runtime.libraries:
            yield from _lacking(place, runtime.libraries[name], wanted, runtime)
            continue
        found = _in_package(place, binary, name, files)
        copy = files.get(found) if found else None
        lacked = [version for version in wanted if version not in copy.defines] if copy else []
        if lacked:
            yield Shortcoming(
                f"{place} needs {lacked[-1]} of {name}, which {found} does not have",
                certain=True,
                library=name,
            )


def _lacking(place: str, library: Library, wanted: list[str], runtime: Runtime) -> Iterator[Shortcoming]:
    judged = [(version, _has(library, version)) for version in wanted]
    for certain, verdict in ((True, False), (False, None)):
        lacked = [version for version, has in judged if has is verdict]
        if lacked:
            newest = f" (it has up to {_newest(library, lacked[-1])})" if certain else ""
            known = "does not have" if certain else "may not have"
            yield Shortcoming(
                f"{place} needs {lacked[-1]} of {library.name}, which {runtime.name} {known}{newest}",
                certain=certain,
                library=library.name,
            )
            return


def _has(library: Library, version: str) -> bool | None:
    """Whether a library of the runtime has a symbol version; None where that is not known."""
    if version == library.name:
        return True
    if version == _RELATIVE_RELOCATIONS:
        return False if "GLIBC" in library.up_to else None
    found = _VERSION.fullmatch(version)
    if not found:
        return None
    family, number = found[1], _number(found[2])
    if family in library.up_to:
        return number <= _number(library.up_to[family])
    if family in library.at_least and number <= _number(library.at_least[family]):
        return True
    return None


def _newest(library: Library, lacked: str) -> str:
    family = lacked.split("_", 1)[0]
    return f"{family}_{library.up_to[family]}"


def _absent(place: str, name: str, files: Mapping[str, Elf | None], runtime: Runtime) -> Shortcoming:
    elsewhere = [path for path in files if posixpath.basename(path) == name]
    if elsewhere:
        return Shortcoming(
            f"{place} needs {name}, which lies at {elsewhere[0]}, where the loader does not look by itself",
            certain=False,
            library=name,
        )
    stem = _stem(name)
    sure = runtime.system is not None and not stem.startswith(runtime.unsure)
    others = [other for other in runtime.libraries if _stem(other) == stem]
    if sure and others:
        sentence = f"{place} needs {name}, which {runtime.name} does not have (it has {', '.join(others)})"
        return Shortcoming(sentence, certain=True, library=name)
    if name in runtime.absent or stem.startswith("libc.musl"):
        return Shortcoming(
            f"{place} needs {name}, which {runtime.name} does not have", certain=True, library=name
        )
    return Shortcoming(
        f"{place} needs {name}: whether {runtime.name} has it is not known here", certain=False, library=name
    )


def _in_package(place: str, binary: Elf, name: str, files: Mapping[str, Elf | None]) -> str | None:
    """Where in the package the loader finds a library, or could, after the runtime's own folders."""
    folders = [*_rpath(place, binary), "", "lib", *(_in_task(place, path) for path in binary.runpath)]
    return _folder_with(name, folders, files)


def _rpath(place: str, binary: Elf) -> list[str | None]:
    return [] if binary.runpath else [_in_task(place, path) for path in binary.rpath]


def _folder_with(name: str, folders: list[str | None], files: Mapping[str, Elf | None]) -> str | None:
    paths = (posixpath.join(folder, name) for folder in folders if folder is not None)
    return next((path for path in paths if path in files), None)


def _in_task(place: str, path: str) -> str | None:
    """A folder of a search path as one of the package, or None where it leads elsewhere."""
    origin = posixpath.join(_TASK, posixpath.dirname(place))
    full = posixpath.normpath(path.replace("${ORIGIN}", origin).replace("$ORIGIN", origin))
    if full != _TASK and not full.startswith(f"{_TASK}/"):
        return None
    return full.removeprefix(_TASK).lstrip("/")


def _stem(name: str) -> str:
    return name.split(".so", 1)[0]


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _order(version: str) -> tuple[tuple[int, ...], str]:
    found = _VERSION.fullmatch(version)
    return (_number(found[2]) if found else (), version)
