"""The local AWS over HTTP: what boto3 or the AWS CLI sends to a port of 127.0.0.1 goes to `dispatch`.

A request says for which service and region it is in the scope of its signature, which is not checked:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
"""

from __future__ import annotations

import json
import re
import traceback
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from twin.answer import OWN_HEADERS, Answer
from twin.aws.clients import models
from twin.aws.dispatch import ACCOUNT_HEADER, dispatch
from twin.aws.endpoints import asked_at
from twin.aws.errors import ServiceMissing
from twin.cluster import ADDRESS
from twin.errors import PortTaken
from twin.event import HOP_BY_HOP
from twin.http_server import HttpServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.event import Request

SCOPE: Final = re.compile(r"[^/=,\s]+/\d{8}/([a-z0-9-]+)/([a-z0-9.-]+)/aws4_request")
"""Key, day, region and service, as Signature Version 4 writes them into a header or a query."""
MOST_BODY: Final = 1 << 30
"""Bytes of the longest body that is taken: moto holds it in memory. AWS takes 5 GiB."""
UNSENT: Final = HOP_BY_HOP | {"host", "expect", "content-length", ACCOUNT_HEADER}
"""Headers that belong to the connection, or that the local AWS says itself."""
IN_XML: Final = frozenset({"s3", "route53", "cloudfront"})
"""Services that answer in XML although they are asked by paths."""
NOT_YET: Final = (404, b"Not yet implemented")
"""Moto's answer to an address that it knows nothing at."""


@dataclass(frozen=True, slots=True)
class Served:
    """A request that was answered, for a log."""

    service: str
    """By the name in the signature; empty for a request without one."""
    action: str
    """Such as `GetParameter`, or method and path where there is no name."""
    status: int
    milliseconds: float
    fault: str = ""
    """The traceback of what failed within the local AWS."""


class AwsServer:
    """Answers for one account at `endpoint`, from `start` to `close`.

    Args:
        account: Whose resources are asked about, whoever signs.
        region: Of requests signed in the old way, which name none.
        port: Where to listen; 0 is any free port.
        on_served: Told of each request, by several threads at once.

    Raises:
        PortTaken: The port is taken.
    """

    def __init__(
        self,
        account: str,
        region: str,
        *,
        port: int = 0,
        on_served: Callable[[Served], None] = lambda _: None,
    ) -> None:
        self.account, self.region = account, region
        self._on_served = on_served
        too_large = _refusal(
            413, "EntityTooLarge", f"the body is longer than {MOST_BODY} bytes; upload it in parts"
        )
        try:
            self._http = HttpServer(self._handle, port, MOST_BODY, too_large)
        except OSError as error:
            raise PortTaken(port, error.strerror or str(error)) from None

    @property
    def endpoint(self) -> str:
        """What to give as AWS_ENDPOINT_URL."""
        return f"http://{ADDRESS}:{self._http.port}"

    def start(self) -> None:
        """Begin to answer."""
        self._http.start()

    def close(self) -> None:
        """Answer what is under way, and end."""
        self._http.close()

    def _handle(self, request: Request) -> Answer:
        started = perf_counter()
        scope = self._scope(request)
        answer, fault = self._answer(request, scope)
        milliseconds = (perf_counter() - started) * 1000
        service = scope[1] if scope else ""
        self._on_served(Served(service, _action(request), answer.status, milliseconds, fault))
        return answer

    def _scope(self, request: Request) -> tuple[str, str] | None:
        """Region and service that the request is signed for; the old signature is S3's alone today."""
        signed = request.header("authorization") or ""
        query = parse_qs(request.query)
        if found := SCOPE.search(signed) or SCOPE.search(query.get("X-Amz-Credential", [""])[0]):
            return found[1], found[2]
        return (self.region, "s3") if signed.startswith("AWS ") or "AWSAccessKeyId" in query else None

    def _answer(self, request: Request, scope: tuple[str, str] | None) -> tuple[Answer, str]:
        """The answer, and the traceback of what failed."""
        in_xml = _expects_xml(request, scope)
        if scope is None:
            return _unsigned(request, in_xml=in_xml), ""
        region, service = scope
        host = _host(service, region)
        if host is None or not request.target.startswith("/"):
            found = f"there is nothing at {request.target} of {service} in {region}; check region and path"
            return _refusal(400, "InvalidRequest", found, in_xml=in_xml), ""
        try:
            return self._dispatched(request, f"https://{host}{request.target}"), ""
        except ServiceMissing as error:
            return _refusal(501, "NotImplemented", str(error), in_xml=in_xml), ""
        except NotImplementedError as error:
            # 501, since clients repeat what is answered by 500
            missing = f"the local AWS can't do this in {service}: {_sentence(error)}"
            return _refusal(501, "NotImplemented", missing, in_xml=in_xml), ""
        except Exception as error:  # noqa: BLE001  (whatever fails in a service must reach the client as an answer)
            failed = f"the local AWS failed in {service}: {type(error).__name__}: {_sentence(error)}"
            return _refusal(500, "InternalFailure", failed, in_xml=in_xml), traceback.format_exc()

    def _dispatched(self, request: Request, url: str) -> Answer:
        names = {name.lower() for name, _ in request.headers} - UNSENT
        headers = {name: request.header(name) for name in names} | {"content-length": str(len(request.body))}
        with asked_at(self.endpoint):
            status, answered, body = dispatch(self.account, request.method, url, headers, request.body)
        if (status, body) == NOT_YET:
            raise ServiceMissing(url)
        lower = {name.lower(): value for name, value in answered.items()}
        if request.method == "HEAD":
            # as long as the answer to a GET: its length is told, and none of it is sent
            body = bytes(int(lower.get("content-length", 0)))
        kept = tuple((name, value) for name, value in lower.items() if name not in OWN_HEADERS)
        return Answer(status, kept, body)


