"""Invokes a function and prints what it gave."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ops.log_lines import escaped
from scripts.ending import ended
from scripts.errors import ProgramError, TargetRefused
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from ops.inventory import FunctionPlace
    from ops.invoking import Answer
    from ops.live import Live
    from scripts.consent import Consent

STDIN: Final = Path("-")
SERVER_ERROR: Final = 500


class InputTwice(ProgramError):
    """Standard input is wanted for two things."""


class EventMissing(ProgramError):
    """A function that takes no request is given no event."""


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, as it was given."""

    function: str
    event: Path | None
    method: str
    path: str
    data: Path | None
    token: bool
    as_json: bool


def run(env: str, options: Options, consent: Consent) -> int:
    """Invoke; returns the exit code."""
    return ended(lambda: _run(env, options, consent), as_json=options.as_json)


def _run(env: str, options: Options, consent: Consent) -> int:
    from ops.inventory import function_of
    from ops.invoking import invoke, only_reads, without_secrets
    from ops.live import Live
    from stacks.loading import load_environment

    _require_one_reader(options)
    live = Live(load_environment(env))
    place = function_of(live.environment, options.function)
    event = _event(live, place, options)
    if consent.dry_run:
        show(json.dumps(without_secrets(event), indent=2, ensure_ascii=True))
        return Exit.DONE
    if not only_reads(place.function, event):
        consent.require_somebody("invoke", as_json=options.as_json)
        if not consent.given(
            f"Invoke {place.function.value} of {live.environment.name}, which may change data?"
        ):
            talk("nothing was invoked")
            return Exit.DONE
    talk(f"invoking {place.function.value} of {live.environment.name}")
    answer = invoke(live, place, event)
    show(_json(answer) if options.as_json else _text(answer))
    return code(answer)


def code(answer: Answer) -> int:
    """The exit code of an answer."""
    if answer.error:
        return Exit.BUG
    status = answer.payload.get("statusCode") if isinstance(answer.payload, dict) else None
    return Exit.FAULT_PROVED if isinstance(status, int) and status >= SERVER_ERROR else Exit.DONE


def _require_one_reader(options: Options) -> None:
    readers = [
        name
        for name, reads in (
            ("--event -", options.event == STDIN),
            ("--data -", options.data == STDIN),
            ("--token", options.token),
        )
        if reads
    ]
    if len(readers) > 1:
        raise InputTwice(f"{' and '.join(readers)} both read standard input; give one of them a file")


def _event(live: Live, place: FunctionPlace, options: Options) -> Any:
    from ops.invoking import Request, api_event, read_event
    from runtime.contract import Function

    if options.event:
        return read_event(_read(options.event).decode(errors="replace"), f"in {options.event}")
    if place.function is not Function.API:
        raise EventMissing(f"{place.function.value} takes no request here; give its event by --event FILE")
    headers = {"authorization": f"Bearer {_token()}"} if options.token else {}
    body = _read(options.data) if options.data else b""
    return api_event(live, Request(options.method, options.path, headers, body))


def _read(path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
    except OSError as error:
        raise TargetRefused(str(path), f"it can't be read ({error.strerror})") from None


def _token() -> str:
    """A bearer token: never an argument, which every process of the machine may read."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    from getpass import getpass

    return getpass("bearer token (it is not shown): ")


def _json(answer: Answer) -> str:
    document = {
        "version": answer.version,
        "answer": answer.payload,
        "error": answer.error,
        "milliseconds": round(answer.seconds * 1000),
        "log": list(answer.log),
    }
    return json.dumps(document, indent=2, ensure_ascii=True)


def _text(answer: Answer) -> str:
    """The answer as a person reads it: status and body of an HTTP answer, else the whole document."""
    payload, told = answer.payload, f"version {answer.version}, {answer.seconds * 1000:.0f} ms"
    if isinstance(payload, dict) and "statusCode" in payload:
        parts = [f"{payload['statusCode']}  ({told})", *_body(payload.get("body", ""))]
    else:
        failed = f"{answer.error}  " if answer.error else ""
        parts = [f"{failed}({told})", *_lines(payload)]
    if answer.log:
        parts += ["", "the end of its log:", *(f"  {_log_line(line)}" for line in answer.log)]
    return "\n".join(parts)


def _log_line(text: str) -> str:
    from ops.log_lines import read
    from scripts.commands.logs.lines import Renderer

    return Renderer(coloured=False, utc=True, with_source=False).render_line(read(text))


def _body(body: str) -> list[str]:
    try:
        return _lines(json.loads(body))
    except ValueError:
        return [escaped(line) for line in body.splitlines()]


def _lines(document: Any) -> list[str]:
    return [escaped(line) for line in json.dumps(document, indent=2, ensure_ascii=False).splitlines()]
