"""Measures the API's budgets: its start, its warm requests and its package, each beside its like."""

from __future__ import annotations

import statistics
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from ops.package.building import build
from ops.package.errors import PackageError
from ops.package.interpreters import find_python
from ops.package.locks import LAMBDA_LOCK
from ops.package.sizes import MEGABYTE
from ops.package.sources import own_entries
from ops.package.target import LAMBDA
from ops.package.wheels import fetch
from scripts.bench_applications import (
    BARE,
    FASTAPI,
    IN_THE_LOOP,
    OURS,
    PROGRAM,
    PSYCOPG,
    REGION,
    SAME,
    Unready,
    prepare,
    without_bytecode,
)
from scripts.bench_requests import answering, prepare_scene
from scripts.bench_starts import WITH_CONNECTION, Start
from scripts.measuring import Series, in_turn, machine, ratio
from scripts.talk import show, talk
from twin.link import Link
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from scripts.bench_applications import Applications
    from scripts.bench_requests import Answering, Event
    from twin.configuration import Configuration
    from twin.postgres import Server

START_ROUNDS: Final = 16
"""The first is dropped: it reads files from the disk."""
SLOW_ROUNDS: Final = 4
"""Of starts without bytecode."""
REQUEST_ROUNDS: Final = 31
QUICK, QUERIES = 500, 100
"""Requests in each round, without a query and with one."""
ROUND_TRIP: Final = 0.001
"""Seconds, about as far as a database in another zone."""
CONNECTED: Final = "ours, connecting to the database as well"
START_BUDGET, INSTRUCTIONS_BUDGET = 1.25, 2_300
"""To the same libraries; millions."""
LIVE_BUDGET, QUERY_BUDGET = 0.2, 1.3
"""To FastAPI; to psycopg."""
ZIP_BUDGETS: Final = (16, 11)
"""MB of the zip, with bytecode and without."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What takes part, and a folder to write to."""

    applications: Applications
    server: Server
    folder: Path


def main() -> None:
    """Print what docs/performance.md shows; nothing is judged, since no machine's seconds are another's."""
    today = date.today()  # noqa: DTZ011  (the operator's own calendar day)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        server = stack.enter_context(start())
        scene = prepare_scene(server)
        (folder / "others").mkdir()
        bench = Bench(prepare(folder / "others", scene, today), server, folder)
        tables = [_starts(bench), _without_query(bench), _with_query(bench), _packed(today)]
    version = bench.applications.runnable.interpreter.version
    head = (
        f"Measured on {today}, what is measured by Python {version}, with PostgreSQL {server.version}, "
        f"{machine()}; each cell: least (median)."
    )
    show("\n\n".join([head, *tables]))


def _starts(bench: Bench) -> str:
    """From the process to its first question for an event."""
    starts = {name: _start(bench, name) for name in (BARE, SAME, OURS, FASTAPI)}
    timed = starts | {CONNECTED: replace(starts[OURS], initialization=WITH_CONNECTION)}
    talk(f"starting {len(timed)} functions, {START_ROUNDS} rounds")
    times = _dropping_first(START_ROUNDS, {name: each.seconds for name, each in timed.items()})
    plain = {name: _plain(bench, starts[name]) for name in (OURS, FASTAPI)}
    talk(f"starting them without bytecode, {SLOW_ROUNDS} rounds")
    slow = _dropping_first(SLOW_ROUNDS, {name: each.seconds for name, each in plain.items()})
    talk("counting instructions")
    with ThreadPoolExecutor() as pool:
        counts = dict(zip(starts, pool.map(Start.instructions, starts.values()), strict=True))
    rows = [
        [
            name,
            _cell(series, 1000),
            f"{ratio(series, times[SAME]):.2f} x{_budget(START_BUDGET, when=name == OURS)}",
            _count(counts.get(name)) + _budget(INSTRUCTIONS_BUDGET, when=name == OURS),
            _cell(slow[name], 1000) if name in slow else "",
        ]
        for name, series in times.items()
    ]
    head = ["init of `api`", "ms", "to the same libraries", "million instructions", "ms without bytecode"]
    return _table(head, rows)


def _start(bench: Bench, name: str) -> Start:
    return Start(name, bench.applications.configuration(name), bench.applications.runtime)


def _plain(bench: Bench, each: Start) -> Start:
    folder = bench.folder / each.configuration.handler
    return replace(each, configuration=without_bytecode(each.configuration, folder))


def _without_query(bench: Bench) -> str:
    scene = bench.applications.scene
    events = dict.fromkeys((BARE, OURS, FASTAPI), scene.live) | {IN_THE_LOOP: scene.in_the_loop}
    talk(f"asking whether it lives, {REQUEST_ROUNDS} rounds of {QUICK}")
    with _processes(bench, events, QUICK) as processes:
        times = _dropping_first(REQUEST_ROUNDS, {name: each.seconds for name, each in processes.items()})
    rows = [
        [
            name,
            _cell(series, 1e6),
            f"{ratio(series, times[FASTAPI]):.2f} x{_budget(LIVE_BUDGET, when=name == OURS)}",
            _cell(processes[name].processor[1:], 1e6),
        ]
        for name, series in times.items()
    ]
    return _table(["`GET /health/live`, warm", "µs", "to FastAPI", "µs of processor"], rows)


