"""Whether a Python runtime can import the handler, and the compiled parts of what it imports."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from ops.package.inspect.check import (
    Check,
    Outcome,
    Verdict,
    count,
    failed,
    not_applicable,
    passed,
    unknown,
    warned,
)
from ops.package.inspect.newer_syntax import may_be_newer
from ops.package.inspect.python_source import Found, find

if TYPE_CHECKING:
    from ops.package.inspect.check import Package
    from ops.package.inspect.target import Runtime

LARGEST_SOURCE: Final = 4 << 20
"""Bytes of a handler's module beyond which it is not parsed."""
TRIPLETS: Final = {"x86_64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
"""What the name of an extension module says of its platform."""
BYTECODE_HEAD: Final = 8
_MAGIC_END = b"\r\n"
_HASHED = 1
_EXTENSION = re.compile(
    r"(?P<stem>.+?)\.(?:(?P<python>cpython-\d+\w*|pypy\w*-\w+|cp\d+\w*)-(?P<platform>[\w-]+)|abi3)\.(?:so|pyd)"
    r"|(?P<plain>.+)\.(?:pyd|dylib)"
)
_MEND = "mend the source: `python -m py_compile` names the place"
_AWAIT = "name a plain function, which runs the async one (`asyncio.run`)"
_SUFFIXES = (".py", "/__init__.py")
_COMPILED = (".pyc", "/__init__.pyc", ".so")


def handler_importable(package: Package) -> Verdict:
    """The module is there and binds the function when it is imported."""
    if package.target.runtime.python is None:
        return _not_looked_at(package.target.runtime)
    if not package.handlers:
        return unknown(package.handlers_why)
    verdicts = [_handler(package, handler) for handler in package.handlers]
    for outcome in (Outcome.FAILED, Outcome.UNKNOWN):
        if found := [verdict for verdict in verdicts if verdict.outcome is outcome]:
            lines = tuple(line for verdict in found for line in verdict.evidence)
            return Verdict(outcome, lines, found[0].remedy)
    return Verdict(Outcome.PASSED, tuple(line for verdict in verdicts for line in verdict.evidence))


def extensions_fit(package: Package) -> Verdict:
    """Of each extension module there is one whose name says this Python and this platform."""
    runtime = package.target.runtime
    if runtime.python is None:
        return _not_looked_at(runtime)
    named: dict[str, list[str]] = defaultdict(list)
    for path in package.contents:
        if found := _EXTENSION.fullmatch(path):
            named[found["stem"] or found["plain"]].append(path)
    unfit = [paths for paths in named.values() if not any(_loads(path, package) for path in paths)]
    if unfit:
        wanted = f"Python {runtime.python} on {package.target.architecture} looks for another name"
        return failed(*(f"{path}: {wanted}" for paths in unfit for path in paths))
    if not named:
        return not_applicable("there are no extension modules with a version in their name")
    return passed(f"{count(len(named), 'extension module')} for Python {runtime.python}")


def bytecode_fits(package: Package) -> Verdict:
    """Compiled modules are those of this Python, and are not looked at in vain."""
    runtime = package.target.runtime
    if runtime.python is None:
        return _not_looked_at(runtime)
    compiled = {p: c.head for p, c in package.contents.items() if p.endswith(".pyc") and not c.unread}
    if not compiled:
        return not_applicable("there is no bytecode: every module is compiled at each cold start")
    if runtime.magic is None:
        return unknown(f"which bytecode {runtime.name} runs is not known here")
    return _bytecode(compiled, runtime)


def _not_looked_at(runtime: Runtime) -> Verdict:
    if runtime.is_python:
        return unknown(f"what {runtime.name} imports is not known here", remedy="choose a newer runtime")
    return not_applicable("the runtime is no Python")


def _handler(package: Package, handler: str) -> Verdict:
    module, dot, function = handler.rpartition(".")
    if not dot or not module or not function:
        return failed(f"{handler!r} is no handler: it wants module.function")
    base = module.replace(".", "/")
    path = next((base + suffix for suffix in reversed(_SUFFIXES) if base + suffix in package.contents), None)
    if path is None:
        compiled = [base + suffix for suffix in _COMPILED if base + suffix in package.contents]
        if compiled:
            return unknown(f"{handler}: {compiled[0]} is compiled, so it was not looked into")
        return failed(f"{handler}: there is no {base}.py in the zip")
    source = package.archive.read(path, LARGEST_SOURCE)
    if source is None:
        return unknown(f"{handler}: {path} could not be read")
    return _function(package, source, path, function)


def _function(package: Package, source: bytes, path: str, function: str) -> Verdict:
    python = package.target.runtime.python or ""
    try:
        found = find(source, function, python)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        sentence = f"{path} can't be parsed: {where}{error.msg}"
        if may_be_newer(error, source, python):
            return unknown(
                f"{sentence}, unless that is syntax of Python {python}",
                remedy=f"run miyabi by Python {python} or later, which knows",
            )
        return failed(sentence, remedy=_MEND)
    except ValueError as error:
        return failed(f"{path} can't be parsed: {error}", remedy=_MEND)
    sentence = f"{function} in {path} is {found}"
    if found in {Found.MAYBE, Found.DEEP}:
        return unknown(sentence)
    if found in {Found.NOTHING, Found.COROUTINE}:
        return failed(sentence, remedy=_AWAIT if found is Found.COROUTINE else None)
    return passed(sentence)


def _loads(path: str, package: Package) -> bool:
    """Whether this Python would load a file of this name."""
    found = _EXTENSION.fullmatch(path)
    if not found or not path.endswith(".so"):
        return False
    if found["python"] is None:
        return True
    version = (package.target.runtime.python or "").replace(".", "")
    return (found["python"], found["platform"]) == (
        f"cpython-{version}",
        TRIPLETS[package.target.architecture],
    )


def _bytecode(compiled: dict[str, bytes], runtime: Runtime) -> Verdict:
    stale = {path: why for path, head in compiled.items() if (why := _stale(path, head, runtime))}
    broken = [
        f"{path} {why}, and has no source beside it" for path, why in stale.items() if not _cached(path)
    ]
    if broken:
        return failed(*broken)
    if stale:
        return warned(*(f"{path} {why}, and is not used" for path, why in stale.items()))
    dated = [path for path, head in compiled.items() if not head[4] & _HASHED and _cached(path)]
    if dated:
        return warned(
            f"{count(len(dated), 'file')} of bytecode, {dated[0]} first, hold the time of their source, "
            "and are not used where unpacking changes it"
        )
    return passed(f"{count(len(compiled), 'file')} of bytecode for Python {runtime.python}")


def _stale(path: str, head: bytes, runtime: Runtime) -> str | None:
    """Why bytecode is not used."""
    if len(head) < BYTECODE_HEAD or head[2:4] != _MAGIC_END:
        return "is no bytecode"
    magic = int.from_bytes(head[:2], "little")
    if magic != runtime.magic:
        return f"is of another Python (magic number {magic}, not {runtime.magic})"
    tag = re.search(r"\.(cpython-\d+\w*)(?:\.opt-\w+)?\.pyc$", path)
    ours = f"cpython-{(runtime.python or '').replace('.', '')}"
    if _cached(path) and (not tag or tag[1] != ours):
        return f"is not called {ours}"
    return None


def _cached(path: str) -> bool:
    return posixpath.basename(posixpath.dirname(path)) == "__pycache__"


PYTHON_CHECKS: Final = (
    Check(
        "python.handler",
        "the handler's module is there and binds the function",
        "name it as module.function, from the root of the zip; --handler says which",
        handler_importable,
    ),
    Check(
        "python.extensions",
        "extension modules are for this Python and this platform",
        "install wheels for the runtime: `pip install --only-binary=:all: --python-version {python} "
        "{platforms} --target folder ...`",
        extensions_fit,
    ),
    Check(
        "python.bytecode",
        "bytecode is of this Python, and is used",
        "compile with the runtime's version: `python{python} -m compileall "
        "--invalidation-mode unchecked-hash folder`, or leave it out",
        bytecode_fits,
    ),
)
