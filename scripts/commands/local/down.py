"""`miyabi local down` and `status`: stop the local AWS that runs here, or tell of it."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from dataclasses import asdict
from typing import Final

from scripts.commands.local.running import failure, find, wait_for_end
from scripts.exit_codes import Exit
from scripts.talk import show, talk

PATIENCE: Final = 60.0
"""Seconds that it may take to write its state."""
NONE: Final = "no local AWS runs here"


def stop(*, as_json: bool) -> int:
    """Ask it to end, and wait until it has kept what it was to keep."""
    running = find()
    if running is None:
        _say(NONE, {"stopped": None}, as_json=as_json)
        return Exit.DONE
    with suppress(ProcessLookupError):  # it has ended by itself meanwhile
        os.kill(running.pid, signal.SIGTERM)
    if not wait_for_end(PATIENCE):
        talk(f"miyabi: process {running.pid} has not ended within {PATIENCE:.0f} s; look at it, or end it")
        return Exit.UNDECIDED
    if failed := failure():
        talk(f"miyabi: {failed}")
        return Exit.NO_ACCESS
    kept = f"the state is kept in {running.keep}" if running.keep else "nothing was kept"
    _say(f"stopped {running.endpoint}; {kept}", {"stopped": asdict(running)}, as_json=as_json)
    return Exit.DONE


def status(*, as_json: bool) -> int:
    """Tell what runs."""
    running = find()
    if running is None:
        _say(NONE, {"running": None}, as_json=as_json)
        return Exit.DONE
    kept = f"its state goes to {running.keep}" if running.keep else "its state is not kept"
    what = f"account {running.account} in {running.region}, process {running.pid}"
    _say(f"{running.endpoint}: {what}; {kept}", {"running": asdict(running)}, as_json=as_json)
    return Exit.DONE


def _say(sentence: str, document: dict[str, object], *, as_json: bool) -> None:
    show(json.dumps(document) if as_json else sentence)
