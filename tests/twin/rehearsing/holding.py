"""What a process holds while a twin in it is under load, and what the local AWS keeps of that."""

from __future__ import annotations

import gc
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from twin.recording import Recorder

PROC: Final = Path("/proc/self")
MEGABYTE: Final = 1 << 20
LINES: Final = ("START", "END", "REPORT", "answered", "access")
FIGURES: Final = ("Count", "4xx", "5xx", "Invocations", "Errors")
"""What can be foretold of what was asked."""


@dataclass(frozen=True, slots=True)
class Look:
    """What this process and those that it has started hold at a moment."""

    megabytes: float
    """Of this one alone."""
    threads: int
    descriptors: int
    processes: int


def look() -> Look:
    """See what there is, without what nobody needs any more."""
    gc.collect()
    pages = int((PROC / "statm").read_text(encoding="ascii").split()[1])
    tasks = list((PROC / "task").iterdir())
    return Look(
        megabytes=pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE,
        threads=len(tasks),
        descriptors=len(list((PROC / "fd").iterdir())),
        processes=sum(len(_text(task / "children").split()) for task in tasks),
    )


def _text(path: Path) -> str:
    """What is in a file, nothing where its thread has ended."""
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


@dataclass(slots=True)
class Kept:
    """What the local AWS was told: counted, and taken away, so that it is not what grows.

    Attributes:
        lines: By their first word, or their message; `access` are those of the access log.
        figures: Sums of metrics under the fewest dimensions.
        memory: MB that an execution environment has held at most, one of each invocation, by log stream.
    """

    account: str
    access: str
    """The access log's group."""
    lines: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    memory: dict[str, list[int]] = field(default_factory=dict)

    @property
    def told(self) -> dict[str, int]:
        """What can be foretold."""
        return {name: self.lines[name] for name in LINES} | {
            name: round(self.figures[name]) for name in FIGURES
        }

    def take(self, recorder: Recorder) -> None:
        """Take what is there by now."""
        from moto.cloudwatch.models import cloudwatch_backends
        from moto.logs.models import logs_backends

        recorder.flush()
        for group in logs_backends[self.account]["us-east-1"].groups.values():
            for stream in group.streams.values():
                for event in _taken(stream.events):
                    self._read(group.name, stream.log_stream_name, event.message)
        for datum in _taken(cloudwatch_backends[self.account]["us-east-1"].metric_data):
            # AWS/ApiGateway has the API at least, AWS/Lambda nothing
            if len(datum.dimensions) == (datum.namespace == "AWS/ApiGateway"):
                self.figures[datum.name] += datum.sum if hasattr(datum, "sum") else datum.value

    def _read(self, group: str, stream: str, line: str) -> None:
        if group == self.access:
            self.lines["access"] += 1
        elif line.startswith("{"):
            self.lines[json.loads(line).get("message", "metrics")] += 1
        else:
            self.lines[line.partition(" ")[0]] += 1
        if line.startswith("REPORT"):
            used = line.partition("Max Memory Used: ")[2].partition(" ")[0]
            self.memory.setdefault(stream, []).append(int(used))


def _taken(kept: list[Any]) -> list[Any]:
    """What a list of moto's has, which is emptied in place, since it may be added to meanwhile.

    Moto keeps one more of all that it has ever made, until the account is forgotten.
    """
    taken = kept[:]
    del kept[: len(taken)]
    kinds: set[Any] = set(map(type, taken))
    for kind in kinds:
        kind.instances_tracked.clear()
    return taken
