"""Measures migration runners side by side: ours, a bare psycopg loop, alembic and dbmate.

Each applies the same tiny migrations as a whole process, to a new database of a PostgreSQL with TLS,
verified, that runs on this machine; once directly, once over a link of 20 ms that counts round trips.
"""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from scripts.bench_tools import LOOP, OURS, Command, Tool, ToolsMissing, others, versions
from scripts.measuring import MeasuringError, Series, in_turn, machine, ratio, seconds
from scripts.talk import show, talk
from twin.link import Link
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twin.postgres import Server

LOCAL: Final = {7: 15, 1000: 5}
"""How many migrations are applied directly, and in how many rounds."""
BUDGETS: Final = {7: 1.5, 1000: 1.2}
"""How many times as long as the loop ours may take."""
NOTHING_TO_DO: Final = {10: 5, 100: 5, 1000: 5, 5000: 3}
"""How many are applied already where there is nothing to do, and in how many rounds."""
REMOTE: Final = {7: 5, 100: 2}
"""How many are applied over the link, and in how many rounds."""
ROUND_TRIP: Final = 0.020
"""Seconds."""
MOST_ROUND_TRIPS: Final = 2.3
"""For each migration."""


class Incomplete(MeasuringError):
    """A runner said that all was well, and has not applied everything."""

    def __init__(self, tool: str, found: int, wanted: int) -> None:
        self.tool, self.found, self.wanted = tool, found, wanted
        super().__init__(f"{tool} has made {found} of {wanted} tables; run it by hand")


@dataclass(frozen=True, slots=True)
class Bench:
    """Where everything happens."""

    server: Server
    folder: Path
    tools: tuple[Tool, ...]

    def files(self, tool: Tool, count: int) -> Path:
        """A folder with so many migrations in the tool's own form."""
        folder = self.folder / f"{self.tools.index(tool)}-{count}"
        if not folder.exists():
            folder.mkdir()
            tool.write(folder, count)
        return folder

    def run(self, command: Command, folder: Path, database: str, link: Link | None = None) -> float:
        """Run a command on a database, through the link if there is one; return its seconds."""
        url = self.server.url(database)
        if link:
            here, there = (f"@{self.server.host}:{port}/" for port in (self.server.port, link.port))
            url = url.replace(here, there)
        return seconds(command.words, folder=folder, environment={"DATABASE_URL": url})

    def apply(self, tool: Tool, count: int, link: Link | None = None) -> float:
        """Let a tool apply so many to a new database; return its seconds."""
        database = self.server.create_database()
        took = self.run(tool.up, self.files(tool, count), database, link)
        self.require(tool, count, database)
        self.server.drop_database(database)
        return took

    def require(self, tool: Tool, count: int, database: str) -> None:
        """Raise `Incomplete` unless so many tables are there."""
        from psycopg import connect

        with connect(self.server.url(database)) as connection:
            found = connection.execute("SELECT FROM pg_class WHERE relname ~ '^t[0-9]+$'").rowcount
        if found != count:
            raise Incomplete(tool.name, found, count)


def main() -> None:
    """Print what docs/performance.md shows; nothing is judged, since no machine's seconds are another's."""
    with ExitStack() as stack:
        tools, missing = _tools()
        folder = Path(stack.enter_context(TemporaryDirectory()))
        server = stack.enter_context(start())
        bench = Bench(server, folder, tools)
        for tool in tools:
            bench.apply(tool, 1)  # what is compiled or read for the first time
        tables = [_local(bench), _nothing_to_do(bench), _remote(bench)]
        beside = "" if missing else f"{versions()}, "
        head = (
            f"Measured on {date.today()} with PostgreSQL {server.version}, {beside}{machine()}; "  # noqa: DTZ011  (the operator's own calendar day)
            "each cell: least seconds (median)."
        )
    show("\n\n".join([head, *missing, *tables]))


def _tools() -> tuple[tuple[Tool, ...], list[str]]:
    try:
        return (LOOP, OURS, *others()), []
    except ToolsMissing as error:
        return (LOOP, OURS), [f"Alembic and dbmate are not measured, since they can't be installed: {error}."]


