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


REMOVED: Final = {
    (3, 11): "binhex",
    (3, 12): "asynchat asyncore distutils imp smtpd",
    (3, 13): "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib "
    "ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib",
}
ADDED: Final = {
    (3, 11): "tomllib",
    (3, 14): "annotationlib compression",
}
"""Modules of the standard library that came and went, by the version that was the first with or without them.

https://docs.python.org/3.12/whatsnew/3.12.html#removed and the same of 3.11, 3.13 and 3.14.
"""


def missing_modules(archive: Archive, handler: str, runtime: str) -> Iterator[tuple[str, str]]:
    """Top-level modules that are imported wherever the code comes to, and the file that imports each.

    Only what is imported on every way through a module counts: nothing in `try`, `if` or a function. Only
    modules of the handler's own top package are read. `runtime` is such as `python3.13`.
    """
    standard = standard_library(runtime)
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
            elif top not in there and top not in standard and top not in OF_RUNTIME:
                yield top, path


def standard_library(runtime: str) -> frozenset[str]:
    """The modules that a runtime's Python has, whichever this one is."""
    numbers = runtime.removeprefix("python").split(".")
    version = tuple(map(int, numbers)) if all(each.isdecimal() for each in numbers) else sys.version_info[:2]
    found = set(sys.stdlib_module_names)
    for since, names in REMOVED.items():
        found = found | set(names.split()) if version < since else found - set(names.split())
    for since, names in ADDED.items():
        found = found | set(names.split()) if version >= since else found - set(names.split())
    return frozenset(found)


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
