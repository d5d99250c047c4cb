"""Answers a repeated creation as the first time, without creating anything again.

A client that sends the header `Idempotency-Key` with a creation may send the same request again after a
lost answer: within a day it gets the first answer. The key's row is written first, in the transaction
of the creation: who comes second waits for the first to end, and nothing is ever half-done.
Form: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import Response
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from runtime.api.access import require, require_in
from runtime.api.discarding import discard
from runtime.api.errors import Invalid, KeyReused
from runtime.api.tables import idempotency_keys as keys

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import ApiGatewayResolver
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
    from sqlalchemy import ColumnElement

    from runtime.api.call import Call

HEADER: Final = "idempotency-key"
KEPT: Final = timedelta(hours=24)
_FORM: Final = re.compile(r"[\x21-\x7e]{1,255}")
CREATED: Final = 201


def answer_once(call: Call, app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Answer a creation by what was answered to its key, or by creating."""
    key = call.request.headers.get(HEADER)
    if key is None or not creates(app):
        return next_middleware(app)
    if not _FORM.fullmatch(key):
        raise Invalid(f"the header {HEADER} has 1 to 255 visible ASCII characters; send such a key")
    if (stored := _claim(call, app, key)) is not None:
        return stored
    response = next_middleware(app)
    call.connection.execute(
        update(keys).where(_row(call, key)).values(status=response.status_code, answer=response.body)
    )
    return response


def creates(app: ApiGatewayResolver) -> bool:
    """Whether the route that is being answered creates something."""
    return bool(app.context["_route"].status_code == CREATED)


def _claim(call: Call, app: ApiGatewayResolver, key: str) -> Response[Any] | None:
    """Write the key's row, or find the answer in the one that is there."""
    digest = _digest(call, app)
    discard(call.connection, keys, keys.c.created_at < func.now() - KEPT)
    written = call.connection.execute(
        upsert(keys)
        .values(user_id=call.user_id, route=call.route.key, key=key, request_sha256=digest)
        .on_conflict_do_nothing()
        .returning(keys.c.key)
    ).first()
    if written:
        return None
    row = call.connection.execute(
        select(keys.c.request_sha256, keys.c.status, keys.c.answer).where(_row(call, key))
    ).one()
    if row.request_sha256 != digest:
        raise KeyReused(
            "this idempotency key came with another request before; use a new key for a new request"
        )
    _refuse_who_lost_the_right(call, app)
    call.headers["idempotency-replayed"] = "true"
    return Response(status_code=row.status, content_type="application/json", body=row.answer)


def _row(call: Call, key: str) -> ColumnElement[bool]:
    return (keys.c.user_id == call.user_id) & (keys.c.route == call.route.key) & (keys.c.key == key)


def _refuse_who_lost_the_right(call: Call, app: ApiGatewayResolver) -> None:
    """Ask again what the creation asked: an answer may hold what the caller may not read any more."""
    if call.route.permission is None:
        return
    if (organization_id := app.context["_route_args"].get("org_id")) is not None:
        require_in(call, organization_id)
    else:
        require(call)


def _digest(call: Call, app: ApiGatewayResolver) -> bytes:
    """What makes two requests the same: where one works, the path, and the body however it is spaced."""
    body = json.dumps(app.current_event.json_body, sort_keys=True)
    return hashlib.sha256(f"{call.organization_id}\n{app.current_event.path}\n{body}".encode()).digest()
