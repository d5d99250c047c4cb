"""Compiles what goes into a package, so that Lambda need not do it at every cold start.

`/var/task` can't be written to: without bytecode in the package each new execution environment compiles
every module that it imports, 4.4 times the instructions of a start with it. The bytecode is never compared
with its source (`unchecked-hash`): a zip's times, in steps of two seconds, would not do for that.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ops.package.entries import Entry
from ops.package.errors import SourceUncompilable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.package.interpreters import Interpreter

TASK_ROOT: Final = "/var/task"
"""Where Lambda unpacks a function: the path that a traceback names."""


def compiled(entries: Mapping[str, Entry], interpreter: Interpreter) -> dict[str, Entry]:
    """The bytecode of every module among the entries, under `__pycache__` beside it.

    Raises:
        SourceUncompilable: A module is no Python of the interpreter's version.
    """
    tag = "cpython-" + "".join(interpreter.version.split(".")[:2])
    modules = [name for name in entries if name.endswith(".py")]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name in modules:
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(entries[name].content)
        _compile(root, interpreter)
        return {
            bytecode: Entry((root / bytecode).read_bytes(), entries[name].part)
            for name in modules
            for bytecode in [_bytecode_of(name, tag)]
        }


def _bytecode_of(module: str, tag: str) -> str:
    folder, _, name = module.rpartition("/")
    return f"{folder}/__pycache__/{name.removesuffix('.py')}.{tag}.pyc".lstrip("/")


def _compile(root: Path, interpreter: Interpreter) -> None:
    """By one process: compileall's several talk by sockets, whose names have no room for a long folder."""
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", TASK_ROOT]
    done = subprocess.run(
        [str(interpreter.path), "-P", "-s", "-m", "compileall", *options, str(root)],
        env={"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SourceUncompilable(interpreter.version, (done.stdout + done.stderr).replace(f"{root}/", ""))
