"""What an execution environment writes to CloudWatch Logs, as far as the function's role may.

It is Lambda's own service that writes, with the role's rights, whatever network the function is in.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from twin.function_log import JSON
from twin.functions.memo import Memo
from twin.roles import role_may

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twin.configuration import Configuration
    from twin.deployed import Deployed
    from twin.functions.resolving import Found
    from twin.recording import Recorder

TAIL: Final = 4096
"""Bytes of the log that an invocation may tell."""
LEVELS: Final = {
    name: number
    for number, names in enumerate(
        (("TRACE",), ("DEBUG",), ("INFO",), ("WARN", "WARNING"), ("ERROR",), ("FATAL", "CRITICAL"))
    )
    for name in names
}
"""https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html"""


class Journal:
    """The log stream of one execution environment; it comes into being with its first line.

    Attributes:
        stream: Its name.
    """

    def __init__(self, deployed: Deployed, recorder: Recorder, found: Found, stream: str) -> None:
        self.stream = stream
        self._deployed, self._recorder = deployed, recorder
        logging = found.configuration["LoggingConfig"]
        self._role: str = found.configuration["Role"]
        self._group: str = logging["LogGroup"]
        self._is_json = logging["LogFormat"] == JSON
        self._application = LEVELS.get(logging.get("ApplicationLogLevel", "TRACE"), 0)
        self._system = LEVELS.get(logging.get("SystemLogLevel", "TRACE"), 0)
        self._may: Memo[bool] = Memo(deployed.aws.account, "iam", "logs")
        self._has_begun = False
        self._tail: list[str] = []

    def begin(self) -> None:
        """Let the tail begin here."""
        self._tail = []

    @property
    def tail(self) -> bytes:
        """The end of what was written since it began, whether or not the role may write."""
        return "".join(f"{line}\n" for line in self._tail).encode()[-TAIL:]

    def say(self, lines: Iterable[str], level: str = "INFO") -> None:
        """Write lines of Lambda's own; its log has a level only in JSON."""
        if not self._is_json or LEVELS[level] >= self._system:
            self._write(list(lines))

    def pass_on(self, lines: Iterable[str]) -> None:
        """Write what the function said."""
        self._write([line for line in lines if not self._is_json or self._is_wanted(line)])

    def _is_wanted(self, line: str) -> bool:
        """Whether a line has no level, or one that is high enough.

        Only an object with a level and a time has one.
        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
        """
        if not line.startswith("{"):
            return True
        try:
            record: dict[str, Any] = json.loads(line)
        except (ValueError, RecursionError):
            return True
        level = LEVELS.get(str(record.get("level", "")).upper())
        return level is None or "timestamp" not in record or level >= self._application

    def _write(self, lines: list[str]) -> None:
        if not lines:
            return
        self._tail += lines
        if self._may.get("write", self._may_write):
            self._recorder.say(self._group, self.stream, lines)

    def _may_write(self) -> bool:
        if not self._is_allowed("logs:PutLogEvents", f":log-stream:{self.stream}"):
            return False
        if not self._has_begun:
            if not self._is_allowed("logs:CreateLogStream", "") or not self._has_group():
                return False
            self._has_begun = True
        return True

    def _is_allowed(self, action: str, within: str) -> bool:
        arn = self._deployed.aws.arn("logs", f"log-group:{self._group}{within}")
        return role_may(self._deployed, self._role, action, arn).allowed

    def _has_group(self) -> bool:
        """Whether the group is there; Lambda makes it where the role may."""
        found = self._deployed.call("logs", "describe_log_groups", logGroupNamePrefix=self._group)
        if any(group["logGroupName"] == self._group for group in found["logGroups"]):
            return True
        if not self._is_allowed("logs:CreateLogGroup", ""):
            return False
        logs = self._deployed.aws.client("logs")
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=self._group)
        return True


def stream_name(configuration: Configuration, token: str) -> str:
    """The name of a new stream."""
    return f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{configuration.version}]{token}"
