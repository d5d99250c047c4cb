"""Asks for all parts of a system, and prints them with what is to be done first."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from scripts.ending import ended
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.status.part import Part

CODES: Final = {
    "well": Exit.DONE,
    "notice": Exit.DONE,
    "unasked": Exit.UNDECIDED,
    "wrong": Exit.FAULT_PROVED,
}
"""Exit code for the gravest that was found."""


def run(env: str, *, address: str | None, with_migrations: bool, as_json: bool) -> int:
    """Print how an environment is; returns the exit code."""
    return ended(lambda: _run(env, address, with_migrations, as_json), as_json=as_json)


def _run(env: str, address: str | None, with_migrations: bool, as_json: bool) -> int:
    from ops.live import Live
    from ops.status.asking import status
    from ops.status.part import gravest
    from stacks.loading import load_environment

    live = Live(load_environment(env))
    talk(f"asking AWS about {live.environment.name} in {live.region}")
    parts = status(live, address=address, with_migrations=with_migrations)
    standing = gravest(parts)
    if as_json:
        show(document(live.environment.name, standing.value, parts))
    else:
        from scripts.commands.status.screen import draw

        draw(live.environment.name, live.region, parts)
    return CODES[standing.value]


def document(environment: str, standing: str, parts: Sequence[Part]) -> str:
    """All of it as JSON."""
    whole = {"environment": environment, "standing": standing, "parts": [part.document() for part in parts]}
    return json.dumps(whole, indent=2, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> str:
    """Times as ISO 8601."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
