"""The login as a Lambda function: an API Gateway event in, an answer out; see docs/login.md."""

from __future__ import annotations

import sys
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from runtime.journal import Journal, silence_libraries
from runtime.login import cookies
from runtime.login.errors import START, Failed, LoginRefused
from runtime.login.flow import CALLBACK, Login, make_login
from runtime.login.messages import Answer, Request, read_request, refuse
from runtime.login.settings import read_settings
from runtime.variables import DEBUG_REFUSED, read_end, read_trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.variables import Invocation

ROUTES: Final = {("GET", START), ("GET", CALLBACK)}
QUERY: Final = ("code", "error", "redirect", "state")
CLIENT_FAULT, SERVER_FAULT = 400, 500


def handle(event: Any, context: Invocation) -> dict[str, Any]:
    """Answer a request of a browser."""
    return respond(_login, event, context)


@cache
def _login() -> Login:
    """The login of this execution environment, as its variables say."""
    silence_libraries()
    login = make_login(read_settings())
    if read_end(login.settings.debug_until) is None:
        fields = {"environment": login.settings.environment}
        Journal(sys.stdout, login.settings.log_level, fields).write("WARN", DEBUG_REFUSED)
    return login


def respond(login: Callable[[], Login], event: Any, context: Invocation) -> dict[str, Any]:
    """Answer by a login, and write one line about it; a rehearsal gives a login of its own.

    Whatever happens is an answer: a page of the gateway's would not tell the browser what to do.
    """
    began = monotonic()
    request = read_request(event, context.aws_request_id)
    journal = Journal(sys.stdout, "INFO", _fields(request))
    told: dict[str, str] = {}
    try:
        found = login()
        journal = _journal(found, request)
        _tell(journal, request)
        answer = found.answer(request, context.get_remaining_time_in_millis() / 1000, journal)
    except LoginRefused as refusal:
        answer = refuse(refusal, request.request_id)
        told = {"error": refusal.kind, "reason": refusal.reason}
    except Exception as error:  # noqa: BLE001  (whatever it was, the browser must be answered)
        journal.learn(_sent(request))
        journal.fault(error)
        answer = refuse(Failed(), request.request_id)
        told = {"error": Failed.kind, "reason": type(error).__name__}
    _write(journal, request, answer, began, told)
    return _spent(answer, request).document(request)


def _spent(answer: Answer, request: Request) -> Answer:
    """An attempt comes back once: whatever became of it, the browser forgets it."""
    name = cookies.name_of(request.query.get("state", "")) if request.path == CALLBACK else None
    return answer.with_cookies(cookies.drop(name)) if name else answer


def _fields(request: Request) -> dict[str, str]:
    fields = {"request_id": request.request_id, "correlation_id": request.correlation_id}
    trace = read_trace()
    return fields | ({"xray_trace_id": trace} if trace else {})


def _journal(login: Login, request: Request) -> Journal:
    """The request's log, in which no secret of ours can be read."""
    settings = login.settings
    fields = {"environment": settings.environment} | _fields(request)
    end = read_end(settings.debug_until) or 0.0
    return Journal(sys.stdout, settings.log_level, fields, settings.secrets(), debug_until=end)


def _tell(journal: Journal, request: Request) -> None:
    """What is asked, by names that are known: what a caller made up may be a secret."""
    if journal.debugging:
        journal.write(
            "DEBUG", "asked", route=_route(request), query=[name for name in QUERY if name in request.query]
        )


def _sent(request: Request) -> Iterator[str]:
    """What the browser sent that may let somebody in; only a fault's own words could hold it."""
    yield from (request.query.get(name, "") for name in ("code", "state"))
    yield from request.cookies.values()


def _route(request: Request) -> str:
    known = (request.method, request.path) in ROUTES
    return f"{request.method} {request.path}" if known else "none"


def _write(journal: Journal, request: Request, answer: Answer, began: float, told: dict[str, str]) -> None:
    """The line of the request. No path that the caller made up stands in it."""
    level = "ERROR" if answer.status >= SERVER_FAULT else "WARN" if answer.status >= CLIENT_FAULT else "INFO"
    journal.write(
        level,
        "answered",
        route=_route(request),
        status=answer.status,
        milliseconds=round((monotonic() - began) * 1000, 1),
        **told,
    )
