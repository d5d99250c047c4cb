"""Keeps what takes longer than a page may: rules, what the doctor says of the document, and the cost page.

They load troposphere, pydantic or all of the doctor's checks, or price a system at a hundred loads. What they
came to is kept under a hash of everything that it hangs on; sources count by size and time, as for Python's
own compiled files.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cfn
import cost
import ops
import report
import runtime
import stacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

CACHE: Final = Path(".cache/report")
SOURCES: Final[tuple[ModuleType, ...]] = (cfn, cost, ops, report, runtime, stacks)
KINDS: Final = (".css", ".j2", ".js", ".json", ".py", ".toml")


def kept(what: str, word: str, parts: Iterable[str], make: Callable[[], Any], cache: Path = CACHE) -> Any:
    """What `make` comes to, or what is kept of the last time.

    Args:
        what: A name for it.
        word: What the operator named; one result is kept of each.
        parts: All that it hangs on besides sources and MIYABI_* variables: templates, the day.
        make: Gives plain data for JSON.
        cache: Where it is kept; where that can't be written, nothing is.

    """
    key = _key([what, word, *parts])
    path = cache / f"{hashlib.sha256(f'{what} {Path(word).resolve()}'.encode()).hexdigest()}.json"
    found = _read(path, key)
    if found is None:
        found = make()
        _keep(path, key, found)
    return found


def _key(parts: Iterable[str]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for part in (*parts, *_variables(), *_sources()):
        written = part.encode("utf-8", "surrogatepass")
        digest.update(len(written).to_bytes(8) + written)
    return digest.hexdigest()


def _variables() -> Iterator[str]:
    for name, value in sorted(os.environ.items()):
        if name.upper().startswith("MIYABI_"):
            yield f"{name}={value}"


def _sources() -> Iterator[str]:
    for package in SOURCES:
        yield from _files(package.__path__[0])


def _files(folder: str) -> Iterator[str]:
    """Files of a folder and those below, each with size and time; `os.scandir`, since there are hundreds."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            elif entry.name.endswith(KINDS):
                found = entry.stat()
                yield f"{entry.path} {found.st_size} {found.st_mtime_ns}"


def _read(path: Path, key: str) -> Any:
    with suppress(OSError, ValueError, TypeError, KeyError):
        content = json.loads(path.read_bytes())
        if content["key"] == key:
            return content["found"]
    return None


def _keep(path: Path, key: str, found: Any) -> None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps({"key": key, "found": found}), encoding="utf-8")
        part.replace(path)
