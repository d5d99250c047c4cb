"""The addresses beyond this machine that a deployment asks: the API's at CloudFront, and Lambda's of code."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit

from ops.deploying.smoke import HEALTH, WELL
from tests.ops.running import ask_by_invoking
from twin.aws.dispatch import dispatch

if TYPE_CHECKING:
    from tests.standing_in import Call
    from twin.aws.clients import Aws

FAILED = 22
"""What `curl -f` ends with after an answer of 400 or more."""


class Answer(io.BytesIO):
    """What was answered, as urllib has it."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(body)
        self.status = status


class Internet:
    """Reaches what is deployed in an account: health by invoking the api function, code where it is."""

    def __init__(self, aws: Aws, system: str) -> None:
        self.aws, self._system = aws, system

    def open(self, url: str, timeout: float = 0) -> Answer:
        """Get an address; raises as urllib does."""
        del timeout
        if urlsplit(url).path != HEALTH:
            _, _, content = dispatch(self.aws.account, "GET", url, {}, None)
            return Answer(WELL, content)
        status, body = self._health(url)
        if status != WELL:
            raise HTTPError(url, status, "unwell", {}, Answer(status, body))  # type: ignore[arg-type]  # nobody reads headers
        return Answer(status, body)

    def curl(self, call: Call) -> int:
        """Be curl, as far as the documents use it: only CloudFront answers at such an address."""
        status, body = self._health(call.words[-1])
        os.write(call.streams[1], body)
        return 0 if status == WELL else FAILED

    def _health(self, url: str) -> tuple[int, bytes]:
        parts = urlsplit(url)
        assert HEALTH == parts.path
        assert (parts.hostname or "").endswith(".cloudfront.net")
        path = f"/miyabi/{self._system}/service/api-function-name"
        function = self.aws.client("ssm").get_parameter(Name=path)["Parameter"]["Value"]
        status, _, body = ask_by_invoking(self.aws, function)(url).found.partition(" ")
        return int(status), body.encode()
