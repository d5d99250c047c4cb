"""Calls a handler again and again with one event, and tells how long a call took.

It is a program for the measured Python, which knows nothing of ours. Its one argument is the handler. Each
line that it is given is JSON with `event` and `calls`; each that it writes has the `status` of the last
answer, the `seconds` of a call, and those of them on a `processor`, in the mean. What the handler writes is
dropped.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module


class Context:
    """What handlers read of Lambda's."""

    aws_request_id = "8a2f5a3c-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """All of the function's time."""
        return 29_000


def main() -> None:
    """Serve until there is no more to read."""
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    module, _, function = sys.argv[1].rpartition(".")
    handle, context = getattr(import_module(module), function), Context()
    for line in sys.stdin:
        asked = json.loads(line)
        event, calls = asked["event"], range(asked["calls"])
        begun, worked = time.perf_counter(), time.process_time()
        for _ in calls:
            answer = handle(event, context)
        seconds, processor = time.perf_counter() - begun, time.process_time() - worked
        means = {"seconds": seconds / len(calls), "processor": processor / len(calls)}
        print(json.dumps({"status": answer["statusCode"], **means}), file=told, flush=True)


if __name__ == "__main__":
    main()
