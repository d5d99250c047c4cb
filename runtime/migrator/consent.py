"""What the actions share that are shown before they are done.

A yes is tied to what was shown: a dry run's answer has a mark, and the real run is given it back.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from runtime.migrator.errors import DatabaseError
from runtime.migrator.runner import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.migrator.context import Context, Document


class NotAsShown(DatabaseError):
    """What would be done is not what somebody has said yes to."""

    def __init__(self) -> None:
        super().__init__("what would be done is no longer what was shown; nothing was changed: look again")


def marked(document: Document, options: Mapping[str, Any]) -> Document:
    """The document with its mark, `shown`.

    Raises `NotAsShown` if the options carry the mark of another one; without a mark nobody was asked.
    """
    mark = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]
    if options.get("shown", mark) != mark:
        raise NotAsShown
    return document | {"shown": mark}


def run_options(context: Context, options: Mapping[str, Any]) -> Options:
    """How such a run behaves."""
    times = {name: options[name] for name in ("lock_wait", "lock_timeout") if name in options}
    return Options(**times, deadline=context.deadline)
