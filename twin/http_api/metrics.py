"""Metrics of HTTP APIs, as they put them into CloudWatch's namespace AWS/ApiGateway.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html. Errors are counted as 0
as well, so that their average is the share of failed requests; times are whole milliseconds, as in logs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.http_api.exchange import Exchange
    from twin.recording import Recorder

NAMESPACE: Final = "AWS/ApiGateway"


def put(recorder: Recorder, exchange: Exchange) -> None:
    """Count one request, for its API, its stage, and its route if the stage has detailed metrics."""
    figures = tuple(_figures(exchange))
    for dimensions in _dimensions(exchange):
        for name, value, unit in figures:
            recorder.count(NAMESPACE, name, dimensions, value, unit)


def _figures(exchange: Exchange) -> Iterator[tuple[str, float, str]]:
    kind = exchange.status // 100
    yield "Count", 1, "Count"
    yield "4xx", float(kind == 4), "Count"  # noqa: PLR2004  (the first digit of a status)
    yield "5xx", float(kind == 5), "Count"  # noqa: PLR2004  (the first digit of a status)
    yield "Latency", round(exchange.total_ms), "Milliseconds"
    yield "DataProcessed", len(exchange.request.body) + exchange.response_length, "Bytes"
    if exchange.integration_ms is not None:
        yield "IntegrationLatency", round(exchange.integration_ms), "Milliseconds"


def _dimensions(exchange: Exchange) -> Iterator[dict[str, str]]:
    api = {"ApiId": exchange.api.api_id}
    yield api
    of_stage = api | {"Stage": exchange.stage.name}
    yield of_stage
    key = exchange.route_key
    if key and exchange.stage.counts_in_detail(key):
        method, _, resource = key.partition(" ")
        yield of_stage | {"Method": method, "Resource": resource or method}
