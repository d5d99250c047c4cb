"""Measures the twin's front: how many requests a second are answered through it, and how long each waits.

The clients are a process of their own, so that they and the front do not share an interpreter.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ops.package.errors import PackageError
from ops.package.interpreters import find_runnable
from ops.package.locks import LAMBDA_LOCK
from ops.package.shelf import built, runtime_client
from ops.package.target import running
from ops.package.wheels import fetch
from runtime.contract import API_PREFIX
from scripts.bench_applications import REGION, Unready
from scripts.bench_deployment import ACCOUNT, Deployment, deploy, zipped
from scripts.bench_requests import LIVE, prepare_scene
from scripts.measuring import MeasuringError, machine
from scripts.talk import show, talk
from twin.aws.local import LocalAws
from twin.concurrency import Function
from twin.configuration import Configuration
from twin.deployed import Deployed
from twin.front import Front
from twin.functions import Functions, Native
from twin.functions.native import minor_of
from twin.http_api.apis import HttpApis
from twin.postgres import start
from twin.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE: Final = Path(__file__).parent
CLIENTS: Final = (1, 4)
"""How many ask at once."""
ROUNDS: Final = 5
SECONDS: Final = 2.0
"""Of each round."""
WARMING: Final = 50
"""Requests of each client before any is timed."""
FIGURES: Final = ("requests/s", "p50 ms", "p99 ms")
PATH: Final = f"{API_PREFIX}{LIVE}"
ROUTE: Final = f"GET {PATH}"
HANDLER: Final = "runtime.api.handler.handle"
SERVED: Final = "a bare handler, as `miyabi serve` serves it"
BARE: Final = "a bare handler, deployed"
OURS: Final = "our package, deployed"


class Unanswered(MeasuringError):
    """A request that was to be timed was not answered well."""

    def __init__(self, name: str, found: str) -> None:
        self.name, self.found = name, found
        super().__init__(f"{name} gives no good answer ({found}); ask it by hand")


@dataclass(frozen=True, slots=True)
class Asked:
    """What clients measured in a round: requests a second, and milliseconds of a request."""

    rate: float
    median: float
    slowest_hundredth: float


def main() -> None:
    """Print a Markdown table; nothing is judged, since no machine's seconds are another's."""
    with ExitStack() as stack:
        urls = _serve(stack)
        measured = _in_turn({name: f"{url}{PATH}" for name, url in urls.items()})
    head = [f"{clients} client{'s' * (clients > 1)}: {figure}" for clients in CLIENTS for figure in FIGURES]
    show(f"| `GET {PATH}`, warm | " + " | ".join(head) + " |")
    show("|---|" + "---:|" * len(head))
    for name in urls:
        cells = [cell for clients in CLIENTS for cell in _cells(measured[name, clients])]
        show(f"| {name} | " + " | ".join(cells) + " |")
    talk(f"{machine()}, {ROUNDS} rounds of {SECONDS:g} s, the median of each figure")


def _serve(stack: ExitStack) -> dict[str, str]:
    """The address of each that is measured; all end with the stack. Raises `Unready`."""
    folder = Path(stack.enter_context(TemporaryDirectory()))
    shutil.copy(HERE / "bench_bare.py", folder / "bare.py")
    scene = prepare_scene(stack.enter_context(start()))
    native, content = _package()
    local = stack.enter_context(LocalAws(ACCOUNT, REGION))
    deployed, recorder = Deployed(local.aws), stack.enter_context(Recorder(local.aws))
    functions = stack.enter_context(Functions(deployed, recorder, native=native))
    apis = stack.enter_context(HttpApis(deployed, recorder, functions))
    own = Deployment(
        "bare", zipped({"bare.py": (folder / "bare.py").read_bytes()}), "bare.handle", running().version
    )
    ours = Deployment("ours", content, HANDLER, minor_of(native.python), scene.variables)
    function = Function(Configuration(folder, own.handler), concurrency=max(CLIENTS))
    front = Front({ROUTE: stack.enter_context(function)})
    return {
        SERVED: stack.enter_context(front).url,
        BARE: apis.address(deploy(local.aws, own)),
        OURS: apis.address(deploy(local.aws, ours)),
    }


def _package() -> tuple[Native, bytes]:
    """Our own package for this machine, and its zip."""
    try:
        runnable = find_runnable()
        talk(f"preparing for {runnable.target.name}")
        fetch(LAMBDA_LOCK, runnable.target, say=talk)
        today = date.today()  # noqa: DTZ011  (the operator's own calendar day)
        package = built(runnable.target, runnable.interpreter, region=REGION, as_of=today)
        client = runtime_client(runnable.target)
    except PackageError as error:
        raise Unready(str(error)) from None
    native = Native(package.folder, runnable.interpreter.path, client, runnable.target.name)
    return native, package.zip.read_bytes()


def _in_turn(urls: Mapping[str, str]) -> dict[tuple[str, int], list[Asked]]:
    """What disturbs a round disturbs all that is compared in it."""
    measured: dict[tuple[str, int], list[Asked]] = {}
    for number in range(ROUNDS):
        talk(f"asking, round {number + 1} of {ROUNDS}")
        for name, url in urls.items():
            for clients in CLIENTS:
                measured.setdefault((name, clients), []).append(_ask(name, url, clients))
    return measured


def _ask(name: str, url: str, clients: int) -> Asked:
    """Have another process ask; raises `Unanswered`."""
    command = [sys.executable, "-m", "scripts.bench_front", url, str(clients)]
    done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unanswered(name, (done.stderr.strip().splitlines() or ["it said nothing"])[-1])
    return Asked(**json.loads(done.stdout))


def _cells(rounds: Sequence[Asked]) -> list[str]:
    rate = statistics.median(each.rate for each in rounds)
    median = statistics.median(each.median for each in rounds)
    slowest = statistics.median(each.slowest_hundredth for each in rounds)
    return [f"{rate:,.0f}", f"{median:.2f}", f"{slowest:.2f}"]


def ask(url: str, clients: int) -> None:
    """Ask for so many seconds by so many clients, each over one connection, and print the figures."""
    with ThreadPoolExecutor(clients) as pool:
        waits = [wait for each in pool.map(_ask_again_and_again, [url] * clients) for wait in each]
    hundredths = statistics.quantiles(waits, n=100)
    figures = {"rate": len(waits) / SECONDS, "median": hundredths[49], "slowest_hundredth": hundredths[98]}
    show(json.dumps(figures))


def _ask_again_and_again(url: str) -> list[float]:
    """Milliseconds of each request."""
    place = urlsplit(url)
    waits: list[float] = []
    with closing(HTTPConnection(place.netloc, timeout=30)) as connection:
        for _ in range(WARMING):
            _ask_once(connection, place.path)
        until = time.perf_counter() + SECONDS
        while (begun := time.perf_counter()) < until:
            _ask_once(connection, place.path)
            waits.append((time.perf_counter() - begun) * 1000)
    return waits


def _ask_once(connection: HTTPConnection, path: str) -> None:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != HTTPStatus.OK:
        raise SystemExit(f"status {answer.status}")


if __name__ == "__main__":
    ask(sys.argv[1], int(sys.argv[2]))
