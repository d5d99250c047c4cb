"""Shows what would be done, asks, and does exactly that."""

from __future__ import annotations

import sys
from functools import partial
from signal import SIGINT
from typing import TYPE_CHECKING, Any

import typer

from scripts.commands.migrate import asking
from scripts.consent import NobodyToAsk
from scripts.ending import SIGNALLED
from scripts.exit_codes import Exit
from scripts.talk import talk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from runtime.migrator.context import Document
    from scripts.consent import Consent


def change(  # noqa: PLR0913  (the options of the commands, one each)
    event: Mapping[str, Any],
    consent: Consent,
    *,
    env: str | None,
    database_url: str | None,
    folder: Path,
    as_json: bool,
    render: Callable[[Document], str],
    question: Callable[[Document], str],
) -> int:
    """Ask the migrator what it would do, and a person whether it shall; return the exit code.

    The second request carries the mark of the first one's answer, so that nothing else is done than what
    was shown. With --yes there is only one. Raises `NobodyToAsk` away from a terminal, and with --json,
    where one document is promised.
    """
    ask = partial(
        asking.ask,
        env=env,
        database_url=database_url,
        folder=folder,
        as_json=as_json,
        render=render,
        code=code,
    )
    if consent.dry_run or consent.yes:
        return ask({**event, "dry_run": consent.dry_run})
    if as_json or not sys.stdin.isatty():
        raise NobodyToAsk(event["action"])

    def go_on(document: Document) -> int:
        if not document["outcome"].startswith("would "):
            return code(document)
        try:
            agreed = typer.confirm(question(document), err=True)
        except typer.Abort:
            talk("\nnothing was changed")
            return SIGNALLED + SIGINT
        if not agreed:
            talk("nothing was changed")
            return Exit.DONE
        shown = set(render(document).splitlines())
        return ask({**event, "shown": document["shown"]}, render=partial(_news, render, shown))

    return ask({**event, "dry_run": True}, code=go_on)


def _news(render: Callable[[Document], str], shown: set[str], document: Document) -> str:
    """What was not shown before the question."""
    return "\n".join(line for line in render(document).splitlines() if line and line not in shown)


def code(document: Document) -> int:
    """The exit code of an answer."""
    return Exit.DATABASE_REFUSED if document["outcome"] == "refused" else Exit.DONE
