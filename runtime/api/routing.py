"""Registers what answers a route of the contract, with all that each route has in common.

A route reads by a connection outside of a transaction, or writes in one: its method says which. A read
whose connection broke is asked once more over another one, if the request has the time.
"""

from __future__ import annotations

import time
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qsl

from runtime.api import idempotency
from runtime.api.call import Call, current, router
from runtime.api.errors import Invalid, Unavailable
from runtime.contract import ROUTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

    from runtime.api.database import Database
    from runtime.api.errors import Refusal
    from runtime.contract import Route

    Handler = Callable[..., Any]

TIME_TO_ASK_AGAIN: Final = 24.0
"""Seconds that must be left for a second try: one connection and one statement, by their timeouts."""

REFUSES: Final = "x-refuses"
"""Under which Powertools keeps the statuses that a route declares, for the document of the API."""

_contract: Final = {f"{route.method} {route.path}": route for route in ROUTES}


def answers(
    key: str,
    summary: str,
    *,
    status: int = 200,
    database: bool = True,
    refuses: tuple[type[Refusal], ...] = (),
) -> Callable[[Handler], Handler]:
    """Register a function as what answers a route.

    Args:
        key: Method and path as in the contract, without the prefix: `GET /tasks/{task_id}`.
        summary: What it does, for the document of the API.
        status: Of the answer.
        database: Whether it is given a connection.
        refuses: How it can refuse beside what follows from the contract (see runtime/api/openapi.py).
    """
    route = _contract[key]
    path = route.path.replace("{", "<").replace("}", ">")
    # one for each route, since each takes its time: it checks what Powertools does not, and then goes on
    middlewares = [use_database if database else use_no_database]
    refusals: tuple[type[Refusal], ...] = (*refuses, Unavailable) if database else refuses
    register = router.route(
        path,
        method=route.method,
        summary=summary,
        tags=[route.path.split("/")[1]],
        status_code=status,
        middlewares=cast("list[Callable[..., Any]]", middlewares),
        operation_id=operation_id(route),
        openapi_extensions={REFUSES: sorted({refusal.status for refusal in refusals})},
    )
    return lambda handler: register(_answering_the_call(handler))


def _answering_the_call(handler: Handler) -> Handler:
    """The handler as Powertools sees it: without its first parameter, the call, if it takes one.

    What Powertools gives by its own means costs as much as the rest of its work. The modules of routes and
    of forms leave `annotations` of `__future__` out: types that are texts would be compiled one by one.
    """
    seen = signature(handler)
    parameters = list(seen.parameters.values())
    if isinstance(seen.return_annotation, str):
        raise TypeError(
            f"{handler.__module__} has types that are texts; leave `annotations` of __future__ out"
        )
    if not parameters or parameters[0].annotation is not Call:
        return handler

    @wraps(handler)
    def answer(**given: Any) -> Any:
        return handler(current(), **given)

    answer.__annotations__ = {
        name: told for name, told in handler.__annotations__.items() if told is not Call
    }
    vars(answer)["__signature__"] = seen.replace(parameters=parameters[1:])  # PEP 362
    return answer


def operation_id(route: Route) -> str:
    """A name for a route that a generated client can use: `get_tasks_task_id`."""
    words = route.path.replace("{", "").replace("}", "").replace("-", "_").replace(".", "_").split("/")
    return "_".join([route.method.lower(), *words[1:]])


def refuse_what_it_ignores(app: ApiGatewayResolver) -> None:
    """Refuse what the route would ignore: an unknown or repeated query parameter, or a body.

    A misspelt filter must not be taken for none, nor the second of two for the first.
    """
    route, event = app.context["_route"], app.current_event
    if query := event.get("rawQueryString"):
        given = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
        known = _known_parameters(route)
        if unknown := sorted(set(given) - known):
            allowed = f"it takes {', '.join(sorted(known))}" if known else "it takes none"
            raise Invalid("the request has a mistake", f"query.{unknown[0]}: no such parameter; {allowed}")
        if repeated := sorted(name for name in known if given.count(name) > 1):
            raise Invalid("the request has a mistake", f"query.{repeated[0]}: it stands there twice")
        if debug := app.context["call"].debug:
            debug("query", names=given)
    if not route.dependant.body_params and (event.decoded_body or "").strip() not in ("", "{}"):
        raise Invalid("the request has a mistake", "body: this route takes none")


def _known_parameters(route: Any) -> set[str]:
    """Names of a route's query parameters, those of a model among them."""
    names: set[str] = set()
    for field in route.dependant.query_params:
        fields = getattr(field.type_, "model_fields", None)
        names |= set(fields) if fields else {field.alias}
    return names


def use_no_database(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Let a route run that needs no connection."""
    refuse_what_it_ignores(app)
    return next_middleware(app)


def use_database(app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Give the call a connection for as long as its route runs."""
    refuse_what_it_ignores(app)
    call: Call = app.context["call"]
    database: Database = app.context["database"]
    if call.route.method != "GET":
        with database.writing(call.deadline, call.debug) as connection:
            call.connection = connection
            return idempotency.answer_once(call, app, next_middleware)
    try:
        return _read(call, database, app, next_middleware)
    except Unavailable as failure:
        if not failure.broken or call.deadline - time.monotonic() < TIME_TO_ASK_AGAIN:
            raise
    return _read(call, database, app, next_middleware)


def _read(
    call: Call, database: Database, app: ApiGatewayResolver, next_middleware: NextMiddleware
) -> Response[Any]:
    with database.reading(call.deadline, call.debug) as connection:
        call.connection = connection
        return next_middleware(app)
