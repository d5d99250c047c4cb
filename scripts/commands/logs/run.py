"""Prints the lines of logs, those of now or those to come."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scripts.ending import ended
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ops.live import Live
    from ops.logs import LogEvent, Source, Wish

DEFAULT = ("api",)


class OptionsContradict(ProgramError):
    """Two options that can't both be meant."""


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, as it was given."""

    logs: tuple[str, ...] = ()
    since: str = "1h"
    until: str | None = None
    find: str | None = None
    level: str | None = None
    request: str | None = None
    follow: bool = False
    utc: bool = False
    as_json: bool = False


def run(env: str, options: Options) -> int:
    """Print lines; returns the exit code."""
    return ended(lambda: _run(env, options), as_json=options.as_json)


def _run(env: str, options: Options) -> int:
    from ops.live import Live
    from ops.logs import OF_A_REQUEST, follow, sources
    from stacks.loading import load_environment

    if options.follow and options.until:
        raise OptionsContradict("--follow prints what comes and --until ends before; leave one of them out")
    live = Live(load_environment(env))
    live.require_account()
    logs = sources(live, options.logs or (OF_A_REQUEST if options.request else DEFAULT))
    wish = _wish(live, options)
    _introduce(live, logs, wish, utc=options.utc)
    if options.follow:
        _tell_silent(live, [log for log in logs if log.group is None])
        talk("following; Ctrl-C ends it")
        _print(follow(live, logs, wish, talk), logs, options)
        return Exit.DONE
    return _print_all(live, logs, wish, options)


def _wish(live: Live, options: Options) -> Wish:
    from ops.logs import Wish, moment, names_of_request, pattern_of

    now = datetime.now(UTC)
    since = moment(options.since, now)
    ids = names_of_request(live, options.request, since) if options.request else ()
    return Wish(
        since=since,
        until=moment(options.until, now) if options.until else None,
        pattern=pattern_of(options.find, ids),
        level=options.level,
        ids=ids,
    )


def _introduce(live: Live, logs: Sequence[Source], wish: Wish, *, utc: bool) -> None:
    """Say what is shown, and in which time: two people who speak of one line must mean the same."""
    from scripts.commands.logs.lines import zone

    names = ", ".join(log.name for log in logs)
    ids = f", request {' or '.join(wish.ids)}" if wish.ids else ""
    talk(
        f"{names} of {live.environment.name} since {wish.since:%Y-%m-%d %H:%M:%S} UTC{ids}; "
        f"times are {zone(wish.since, utc=utc)}"
    )


def _print_all(live: Live, logs: Sequence[Source], wish: Wish, options: Options) -> int:
    from ops.logs import events

    seen = _print(events(live, logs, wish), logs, options)
    _tell_silent(live, [log for log in logs if log.name not in seen])
    return Exit.DONE


def _print(found: Iterable[LogEvent], logs: Sequence[Source], options: Options) -> set[str]:
    """Print lines as they come; returns the names of the logs that had some."""
    from scripts.commands.logs.lines import Renderer, colours

    renderer = Renderer(colours(sys.stdout), utc=options.utc, with_source=len(logs) > 1)
    seen: set[str] = set()
    for event in found:
        seen.add(event.source)
        line = json.dumps(event.document(), ensure_ascii=True) if options.as_json else renderer.render(event)
        if not _is_read(line):
            break
    return seen


def _is_read(line: str) -> bool:
    """Print a line; whether anybody reads on: a log that is followed for nobody must end."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        show("")
        return False
    return True


def _tell_silent(live: Live, logs: Sequence[Source]) -> None:
    """Why there is nothing: an operator must know whether nothing happened or nothing was written."""
    from ops.logs import why_silent

    for log in logs:
        talk(why_silent(live, log))