def _local(bench: Bench) -> str:
    """Applying directly, each beside the loop."""
    columns: list[dict[str, Series]] = []
    for count, rounds in LOCAL.items():
        talk(f"applying {count:,} migrations, {rounds} rounds")
        columns.append(
            in_turn(rounds, {tool.name: partial(bench.apply, tool, count) for tool in bench.tools})
        )
    rows = []
    for tool in bench.tools:
        cells = []
        for budget, times in zip(BUDGETS.values(), columns, strict=True):
            budget_told = f", budget {budget}" if tool is OURS else ""
            cells += [
                _cell(times[tool.name]),
                f"{ratio(times[tool.name], times[LOOP.name]):.2f} x{budget_told}",
            ]
        rows.append([tool.name, *cells])
    head = [cell for count in LOCAL for cell in (f"{count:,} migrations", "to the loop")]
    return _table(["applied, directly", *head], rows)


def _nothing_to_do(bench: Bench) -> str:
    """Runs that find everything applied, and asking for the status."""
    databases = {tool.name: bench.server.create_database() for tool in bench.tools}
    names = [command.name for tool in bench.tools for command in _commands(tool)]
    columns = []
    for count, rounds in NOTHING_TO_DO.items():
        talk(f"nothing to do, {count:,} applied, {rounds} rounds")
        runs: dict[str, Callable[[], float]] = {}
        for tool in bench.tools:
            database, folder = databases[tool.name], bench.files(tool, count)
            bench.run(tool.up, folder, database)  # what the count before has left to do
            bench.require(tool, count, database)
            runs |= {each.name: partial(bench.run, each, folder, database) for each in _commands(tool)}
        columns.append(in_turn(rounds, runs))
    rows = [[name, *(_cell(times[name]) for times in columns)] for name in names]
    return _table(["nothing to do", *(f"{count:,} applied" for count in NOTHING_TO_DO)], rows)


def _commands(tool: Tool) -> list[Command]:
    return [tool.up, *([tool.status] if tool.status else [])]


def _remote(bench: Bench) -> str:
    """Applying over the link, and finding nothing to do there; each tool has a link, so each is counted."""
    few, many = REMOTE
    with ExitStack() as stack:
        links = {tool.name: stack.enter_context(Link(bench.server.port, ROUND_TRIP)) for tool in bench.tools}
        times, counts = {}, {}
        for count, rounds in REMOTE.items():
            talk(f"applying {count} migrations over the link, {rounds} rounds")
            before = {name: link.round_trips for name, link in links.items()}
            runs = {tool.name: partial(bench.apply, tool, count, links[tool.name]) for tool in bench.tools}
            times[count] = in_turn(rounds, runs)
            counts[count] = {name: (link.round_trips - before[name]) / rounds for name, link in links.items()}
        nothing = {tool.name: _nothing_over_link(bench, tool, many, links[tool.name]) for tool in bench.tools}
    rows = []
    for tool in bench.tools:
        each = (counts[many][tool.name] - counts[few][tool.name]) / (many - few)
        budget = f", budget {MOST_ROUND_TRIPS}" if tool is OURS else ""
        rows.append([tool.name, *_beside_ours(times, tool), f"{each:.2f}{budget}", *nothing[tool.name]])
    head = [cell for count in REMOTE for cell in (f"{count} migrations", "to ours")]
    return _table(
        [
            f"over a link of {ROUND_TRIP * 1000:.0f} ms",
            *head,
            "round trips for each",
            f"nothing to do, {many} applied",
            "round trips in all",
        ],
        rows,
    )


def _beside_ours(times: Mapping[int, Mapping[str, Series]], tool: Tool) -> list[str]:
    return [
        cell
        for each in times.values()
        for cell in (_cell(each[tool.name]), f"{ratio(each[tool.name], each[OURS.name]):.2f} x")
    ]


def _nothing_over_link(bench: Bench, tool: Tool, count: int, link: Link) -> tuple[str, str]:
    database, folder = bench.server.create_database(), bench.files(tool, count)
    bench.run(tool.up, folder, database)
    before, rounds = link.round_trips, REMOTE[count]
    times = [bench.run(tool.up, folder, database, link) for _ in range(rounds)]
    return _cell(times), f"{(link.round_trips - before) / rounds:.0f}"


def _cell(times: Series) -> str:
    return f"{min(times):.2f} ({statistics.median(times):.2f})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    first, *below = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([first, "|---" + "|---:" * (len(head) - 1) + "|", *below])
