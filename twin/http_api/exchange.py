"""One request on its way through an HTTP API, and what is known of it at the end."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.answer import Answer
    from twin.event import Request
    from twin.http_api.configuration import ServedApi, Stage


@dataclass(slots=True)
class Exchange:
    """What an access log and metrics are made of; None is what did not come about.

    Attributes:
        host: The name that the API was asked by, as at AWS.
        base_path: What of a domain's mapping the path began with.
        error_type: The kind of gateway response, where the gateway answers itself.
        integration_status: Of Lambda's answer; `function_status` is what the function said.
        integration_ms: From the call of the function to its answer, in milliseconds.
    """

    request: Request
    api: ServedApi
    stage: Stage
    host: str
    base_path: str | None = None
    began: float = field(default_factory=time.monotonic)
    route_key: str | None = None
    answer: Answer | None = None
    total_ms: float = 0.0
    error_type: str | None = None
    authorizer_error: str | None = None
    integration_error: str | None = None
    integration_status: int | None = None
    function_status: int | None = None
    integration_request_id: str | None = None
    integration_ms: float | None = None

    def refuse(self, answer: Answer, kind: str) -> Answer:
        """Note that the gateway answers itself, and why."""
        self.error_type = kind
        return answer

    def finish(self, answer: Answer) -> None:
        """Note the answer, and how long it took."""
        self.answer = answer
        self.total_ms = (time.monotonic() - self.began) * 1000

    @property
    def status(self) -> int:
        """Of the answer; 0 until there is one."""
        return self.answer.status if self.answer else 0

    @property
    def response_length(self) -> int:
        """Bytes of the answer's body."""
        return len(self.answer.body) if self.answer else 0

    @property
    def error_message(self) -> str | None:
        """What the gateway said where it answered itself."""
        if self.error_type is None or self.answer is None:
            return None
        return str(json.loads(self.answer.body)["message"])
