"""`miyabi local up`: starts the local AWS, here or in the background."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from scripts.commands.local.running import FOLDER, LOG, Running, RunsAlready, find, only_one, tell
from scripts.errors import TargetRefused
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twin.aws.local import LocalAws
    from twin.aws.serving import Served

SIGNALLED: Final = 128
"""Added to the number of a signal, as shells do."""
ACCOUNT: Final = "123456789012"
"""The account of AWS's own examples."""
REGION: Final = "us-east-1"
ACCOUNTS: Final = re.compile(r"[0-9]{12}")
REGIONS: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
"""How AWS names them; of another, no client finds an address."""
PROGRAM: Final = "from scripts.miyabi import main; main()"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A local AWS as the command line asks for it."""

    account: str
    region: str
    port: int
    keep: Path | None

    @property
    def words(self) -> list[str]:
        """The words that ask for it."""
        given = {"--account": self.account, "--region": self.region, "--port": str(self.port)}
        if self.keep:
            given["--keep"] = str(self.keep)
        return ["local", "up", *(word for pair in given.items() for word in pair)]


def wanted(
    account: str | None, region: str | None, environment: str | None, port: int, keep: Path | None
) -> Wanted:
    """What is asked for; what is left out is the environment's, if one is named. Raises TargetRefused."""
    if environment is not None:
        from stacks.loading import load_environment

        settings = load_environment(environment)
        account, region = account or settings.account, region or settings.region
    account, region = account or ACCOUNT, region or REGION
    if not ACCOUNTS.fullmatch(account):
        raise TargetRefused(account, "is no account; give the twelve digits of one")
    if not REGIONS.fullmatch(region):
        raise TargetRefused(region, "is no region; give one such as us-east-1")
    return Wanted(account, region, port, keep)


def run(wish: Wanted, *, detach: bool, as_json: bool) -> int:
    """Start it; in the foreground, each request is told on standard error until Ctrl-C.

    Raises RunsAlready.
    """
    return _in_background(wish, as_json=as_json) if detach else _in_foreground(wish, as_json=as_json)


def _in_foreground(wish: Wanted, *, as_json: bool) -> int:
    from runtime.migrator.signals import number_of, terminable
    from twin.errors import TwinError

    with only_one() as lock:
        try:
            with terminable():
                _serve(wish, lock, as_json=as_json)
        except TwinError as error:
            tell(lock, {"failed": str(error)})
            talk(f"miyabi: {error}")
            return Exit.NO_ACCESS
        except KeyboardInterrupt as stop:
            talk("stopped before it answered")
            return SIGNALLED + number_of(stop)
        tell(lock, {})
    talk(f"stopped; the state is kept in {wish.keep}" if wish.keep else "stopped; nothing was kept")
    return Exit.DONE


def _serve(wish: Wanted, lock: int, *, as_json: bool) -> None:
    from twin.aws.local import LocalAws

    with LocalAws(wish.account, wish.region, port=wish.port, state=wish.keep, on_served=_tell) as local:
        wait = _until_stopped()
        running = Running(
            local.endpoint, wish.account, wish.region, os.getpid(), str(wish.keep) if wish.keep else None
        )
        tell(lock, running)
        _greet(document(running, local), "Ctrl-C", as_json=as_json)
        wait()


def document(running: Running, local: LocalAws) -> dict[str, Any]:
    """What a script is told: what runs, and which variables to export."""
    return {**asdict(running), "variables": local.variables}


def _greet(told: dict[str, Any], ending: str, *, as_json: bool) -> None:
    """Print the endpoint, and talk about how to use it."""
    if as_json:
        show(json.dumps(told))
        return
    exports = "".join(f"  export {name}={value}\n" for name, value in told["variables"].items())
    after = f"what is there is kept in {told['keep']}" if told["keep"] else "all of it is gone"
    talk(
        f"the AWS of account {told['account']} answers; for the AWS CLI, boto3 and miyabi:\n\n"
        f"{exports}\n{after} when this ends, by {ending}"
    )
    show(told["endpoint"])


def _until_stopped() -> Callable[[], object]:
    """What waits for a signal to end. A second one changes nothing, since the state may be being written."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, lambda *_: ended.set())
    return ended.wait


def _tell(served: Served) -> None:
    talk(f"{served.service:14} {served.action} {served.status} {served.milliseconds:.0f} ms")
    if served.fault:
        talk(served.fault)


def _in_background(wish: Wanted, *, as_json: bool) -> int:
    """Start the same command without a terminal, and return when it answers, or with its exit code."""
    if running := find():
        raise RunsAlready(running)
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, *wish.words, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    try:
        first = child.stdout.readline() if child.stdout else b""
    except KeyboardInterrupt:
        child.terminate()
        raise
    if not first:
        talk(LOG.read_text(encoding="utf-8").strip())
        return child.wait()
    _greet(json.loads(first), "`miyabi local down`", as_json=as_json)
    return Exit.DONE
