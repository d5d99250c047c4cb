"""Logs: several in one order, those of a request, those that come, and why there are none."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from ops.errors import NotDeployed, Unreached
from ops.live import Live
from ops.logs import (
    PATIENCE,
    LogUnknown,
    SinceRefused,
    Source,
    Wish,
    events,
    follow,
    moment,
    names_of_request,
    pattern_of,
    sources,
    why_silent,
)
from stacks.loading import load_environment
from tests.ops.living.running import held

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.ops.living.running import Program
    from twin.aws.clients import Aws

GROUPS = {
    "api": ("service", "ApiLogGroup"),
    "access": ("service", "AccessLogGroup"),
    "database": ("database", "PostgresqlLogGroup"),
}
NOW = datetime.now(UTC).replace(microsecond=0)
LAMBDA_ID = "6f1c2d3e-0000-4000-8000-000000000001"
GATEWAY_ID = "Z5dXAA6JZRcnOoM="


def write(aws: Aws, log: str, *lines: tuple[float, Any], stream: str = "one") -> None:
    """Write lines, each so many seconds before now."""
    logs, group = aws.client("logs"), held(aws, *GROUPS[log])
    if not logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    logs.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[
            {
                "timestamp": int((NOW.timestamp() - ago) * 1000),
                "message": line if isinstance(line, str) else json.dumps(line),
            }
            for ago, line in sorted(lines, key=lambda each: -each[0])
        ],
    )


def wish(**more: Any) -> Wish:
    """All lines of the last hour, or fewer."""
    return Wish(NOW - timedelta(hours=1), **more)


def texts(live: Live, logs: list[Source], wanted: Wish) -> list[str]:
    """The messages that are read."""
    return [event.message for event in events(live, logs, wanted)]


def ours(message: str, level: str = "INFO", **more: Any) -> dict[str, Any]:
    """A line as our functions write it."""
    return {"level": level, "message": message, **more}


def test_several_logs_are_told_in_the_order_of_time(live: Live, aws: Aws) -> None:
    write(aws, "api", (50, "b"), (10, "e"), (5000, "too old"))
    write(aws, "access", (60, "a"), (20, "d"))
    write(aws, "database", (30, "c"))

    logs = sources(live, ["all"])

    assert ["a", "b", "c", "d", "e"] == texts(live, logs, wish())
    assert ["b", "c"] == texts(
        live, logs, Wish(NOW - timedelta(seconds=55), until=NOW - timedelta(seconds=25))
    )


def test_a_level_hides_what_is_less_severe_and_nothing_else(live: Live, aws: Aws) -> None:
    write(aws, "api", (3, ours("a", "INFO")), (2, ours("b", "ERROR")), (1, "Killed"))

    found = [event.line.message for event in events(live, sources(live, ["api"]), wish(level="WARN"))]

    assert ["b", "Killed"] == found


@pytest.mark.parametrize(
    ("text", "ids", "pattern"),
    [
        (None, (), None),
        ("connection lost", (), '"connection lost"'),
        ('say "no" \\', (), r'"say \"no\" \\"'),
        ('{ $.level = "ERROR" }', (), '{ $.level = "ERROR" }'),
        ("%5[0-9]{2}%", ("x",), "%5[0-9]{2}%"),
        (None, ("x=",), '"x="'),
        (None, ("x=", "y"), '?"x=" ?"y"'),
    ],
)
def test_what_is_looked_for_is_said_as_cloudwatch_has_it(
    text: str | None, ids: tuple[str, ...], pattern: str | None
) -> None:
    assert pattern == pattern_of(text, ids)


def test_a_text_is_looked_for_at_cloudwatch(live: Live, aws: Aws) -> None:
    write(aws, "api", (3, ours("the connection was lost")), (2, ours("answered")))

    [found] = texts(live, sources(live, ["api"]), wish(pattern=pattern_of("connection was")))

    assert "the connection was lost" == json.loads(found)["message"]


def test_one_id_of_a_request_finds_its_lines_in_all_logs(live: Live, aws: Aws) -> None:
    write(aws, "access", (9, {"requestId": GATEWAY_ID, "integrationRequestId": LAMBDA_ID, "routeKey": "r"}))
    write(
        aws,
        "api",
        (9, {"type": "platform.start", "record": {"requestId": LAMBDA_ID}}),
        (8, ours("answered", request_id=GATEWAY_ID)),
        (7, ours("answered", request_id="another")),
    )

    for given in (GATEWAY_ID, LAMBDA_ID):
        ids = names_of_request(live, given, NOW - timedelta(hours=1))
        found = texts(live, sources(live, ["access", "api"]), wish(ids=ids, pattern=pattern_of(None, ids)))

        assert {GATEWAY_ID, LAMBDA_ID} == set(ids)
        assert 3 == len(found)


@pytest.mark.parametrize(
    ("text", "before"),
    [("90s", 90), ("30m", 1800), ("1h", 3600), ("2 D", 172_800), ("1w", 604_800)],
)
def test_since_is_how_long_ago(text: str, before: int) -> None:
    assert NOW - timedelta(seconds=before) == moment(text, NOW)


def test_since_is_a_time_with_its_zone() -> None:
    assert datetime(2026, 11, 26, 3, tzinfo=UTC) == moment("2026-11-26T05:00+02:00", NOW)
    assert datetime(2026, 11, 26, 3, tzinfo=UTC) == moment("2026-11-26T03:00Z", NOW)


@pytest.mark.parametrize("text", ["", "yesterday", "1", "h", "-1h", "2026-11-26T03:00", "2026-13-01T00:00Z"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(SinceRefused, match="is no time; write how long ago, such as 90s"):
        moment(text, NOW)


def test_why_there_is_nothing_is_said(live: Live, aws: Aws) -> None:
    write(aws, "access", (7200, "old"))
    [api, access] = sources(live, ["api", "access"])

    assert why_silent(live, api).endswith(
        "has no lines at all; the function has never been invoked, or its role may not write there"
    )
    last = f"{NOW - timedelta(hours=2):%Y-%m-%d %H:%M} UTC"
    assert f"has no such lines; its last line is of {last}" in why_silent(live, access)
    assert "there is no log group" in why_silent(live, Source("login", None))


def test_an_unknown_log_and_a_system_that_is_not_there_are_refused(live: Live, aws: Aws) -> None:
    with pytest.raises(
        LogUnknown, match="no log 'apy'; there are api, login, migrator, access, database and all"
    ):
        sources(live, ["apy"])
    with pytest.raises(NotDeployed, match="there is no stack miyabi-production-service in us-east-1"):
        sources(Live(load_environment("production"), aws.client), ["api"])


# Following.


class Clock:
    """A clock that goes on by each pause, at which something may happen."""

    def __init__(self, *happens: Callable[[], None]) -> None:
        self.now, self._happens, self._pauses = NOW, list(happens), 0

    def pause(self, seconds: float) -> None:
        """Go on; do the next of what is to happen."""
        self._pauses += 1
        assert self._pauses < 20, "what was to come has not come"
        self.now += timedelta(seconds=seconds)
        if self._happens:
            self._happens.pop(0)()


def followed(live: Live, count: int, clock: Clock, **more: Any) -> list[str]:
    """The first so many lines that are followed."""
    found = follow(live, sources(live, ["api"]), wish(**more), now=lambda: clock.now, pause=clock.pause)
    return [event.message for event in islice(found, count)]


def test_each_line_is_told_once_and_one_that_comes_late_as_well(live: Live, aws: Aws) -> None:
    write(aws, "api", (30, "a"), (20, "b"))
    clock = Clock(
        lambda: None,
        lambda: write(aws, "api", (10, "c")),
        lambda: write(aws, "api", (25, "late"), stream="two"),
        lambda: write(aws, "api", (20, "b"), stream="three"),  # the same words at the same time
    )

    assert ["a", "b", "c", "late", "b"] == followed(live, 5, clock)


def test_a_connection_that_is_lost_is_waited_for(
    live: Live, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(aws, "api", (30, "a"))
    logs, said = sources(live, ["api"]), list[str]()
    pages, failures = live.pages, iter([False, True, True, False])

    def failing(*words: Any, **arguments: Any) -> Any:
        if next(failures, False):
            raise Unreached("logs", "no route to host")
        return pages(*words, **arguments)

    monkeypatch.setattr(live, "pages", failing)
    clock = Clock(lambda: None, lambda: write(aws, "api", (5, "b")))
    found = follow(live, logs, wish(), said.append, now=lambda: clock.now, pause=clock.pause)

    assert ["a", "b"] == [event.message for event in islice(found, 2)]
    assert 1 == len(said)
    assert said[0].endswith("waiting for it")


def test_a_connection_that_does_not_come_back_is_told(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    logs, pauses = sources(live, ["api"]), list[float]()

    def failing(*_: Any, **__: Any) -> Any:
        raise Unreached("logs", "no route to host")

    monkeypatch.setattr(live, "pages", failing)

    with pytest.raises(Unreached):
        next(follow(live, logs, wish(), pause=pauses.append))
    assert PATIENCE == len(pauses)


# The command.


def test_the_command_prints_lines_for_people_and_why_others_are_silent(miyabi: Program, aws: Aws) -> None:
    write(aws, "api", (3, ours("boom \x1b[2J", "ERROR")))

    told = miyabi("logs", "staging", "api", "migrator", "--utc")

    assert 0 == told.code
    assert f"{NOW - timedelta(seconds=3):%Y-%m-%d %H:%M:%S}.000 api      ERROR boom \\x1b[2J\n" == told.out
    assert "times are UTC" in told.err
    assert "migrator: miyabi-staging-database-MigratorLogGroup-" in told.err
    assert "api: " not in told.err


def test_the_command_prints_whole_lines_as_json(miyabi: Program, aws: Aws) -> None:
    write(aws, "api", (3, ours("a", request_id="1")), (2, "plain"))

    told = miyabi("logs", "staging", "--json")
    found = [json.loads(line) for line in told.out.splitlines()]

    assert [ours("a", request_id="1"), "plain"] == [one["message"] for one in found]
    assert {"time", "source", "group", "stream", "message"} == found[0].keys()


def test_the_command_tells_a_request_by_any_of_its_ids(miyabi: Program, aws: Aws) -> None:
    write(aws, "access", (9, {"requestId": GATEWAY_ID, "integrationRequestId": LAMBDA_ID, "routeKey": "r"}))
    write(aws, "api", (8, {"type": "platform.start", "record": {"requestId": LAMBDA_ID}}))

    told = miyabi("logs", "staging", "--request", GATEWAY_ID)

    assert ["access", "api"] == [line.split()[2] for line in told.out.splitlines()]
    assert f"request {GATEWAY_ID} or {LAMBDA_ID}" in told.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--since", "soon"), "miyabi: 'soon' is no time"),
        (("--follow", "--until", "1m"), "leave one of them out"),
        (("apy",), "there is no log 'apy'"),
    ],
)
def test_the_command_refuses_in_one_sentence(words: tuple[str, ...], sentence: str, miyabi: Program) -> None:
    told = miyabi("logs", "staging", *words)

    assert (2, "") == (told.code, told.out)
    assert sentence in told.err.splitlines()[-1]


def test_following_ends_when_nobody_reads_any_more(
    miyabi: Program, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

        def fileno(self) -> int:
            return os.open(os.devnull, os.O_WRONLY)

    write(aws, "api", (3, "a"))
    monkeypatch.setattr("sys.stdout", Closed())

    assert 0 == miyabi("logs", "staging", "--follow").code


def test_ctrl_c_ends_it_as_shells_expect(miyabi: Program, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    write(aws, "api", (3, "a"))
    monkeypatch.setattr(follow, "__kwdefaults__", (follow.__kwdefaults__ or {}) | {"pause": interrupt})

    told = miyabi("logs", "staging", "--follow")

    assert 130 == told.code
    assert "INFO" not in told.out
    assert told.out.endswith(" -     a\n")


@pytest.mark.parametrize("command", ["status", "outputs", "logs", "drift", "invoke"])
def test_an_environment_that_there_is_not_is_refused(command: str, miyabi: Program) -> None:
    told = miyabi(command, "stagin")

    assert (2, "") == (told.code, told.out)
    assert "environment 'stagin' is not known; did you mean staging?" in told.err
