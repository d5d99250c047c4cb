"""Calls the function of a route, and tells what comes of it as API Gateway does.

That an HTTP API answers 503 for a function that is throttled, and in which words its access log tells of a
function's error, has been seen in public logs of real APIs; no page of AWS has it.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Protocol

from twin.answer import FAILED, UNAVAILABLE, read_answer
from twin.functions import NotRunnable
from twin.http_api.errors import NotServed
from twin.invocation import InvocationError, Throttled

if TYPE_CHECKING:
    from twin.answer import Answer
    from twin.http_api.exchange import Exchange
    from twin.http_api.target import Target

MOST_AT_ONCE: Final = 1000
"""Invocations under way; Lambda's own default for an account."""
MOST_PAYLOAD: Final = 6_291_556
"""Bytes of an event; Lambda refuses a longer one.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
FAILURE: Final = "INTEGRATION_FAILURE"
TIMEOUT: Final = "INTEGRATION_TIMEOUT"
OK: Final = 200
THROTTLED: Final = 429


class Outcome(Protocol):
    """What came of an invocation; `error` is `Unhandled` where the function failed."""

    @property
    def payload(self) -> bytes:
        """A document in JSON."""

    @property
    def error(self) -> str | None:
        """None, or `Unhandled`."""

    @property
    def request_id(self) -> str:
        """Lambda's."""


class Functions(Protocol):
    """Runs functions; `twin.functions.Functions` is one."""

    def run(self, name: str, payload: bytes, *, qualifier: str | None = None) -> Outcome:
        """Run a function to its end; raises an `InvocationError` where it can't begin."""


class Caller:
    """Calls functions from threads of its own, so that none is waited for longer than it may take."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="integration")

    def close(self) -> None:
        """Begin nothing new; what is under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def call(self, exchange: Exchange, target: Target, event: dict[str, Any], seconds: float) -> Answer:
        """The answer that a function gives, or that the gateway gives for it; raises NotServed."""
        payload = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        began = time.monotonic()
        try:
            return self._within(exchange, target, payload, seconds)
        finally:
            exchange.integration_ms = (time.monotonic() - began) * 1000

    def _within(self, exchange: Exchange, target: Target, payload: bytes, seconds: float) -> Answer:
        if len(payload) > MOST_PAYLOAD:
            exchange.integration_error = f"The event of {len(payload)} bytes is longer than Lambda takes"
            return exchange.refuse(FAILED, FAILURE)
        running = self._pool.submit(self._functions.run, target.arn, payload, qualifier=target.qualifier)
        try:
            outcome = running.result(seconds)
        except TimeoutError:
            exchange.integration_error = "Endpoint request timed out"
            return exchange.refuse(UNAVAILABLE, TIMEOUT)
        except Throttled:
            exchange.integration_status, exchange.integration_error = THROTTLED, "Rate Exceeded."
            return exchange.refuse(UNAVAILABLE, FAILURE)
        except NotRunnable as error:
            raise NotServed(f"its function ({error})") from None
        except InvocationError as error:
            exchange.integration_error = str(error)
            return exchange.refuse(FAILED, FAILURE)
        return _read(exchange, outcome)


def _read(exchange: Exchange, outcome: Outcome) -> Answer:
    exchange.integration_status, exchange.integration_request_id = OK, outcome.request_id
    document = _document(outcome.payload)
    if outcome.error:
        said = document.get("errorMessage") if isinstance(document, dict) else document
        exchange.integration_error = (
            f"The Lambda function returned the following error: {said}. "
            "Check your Lambda function code and try again."
        )
        return exchange.refuse(FAILED, FAILURE)
    answer = read_answer(document)
    if answer is FAILED:
        exchange.integration_error = "The function's answer is not of the format that API Gateway expects"
        return exchange.refuse(FAILED, FAILURE)
    exchange.function_status = answer.status
    return answer


def _document(payload: bytes) -> Any:
    """What a function returned; text that is no JSON is passed as it is."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
