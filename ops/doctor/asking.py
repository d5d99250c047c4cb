"""Makes the one live request, and keeps all that its answer tells."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ops.deploying.smoke import HEALTH, NO_WAY_OUT, TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from http.client import HTTPMessage
    from urllib.response import addinfourl

    Ask = Callable[[str], "Reply"]
    """Asks the health route of a base address."""

LONGEST_BODY: Final = 4096
KEPT: Final = ("hit", "refreshhit")
"""How `x-cache` begins where CloudFront has answered with what it had kept, and asked nobody.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
"""


class Failure(StrEnum):
    """Why no answer came."""

    NAME = "the name is not known"
    TLS = "the certificate is not trusted"
    REFUSED = "nobody listens there"
    TIMEOUT = "nothing came in time"
    CUT = "the connection was cut"
    OURS = "this machine has no network"
    ADDRESS = "it is no address of HTTP"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or why there is none.

    Attributes:
        at: When it was asked for, in UTC.
        headers: With names in small letters.
        detail: What was found in place of an answer, in the words of who found it.
        landed: Where redirects have led to, where they did.
    """

    url: str
    at: datetime
    seconds: float
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = field(default="", repr=False)
    failure: Failure | None = None
    detail: str = ""
    landed: str = ""

    @property
    def since(self) -> datetime:
        """From when on its traces are: `at`, by the clock of who answered where that is known to differ.

        The Date header tells whole seconds, the answer was made within the one that it names.
        """
        try:
            told = parsedate_to_datetime(self.headers["date"])
        except (KeyError, ValueError):
            return self.at
        if told.tzinfo is None:
            told = told.replace(tzinfo=UTC)
        behind = told - (self.at + timedelta(seconds=self.seconds))
        if -timedelta(seconds=self.seconds + 1) <= behind <= timedelta():
            return self.at
        return self.at + behind

    @property
    def is_kept(self) -> bool:
        """Whether it is another request's answer, from CloudFront's cache: it tells nothing of this one."""
        return self.headers.get("x-cache", "").lower().startswith(KEPT)

    @property
    def request_id(self) -> str | None:
        """The gateway's id of the request, which its log and the application's have too."""
        return self.headers.get("apigw-requestid")


def ask(address: str, timeout: float = TIMEOUT) -> Reply:
    """Ask the health route of a base address, such as `https://id.execute-api.us-east-1.amazonaws.com`."""
    url, at, began = address.rstrip("/") + HEALTH, datetime.now(UTC), time.monotonic()
    if not url.startswith(("http://", "https://")):
        return Reply(url, at, 0.0, failure=Failure.ADDRESS, detail=address)
    try:
        with _opened(url, timeout) as answer:
            status, headers, landed = answer.status, answer.headers, answer.geturl()
            body = _read(answer, began + timeout)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        return Reply(url, at, time.monotonic() - began, failure=_failure(reason), detail=str(reason))
    found = {name.lower(): value for name, value in headers.items()}
    return Reply(
        url,
        at,
        time.monotonic() - began,
        status,
        found,
        body.decode("utf-8", "replace"),
        landed="" if landed == url else landed,
    )


def _opened(url: str, timeout: float) -> addinfourl:
    """What is answered, an error too; raises `OSError` and others where nothing is."""
    try:
        found: addinfourl = urllib.request.build_opener(_WithinHost).open(url, timeout=timeout)
    except urllib.error.HTTPError as error:
        return error
    return found


def _read(answer: addinfourl, until: float) -> bytes:
    """The beginning of a body; raises TimeoutError for one that comes in drops and is not there in time."""
    body = b""
    while len(body) < LONGEST_BODY and (more := answer.read1(LONGEST_BODY - len(body))):
        body += more
        if time.monotonic() > until:
            raise TimeoutError("the answer had begun, and did not end")
    return body


class _WithinHost(urllib.request.HTTPRedirectHandler):
    """Follows to another path, or to HTTPS, and to no other host: that one's failures are not ours."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """None leaves the redirect itself as the answer."""
        if urlsplit(newurl).hostname != urlsplit(req.full_url).hostname:
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _failure(reason: object) -> Failure:
    if isinstance(reason, socket.gaierror):
        return Failure.OURS if reason.errno == socket.EAI_AGAIN else Failure.NAME
    if isinstance(reason, ssl.SSLError):
        return Failure.TLS
    if isinstance(reason, TimeoutError):
        return Failure.TIMEOUT
    if isinstance(reason, ConnectionRefusedError):
        return Failure.REFUSED
    if isinstance(reason, OSError) and reason.errno in NO_WAY_OUT:
        return Failure.OURS
    return Failure.CUT
