"""Finds modules that a handler's code imports and that are nowhere: neither packed nor the runtime's own."""

from __future__ import annotations

import ast
import sys
import warnings
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ops.package.inspect.archive import Archive

LARGEST_SOURCE: Final = 1 << 20
"""Bytes of a module beyond which it is not read."""
MOST_MODULES: Final = 200
"""Modules of the handler's own top package that are read."""
OF_RUNTIME: Final = frozenset(
    {
        "awslambdaric",
        "boto3",
        "botocore",
        "dateutil",
        "jmespath",
        "pip",
        "pkg_resources",
        "s3transfer",
        "setuptools",
        "simplejson",
        "six",
        "snapshot_restore_py",
        "urllib3",
    }
)
"""What Lambda's runtimes for Python bring beside the standard library."""


def missing_modules(archive: Archive, handler: str) -> Iterator[tuple[str, str]]:
    """Top-level modules that are imported wherever the code comes to, and the file that imports each.

    Only what is imported on every way through a module counts: nothing in `try`, `if` or a function. Only
    modules of the handler's own top package are read.
    """
    names = {entry.name for entry in archive.entries}
    there = {name.split("/", 1)[0].split(".", 1)[0] for name in names}
    module = handler.rpartition(".")[0]
    own, waiting, read = module.split(".", 1)[0], [module], set[str]()
    while waiting and len(read) < MOST_MODULES:
        path = _file_of(waiting.pop(), names)
        if path is None or path in read:
            continue
        read.add(path)
        for found in _imported(archive, path):
            top = found.split(".", 1)[0]
            if top == own:
                waiting.append(found)
            elif top not in there and top not in sys.stdlib_module_names and top not in OF_RUNTIME:
                yield top, path


def _file_of(module: str, names: Collection[str]) -> str | None:
    base = module.replace(".", "/")
    return next((path for path in (f"{base}/__init__.py", f"{base}.py") if path in names), None)


def _imported(archive: Archive, path: str) -> Iterator[str]:
    source = archive.read(path, LARGEST_SOURCE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(source or b"").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for statement in body:
        match statement:
            case ast.Import(names=found):
                yield from (each.name for each in found)
            case ast.ImportFrom(module=str(module), names=found, level=0):
                yield module
                yield from (f"{module}.{each.name}" for each in found)
            case _:
                pass
