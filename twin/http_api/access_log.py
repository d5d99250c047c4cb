"""Access logs of HTTP APIs: the deployed format with the values of one request.

The variables: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html.
What has no value is `-`. That milliseconds are whole and `requestTimeEpoch` counts seconds has been seen in
logs of real APIs; that quotes in values are escaped, so that a line of JSON stays one, is our own choice.
"""

from __future__ import annotations

import json
import re
import uuid
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.http_api.exchange import Exchange
    from twin.recording import Recorder

Variable = str | int | float | None
NOTHING: Final = "-"
_NAME: Final = re.compile(r"\$context\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)")
_AWKWARD: Final = re.compile(r'["\\\x00-\x1f]')
_LOG_GROUP: Final = re.compile(r"arn:[^:]+:logs:[^:]*:\d{12}:log-group:([^:*]+)(?::\*)?")

VARIABLES: Final[dict[str, Callable[[Exchange], Variable]]] = {
    "apiId": lambda it: it.api.api_id,
    "authorizer.error": lambda it: it.authorizer_error,
    "awsEndpointRequestId": lambda it: it.integration_request_id,
    "customDomain.basePathMatched": lambda it: it.base_path,
    "dataProcessed": lambda it: len(it.request.body) + it.response_length,
    "domainName": lambda it: it.host,
    "domainPrefix": lambda it: it.host.partition(".")[0],
    "error.message": lambda it: it.error_message,
    "error.messageString": lambda it: it.error_message and json.dumps(it.error_message),
    "error.responseType": lambda it: it.error_type,
    "extendedRequestId": lambda it: it.request.request_id,
    "httpMethod": lambda it: it.request.method,
    "identity.sourceIp": lambda it: it.request.source_ip,
    "identity.userAgent": lambda it: it.request.header("user-agent"),
    "integration.error": lambda it: it.integration_error,
    "integration.integrationStatus": lambda it: it.integration_status,
    "integration.latency": lambda it: it.integration_ms,
    "integration.requestId": lambda it: it.integration_request_id,
    "integration.status": lambda it: it.function_status,
    "integrationErrorMessage": lambda it: it.integration_error,
    "integrationLatency": lambda it: it.integration_ms,
    "integrationStatus": lambda it: it.integration_status,
    "path": lambda it: it.request.path,
    "protocol": lambda it: it.request.protocol,
    "requestId": lambda it: it.request.request_id,
    "requestTime": lambda it: it.request.received.strftime("%d/%b/%Y:%H:%M:%S +0000"),
    "requestTimeEpoch": lambda it: int(it.request.received.timestamp()),
    "responseLatency": lambda it: it.total_ms,
    "responseLength": lambda it: it.response_length,
    "routeKey": lambda it: it.route_key,
    "stage": lambda it: it.stage.name,
    "status": lambda it: it.status,
}
"""All that this gateway can know; `accountId` comes from the log's own account. The rest is of authorizers,
signed requests and client certificates, which it does not serve."""
_UNESCAPED: Final = frozenset({"error.messageString"})


class AccessLog:
    """Writes a line a request to the log group that a stage names; each stage has a stream of its own."""

    def __init__(self, recorder: Recorder, account: str) -> None:
        self._recorder, self._account = recorder, account
        self._streams: dict[tuple[str, str], str] = {}
        self.not_written: dict[str, None] = {}
        """Sentences of what could not be written, in order."""

    def write(self, exchange: Exchange) -> None:
        """Write one, if the stage has a log."""
        stage = exchange.stage
        if not (stage.log_destination and stage.log_format):
            return
        group = _LOG_GROUP.fullmatch(stage.log_destination)
        if group is None:
            self.not_written[
                f"no access log is written to {stage.log_destination}, which is no log group"
            ] = None
            return
        line = formatted(stage.log_format, exchange, self._account)
        self._recorder.say(group[1], self._stream(exchange), [line])

    def _stream(self, exchange: Exchange) -> str:
        key = exchange.api.api_id, exchange.stage.name
        return self._streams.setdefault(key, uuid.uuid4().hex)


def formatted(template: str, exchange: Exchange, account: str) -> str:
    """The line of one request."""
    texts, names = _parts(template)
    values = [account if name == "accountId" else _text(name, exchange) for name in names]
    return "".join(part for pair in zip(texts, (*values, ""), strict=True) for part in pair)


@lru_cache(maxsize=64)
def _parts(template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts between variables, and the variables' names."""
    parts = _NAME.split(template)
    return tuple(parts[::2]), tuple(parts[1::2])


def _text(name: str, exchange: Exchange) -> str:
    find = VARIABLES.get(name)
    value = find(exchange) if find else None
    if value is None or value == "":
        return NOTHING
    if isinstance(value, float):
        return str(round(value))
    text = str(value)
    if name not in _UNESCAPED and _AWKWARD.search(text):
        return json.dumps(text, ensure_ascii=False)[1:-1]
    return text
