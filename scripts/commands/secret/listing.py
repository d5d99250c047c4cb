"""Prints which secrets there are, which are missing, and never a value."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scripts.commands.migrate.tables import table
from scripts.ending import ended
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.secrets import Secret


def run(env: str, *, as_json: bool) -> int:
    """Print the list; returns the exit code."""
    return ended(lambda: _run(env, as_json=as_json), as_json=as_json)


def _run(env: str, *, as_json: bool) -> int:
    from ops.live import Live
    from ops.secrets import list_secrets
    from stacks.loading import load_environment

    live = Live(load_environment(env))
    found = list_secrets(live)
    if as_json:
        show(json.dumps([one.document() for one in found], indent=2, default=datetime.isoformat))
    else:
        show(_table(found))
    for one in found:
        if one.is_entered and not one.is_there:
            talk(f"enter it: miyabi secret set {live.environment.name} {one.name}")
    return Exit.FAULT_PROVED if any(one.problems for one in found) else Exit.DONE


def _table(found: Sequence[Secret]) -> str:
    head = ("secret", "from", "keys", "versions", "changed (UTC)", "state")
    rows = [
        (
            one.name,
            "a person" if one.is_entered else "CloudFormation",
            ", ".join(one.keys) if one.keys is not None else "not told" if one.is_there else "",
            str(one.versions) if one.is_there else "",
            one.changed.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if one.changed else "",
            "; ".join(one.problems) or "in order",
        )
        for one in found
    ]
    return "\n".join(table(head, rows))