def _with_query(bench: Bench) -> str:
    """Through a link and without; each application has a link, so each is counted."""
    events = dict.fromkeys((PSYCOPG, OURS, FASTAPI), bench.applications.scene.task)
    talk(f"reading a task, {REQUEST_ROUNDS} rounds of {QUERIES}, directly and through a link")
    with _processes(bench, events, QUERIES) as processes:
        near = _dropping_first(REQUEST_ROUNDS, {name: each.seconds for name, each in processes.items()})
    with ExitStack() as stack:
        links = {name: stack.enter_context(Link(bench.server.port, ROUND_TRIP)) for name in events}
        processes = stack.enter_context(_processes(bench, events, QUERIES, links))
        before = {name: link.round_trips for name, link in links.items()}
        far = _dropping_first(REQUEST_ROUNDS, {name: each.seconds for name, each in processes.items()})
        trips = {name: link.round_trips - before[name] for name, link in links.items()}
    rows = [
        [
            name,
            _cell(far[name], 1e6),
            f"{_ratios(far[name], far[PSYCOPG])}{_budget(QUERY_BUDGET, when=name == OURS)}",
            f"{trips[name] / REQUEST_ROUNDS / QUERIES:.2f}",
            _cell(processes[name].processor[1:], 1e6),
            _cell(near[name], 1e6),
            _ratios(near[name], near[PSYCOPG]),
        ]
        for name in events
    ]
    link = f"µs over a link of {ROUND_TRIP * 1000:.0f} ms"
    return _table(
        [
            "`GET /tasks/{task_id}`, warm",
            link,
            "to psycopg",
            "round trips",
            "µs of processor",
            "µs without the link",
            "to psycopg",
        ],
        rows,
    )


@contextmanager
def _processes(
    bench: Bench, events: Mapping[str, Event], calls: int, links: Mapping[str, Link] | None = None
) -> Iterator[dict[str, Answering]]:
    """A process for each event, by the name of its application; through its link, if it has one."""
    with ExitStack() as stack:
        made = {}
        for name, event in events.items():
            configuration = bench.applications.configuration(name)
            if links:
                configuration = _through(links[name], bench.server, configuration)
            process = answering(name, configuration, event, program=PROGRAM, calls=calls)
            made[name] = stack.enter_context(process)
        yield made


def _through(link: Link, server: Server, configuration: Configuration) -> Configuration:
    here, there = (f"@{server.host}:{port}/" for port in (server.port, link.port))
    url = configuration.variables["DATABASE_URL"].replace(here, there)
    return replace(configuration, variables={**configuration.variables, "DATABASE_URL": url})


def _packed(as_of: date) -> str:
    """The zip for arm64: twice with bytecode, and without."""
    target = LAMBDA["arm64"]
    talk("building the package for arm64, twice with bytecode and once without")
    try:
        compiler = find_python(target.python)
        own, wheels = own_entries(REGION, as_of), fetch(LAMBDA_LOCK, target, say=talk)
        once, again, plain = (build(target, wheels, own, each) for each in (compiler, compiler, None))
    except PackageError as error:
        raise Unready(str(error)) from None
    if not compiler:
        return f"The zip is not measured, since no Python {target.version} is found that compiles for it."
    alike = "yes" if once.archive.content == again.archive.content else "no"
    rows = [
        [
            name,
            f"{len(package.archive.content) / MEGABYTE:.2f}, budget {budget}",
            f"{package.archive.unzipped / MEGABYTE:.2f}",
            told,
        ]
        for name, package, budget, told in (
            ("with bytecode", once, ZIP_BUDGETS[0], alike),
            ("without", plain, ZIP_BUDGETS[1], ""),
        )
    ]
    return _table(["the zip for arm64", "MB zipped", "MB unzipped", "two builds alike"], rows)


def _dropping_first(rounds: int, runs: Mapping[str, Callable[[], float]]) -> dict[str, Series]:
    return {name: series[1:] for name, series in in_turn(rounds, runs).items()}


def _ratios(times: Series, baseline: Series) -> str:
    """The least to the least, which other work on the machine hardly moves, and the median of the rounds."""
    return f"{min(times) / min(baseline):.2f} x ({ratio(times, baseline):.2f} x)"


def _budget(budget: float, *, when: bool) -> str:
    return f", budget {budget:,}" if when else ""


def _count(instructions: int | None) -> str:
    return "" if instructions is None else f"{instructions / 1e6:,.0f}"


def _cell(times: Series, unit: float) -> str:
    """Seconds in a unit of which there are so many in a second."""
    return f"{min(times) * unit:,.0f} ({statistics.median(times) * unit:,.0f})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    first, *below = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([first, "|---" + "|---:" * (len(head) - 1) + "|", *below])
