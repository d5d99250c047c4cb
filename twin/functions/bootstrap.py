"""The bootstrap of the stand-in: it takes events from the Runtime API and has our own API answer them.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html

Where APPLICATION_PER_REQUEST is set, it has a fault that the original had: it builds the application and its
connection for each event, leaves the old ones open, and drops the headers.
"""

from __future__ import annotations

import json
import os
import sys
import time
from http.client import HTTPConnection
from typing import Any

FOUND_IN: list[str] = []
"""Where our API and the packages are that it needs; whoever writes this into a zip sets it."""
PREFIX = "/2018-06-01/runtime"


class Context:
    """What the handler asks of its invocation."""

    def __init__(self, headers: Any) -> None:
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation ends."""
        return max(0, self._deadline - int(time.time() * 1000))


def told(error: BaseException) -> bytes:
    """An error as the Runtime API takes it."""
    document = {"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": []}
    return json.dumps(document).encode()


def main() -> None:
    """Answer one event after another."""
    sys.stderr.write("this is a stand-in for the Rust bootstrap\n")
    api = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def ask(method: str, path: str, body: bytes | None = None) -> tuple[Any, bytes]:
        api.request(method, PREFIX + path, body)
        answer = api.getresponse()
        return answer.headers, answer.read()

    sys.path += FOUND_IN
    try:
        from runtime.api import handler
    except Exception as error:
        ask("POST", "/init/error", told(error))
        raise
    left_open = []
    while True:
        headers, event = ask("GET", "/invocation/next")
        context = Context(headers)
        try:
            asked = json.loads(event)
            if "APPLICATION_PER_REQUEST" in os.environ:
                left_open.append(handler._service())  # noqa: SLF001  (our own API has no such fault)
                handler._service.cache_clear()  # noqa: SLF001
                asked["headers"] = {}
            document = json.dumps(handler.handle(asked, context)).encode()
        except Exception as error:  # noqa: BLE001  (whatever it is, the next event is another)
            ask("POST", f"/invocation/{context.aws_request_id}/error", told(error))
        else:
            ask("POST", f"/invocation/{context.aws_request_id}/response", document)


if __name__ == "__main__":
    main()