@cache
def _host(service: str, region: str) -> str | None:
    """Where AWS has the service; None for a region that no partition of AWS could have.

    A signature names a service as its address does, but for some that no template of ours uses.
    """
    endpoint = _resolver().construct_endpoint(service, region)
    return endpoint["hostname"] if endpoint else None


@cache
def _resolver() -> Any:
    from botocore.regions import EndpointResolver

    return EndpointResolver(models().load_data("endpoints"))


def _action(request: Request) -> str:
    """What was asked for, in a word or two."""
    if target := request.header("x-amz-target"):
        return target.rpartition(".")[2]
    named = re.match(rb"(?:.*&)?Action=(\w+)", request.body) if _is_form(request) else None
    return named[1].decode() if named else f"{request.method} {request.target.partition('?')[0]}"


def _is_form(request: Request) -> bool:
    return (request.header("content-type") or "").startswith("application/x-www-form-urlencoded")


def _expects_xml(request: Request, scope: tuple[str, str] | None) -> bool:
    """Whether an error must be XML to be read by the client; all other services speak JSON."""
    in_json = "json" in (request.header("content-type") or "") or request.header("x-amz-target") is not None
    return not in_json and (scope is None or scope[1] in IN_XML or _is_form(request))


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()) or "no reason given"


def _unsigned(request: Request, *, in_xml: bool) -> Answer:
    signed = request.header("authorization")
    code = "IncompleteSignature" if signed else "MissingAuthenticationToken"
    found = "its Authorization names no service and region" if signed else "the request is not signed"
    message = (
        f"{found}; sign it by Signature Version 4, with any key: the local AWS reads from it whom to ask"
    )
    return _refusal(403, code, message, in_xml=in_xml)


def _refusal(status: int, code: str, message: str, *, in_xml: bool = True) -> Answer:
    """An error in a shape that the service's clients read."""
    code_header = ("x-amzn-errortype", code)
    if in_xml:
        inner = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
        body = f"<ErrorResponse><Error>{inner}</Error></ErrorResponse>"
        return Answer(status, (("content-type", "text/xml"), code_header), body.encode())
    body = json.dumps({"__type": code, "message": message})
    return Answer(status, (("content-type", "application/x-amz-json-1.1"), code_header), body.encode())
