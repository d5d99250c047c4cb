"""The logs of a living system: several at once, in the order of time, and those to come.

"FilterLogEvents", Amazon CloudWatch Logs API Reference. Its events come sorted by time from all streams of
a group. A new one may appear some seconds after its time, so each question of `follow` goes back a while.
"""

from __future__ import annotations

import heapq
import json
import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ops.errors import NotDeployed, Unreached, Unready
from ops.inventory import LOG_GROUPS, stacks_of
from ops.log_lines import Line, read
from ops.stack import held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ops.live import Live
    from ops.stack import Held

ALL: Final = "all"
OF_A_REQUEST: Final = ("access", "api", "login")
"""Where a request leaves lines."""
PAUSE: Final = 2.0
"""Seconds between two questions of `follow`; an account may ask five times a second and more."""
OVERLAP: Final = timedelta(seconds=60)
"""How far each question goes back behind the newest event, for events that come late."""
HORIZON: Final = timedelta(minutes=15)
"""The farthest that it goes back where nothing has come, however wrong this machine's clock may be."""
PATIENCE: Final = 30
"""Questions in a row that may go unanswered while a log is followed: a minute."""
SINCE: Final = re.compile(r"(\d+)\s*([smhdw])")
UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
PATTERN: Final = re.compile(r'[{\[%"?-]')
"""How what is no plain text begins: JSON, columns, a regular expression, quoted, any of, none of."""


class LogUnknown(Unready):
    """A log is named that there is none of."""

    def __init__(self, log: str) -> None:
        self.log = log
        super().__init__(f"there is no log {log!r}; there are {', '.join(LOG_GROUPS)} and {ALL}")


class SinceRefused(Unready):
    """A time that is no time."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"{text!r} is no time; write how long ago, such as 90s, 30m, 1h or 2d, "
            "or a time with its zone, such as 2026-11-26T03:00Z"
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A log, by the name that operators use, and its log group; None where its stack has none."""

    name: str
    group: str | None


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One line of a log; `at` is when it was written."""

    id: str
    at: datetime
    source: str
    group: str
    stream: str
    message: str

    @property
    def line(self) -> Line:
        """What it says."""
        return read(self.message)

    def document(self) -> dict[str, Any]:
        """As data: the message parsed where it is JSON."""
        try:
            message = json.loads(self.message)
        except ValueError:
            message = self.message
        return {
            "time": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "source": self.source,
            "group": self.group,
            "stream": self.stream,
            "message": message,
        }


@dataclass(frozen=True, slots=True)
class Wish:
    """Which lines: from when on, until when, and those that match.

    `pattern` is CloudWatch's; `level` the least severe; `ids` are names of one request, any of which is in
    a line.
    """

    since: datetime
    until: datetime | None = None
    pattern: str | None = None
    level: str | None = None
    ids: tuple[str, ...] = ()

    def takes(self, event: LogEvent) -> bool:
        """Whether a line is wanted, as far as CloudWatch was not asked."""
        if self.ids and not any(each in event.message for each in self.ids):
            return False
        return self.level is None or event.line.is_at_least(self.level)


def sources(live: Live, names: Sequence[str]) -> list[Source]:
    """The logs of those names; raises `LogUnknown`, and `NotDeployed` where no stack of theirs is there."""
    wanted = list(dict.fromkeys(LOG_GROUPS if ALL in names else names))
    for name in wanted:
        if name not in LOG_GROUPS:
            raise LogUnknown(name)
    there = {stack: _held(live, stack) for stack in sorted({LOG_GROUPS[name][0] for name in wanted})}
    if not any(there.values()):
        raise NotDeployed(f"stack {live.stack_name(LOG_GROUPS[wanted[0]][0])}", live.region)
    return [Source(name, _group(there, *LOG_GROUPS[name])) for name in wanted]


def moment(text: str, now: datetime) -> datetime:
    """A time that was written as how long ago, or as ISO 8601 with a zone; raises `SinceRefused`."""
    if match := SINCE.fullmatch(text.strip().lower()):
        return now - timedelta(**{UNITS[match[2]]: int(match[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SinceRefused(text) from None
    if found.tzinfo is None:
        raise SinceRefused(text)
    return found.astimezone(UTC)


def pattern_of(text: str | None, ids: Sequence[str] = ()) -> str | None:
    """CloudWatch's pattern for what an operator has written: plain text is looked for as it is.

    A pattern can't be joined with the ids of a request; then those are looked for here.
    """
    if text and PATTERN.match(text):
        return text
    if text:
        return _quoted(text)
    if len(ids) > 1:
        return " ".join(f"?{_quoted(each)}" for each in ids)
    return _quoted(ids[0]) if ids else None


def names_of_request(live: Live, request: str, since: datetime) -> tuple[str, ...]:
    """All ids that a request has: the gateway's, and Lambda's own, which the gateway's line tells."""
    try:
        [access] = sources(live, ["access"])
    except NotDeployed:
        return (request,)
    wish = Wish(since, pattern=_quoted(request), ids=(request,))
    found = [request]
    for event in events(live, [access], wish):
        line = json.loads(event.message) if event.message.startswith("{") else {}
        found += [line.get(key, "-") for key in ("requestId", "integrationRequestId")]
    return tuple(dict.fromkeys(one for one in found if one not in ("-", "")))


