"""Hands a request for an AWS service to moto, or to what is our own, in this process."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from twin.aws.changes import count_change
from twin.aws.errors import ServiceMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Answer = tuple[int, Mapping[str, str], bytes]
    """Status, headers and body."""

_CLOUDFORMATION = re.compile(r"https?://cloudformation\.[^/]+\.amazonaws\.com")
_CLOUDCONTROL = re.compile(r"https?://cloudcontrolapi\.([^.]+)\.amazonaws\.com")
PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
"""Moto makes a session of boto3 when it is imported, which a profile that is not there would stop."""
ACCOUNT_HEADER = "x-moto-account-id"
"""How moto is told in whose account a request is made."""


def dispatch(account: str, method: str, url: str, headers: Mapping[str, Any], body: Any) -> Answer:
    """What the service behind an address of AWS answers.

    The address is the one that AWS gives to the service, such as `https://ssm.us-east-1.amazonaws.com/`.
    Raises ServiceMissing for a service that moto does not have.
    """
    from botocore.compat import HTTPHeaders

    given = HTTPHeaders()
    for name, value in headers.items():
        given[name] = value
    given[ACCOUNT_HEADER] = account
    try:
        return _answered(account, method, url, given, body)
    finally:
        count_change(account, method, url, given, body)


def _answered(account: str, method: str, url: str, given: Any, body: Any) -> Answer:
    from botocore.awsrequest import AWSPreparedRequest

    if asked := _CLOUDCONTROL.match(url):
        from twin.aws.cloudcontrol import answer as cloudcontrol

        target = _bytes(given.get("X-Amz-Target")).decode()
        return cloudcontrol(account, asked[1], target, _bytes(body))
    request = AWSPreparedRequest(method, url, given, body, stream_output=False)
    answer = (_cloudformation() if _CLOUDFORMATION.match(url) else _moto())(request)
    if answer is None:
        raise ServiceMissing(url)
    status, answered, content = answer
    text = {str(name): str(value) for name, value in dict(answered).items()}
    return status, text, content.encode() if isinstance(content, str) else content


def _bytes(body: Any) -> bytes:
    """A part of a request, which botocore gives as text, as bytes, or not at all."""
    return body.encode() if isinstance(body, str) else bytes(body or b"")


@cache
def _moto() -> Callable[[Any], Any]:
    """Moto's own dispatcher, over services that have been mended."""
    from moto.core.botocore_stubber import BotocoreStubber

    from twin.aws.mends import mend

    with _without(PROFILES):
        mend()
    dispatcher: Callable[[Any], Any] = BotocoreStubber().process_request
    return dispatcher


@contextmanager
def _without(names: Iterable[str]) -> Iterator[None]:
    """The environment without some variables for a while."""
    taken = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


@cache
def _cloudformation() -> Callable[[Any], Any]:
    """Our CloudFormation; moto's own would import every service there is."""
    from moto.core.request import normalize_request

    from twin.aws.cloudformation.api import Response

    def answer(request: Any) -> Any:
        normal = normalize_request(request)
        return Response.dispatch(normal, normal.raw_url, normal.headers)

    return answer
