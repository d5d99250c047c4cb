"""`miyabi serve`: the API on this machine, for whoever wants to see it work."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from scripts.errors import TargetRefused
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from twin.front import Served
    from twin.serving import Serving

SIGNALLED: Final = 128
"""Added to the number of a signal, as shells do."""
GREETING: Final = """\
The API answers at {url}
Its document is at {url}/openapi.json; a page to try it on, at {url}/docs
The user "demo" has signed in; the token is good for a day:

  export API={url}
  export TOKEN={token}

Then, for instance:

  curl -s $API/health
  curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
       -d '{{"name": "A first organization"}}' $API/organizations

{database}; all of it is gone when this ends, by Ctrl-C."""


def run(*, port: int, log: Path | None, as_json: bool) -> int:
    """Serve until somebody interrupts; each request is told on standard error."""
    from runtime.migrator.errors import Stopped
    from runtime.migrator.signals import number_of, terminable
    from twin.errors import TwinError
    from twin.serving import serve

    talk("starting a database and migrating it ...")
    try:
        with terminable(), open_log(log) as stream, serve(port=port, log=stream, on_served=_tell) as serving:
            show(json.dumps(document(serving)) if as_json else _greeting(serving))
            _wait()
    except TwinError as error:
        talk(f"miyabi: {error}")
        return Exit.NO_ACCESS
    except (KeyboardInterrupt, Stopped) as stop:
        talk("stopped before it served")
        return SIGNALLED + (stop.signal if isinstance(stop, Stopped) else number_of(stop))
    talk("stopped")
    return Exit.DONE


def _greeting(serving: Serving) -> str:
    return GREETING.format(url=serving.url, token=serving.token, database=serving.database)


def document(serving: Serving) -> dict[str, object]:
    """What a script is told: the address, the demo user's session as a login gives it, the database."""
    return {"url": serving.url, "session": serving.session, "database": serving.database}


@contextmanager
def open_log(path: Path | None) -> Iterator[TextIO]:
    """Where the API's log goes; nowhere if left out. Raises `TargetRefused` for what can't be written."""
    try:
        stream = open(path or os.devnull, "a", encoding="utf-8")  # noqa: PTH123, SIM115  (closed below)
    except OSError as error:
        raise TargetRefused(str(path), f"{error.strerror}; name a file that can be written") from None
    try:
        yield stream
    finally:
        with suppress(OSError):  # what is still to be written to a full disk
            stream.close()


def _tell(served: Served) -> None:
    request = served.request
    talk(f"{request.method:6} {request.path} {served.answer.status} {served.milliseconds:.0f} ms")


def _wait() -> None:
    """Wait for Ctrl-C, or for whoever started this to end it."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    sys.stderr.flush()