def events(live: Live, logs: Iterable[Source], wish: Wish) -> Iterator[LogEvent]:
    """The lines of several logs in the order of time, read as they are needed."""
    each = [_events(live, log.name, log.group, wish) for log in logs if log.group]
    for event in heapq.merge(*each, key=lambda event: event.at):
        if wish.takes(event):
            yield event


def follow(
    live: Live,
    logs: Sequence[Source],
    wish: Wish,
    say: Callable[[str], None] = lambda _: None,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[LogEvent]:
    """The lines since a time, and each new one when it comes; never ends by itself.

    A connection that is lost is waited for; raises `AccessError` when it does not come back.
    """
    shown: dict[str, datetime] = {}
    begin, newest, unanswered = wish.since, wish.since, 0
    while True:
        asked_at = now()
        shown = {key: at for key, at in shown.items() if at >= begin}
        try:
            for event in events(live, logs, replace(wish, since=begin)):
                if event.id not in shown:
                    shown[event.id] = event.at
                    newest = max(newest, event.at)
                    yield event
            begin = max(newest - OVERLAP, asked_at - HORIZON, wish.since)
            unanswered = 0
        except Unreached as error:
            unanswered += 1
            if unanswered > PATIENCE:
                raise
            if unanswered == 1:
                say(f"{error}; waiting for it")
        pause(PAUSE)


def why_silent(live: Live, log: Source) -> str:
    """Why a log has no lines: it has none at all, or none of that time."""
    if log.group is None:
        return f"{log.name}: there is no log group; its stack has none, or is not deployed"
    found = live.call(
        "logs:DescribeLogStreams",
        f"log group {log.group}",
        logGroupName=log.group,
        orderBy="LastEventTime",
        descending=True,
        limit=1,
    )["logStreams"]
    if not found:
        return f"{log.name}: {log.group} has no lines at all; {_never(log.name)}"
    last = found[0].get("lastEventTimestamp")
    when = f"; its last line is of {_at(last):%Y-%m-%d %H:%M} UTC" if last else ""
    return f"{log.name}: {log.group} has no such lines{when}"


def _never(log: str) -> str:
    match log:
        case "access":
            return "no request has come, or the stage may not write there"
        case "database":
            return "the instance has exported none yet, or does not export it"
        case _:
            return "the function has never been invoked, or its role may not write there"


def _events(live: Live, name: str, group: str, wish: Wish) -> Iterator[LogEvent]:
    pages = live.pages(
        "logs:FilterLogEvents",
        f"log group {group}",
        "events",
        logGroupName=group,
        startTime=_milliseconds(wish.since),
        endTime=_milliseconds(wish.until) if wish.until else None,
        filterPattern=wish.pattern,
    )
    for one in pages:
        yield LogEvent(
            one["eventId"], _at(one["timestamp"]), name, group, one["logStreamName"], one["message"]
        )


def _held(live: Live, stack: str) -> Mapping[str, Held]:
    if stack not in stacks_of(live.environment):
        return {}
    try:
        return held(live, live.stack_name(stack))
    except NotDeployed:
        return {}


def _group(there: Mapping[str, Mapping[str, Held]], stack: str, logical_id: str) -> str | None:
    found = there[stack].get(logical_id)
    return found.physical_id if found else None


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
