"""Prints or writes the names, ARNs and endpoints of an environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scripts.commands.migrate.tables import table
from scripts.ending import ended
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from ops.outputs import Outputs


def run(env: str, *, output: str, write: bool) -> int:
    """Print them in a format, or write the file for shells; returns the exit code."""
    return ended(lambda: _run(env, output, write=write), as_json=output == "json")


def _run(env: str, output: str, *, write: bool) -> int:
    from ops import outputs
    from ops.live import Live
    from stacks.loading import load_environment

    live = Live(load_environment(env))
    talk(f"asking AWS about {live.environment.name} in {live.region}")
    found = outputs.read(live)
    if found.missing:
        talk(f"not there yet: {', '.join(found.missing)}")
    if write:
        path, changed = outputs.write(found)
        talk(f"{path} is {'written' if changed else 'unchanged'}; its owner alone may read it")
    if output == "json":
        show(json.dumps(found.document(), indent=2))
    elif not write:
        show(found.env().rstrip("\n") if output == "env" else _table(found))
    return Exit.DONE


def _table(found: Outputs) -> str:
    return "\n".join(table(("variable", "value"), [(one.name, one.value) for one in found.values]))
