"""Counts what changes in a local AWS, so that whoever reads it need not ask again while nothing does."""

from __future__ import annotations

import re
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_READING: Final = re.compile(
    r"(?:BatchGet|BatchDescribe|Describe|Filter|Get|Head|List|Lookup|Search|Select|Simulate|Test|Validate)"
)
_RECORDING: Final = frozenset({"CreateLogStream", "PutLogEvents", "PutMetricData"})
"""What functions and gateways say all the time; nothing that they read hangs on it."""
_ACTION: Final = re.compile(rb"(?:^|&)Action=(\w+)")
_OPERATION: Final = re.compile(r"/operation/(\w+)$")
LOOKED_AT: Final = 1000
"""Bytes of a body in which the action is looked for; clients write it first, and a package may be long."""
_INVOKE: Final = re.compile(r"/functions/[^/]+/invocations$")
_NAMES: Final = {"apigateway": "apigatewayv2", "monitoring": "cloudwatch"}
"""What boto3 calls a service whose address has another name."""
_ELSEWHERE: Final = {"lambda": ("ec2",), "rds": ("secretsmanager",)}
"""Services that another one's requests change as well.

A function in a VPC has network interfaces, and RDS keeps master passwords in secrets.
"""
_ALL: Final = ""
"""Counts the changes of every service."""
_AT_ONCE: Final = "*"
"""Counts the changes of all services at once, also of those of which nothing else has been counted."""
_CHANGES: Final[Counter[tuple[str, str]]] = Counter()
_LOCK: Final = Lock()


def changes_of(account: str, *services: str) -> int:
    """How many requests so far may have changed something in an account: of some services, or of any.

    Services are named as by boto3: `lambda`, `apigatewayv2`.
    """
    return sum(_CHANGES[account, service] for service in (*(services or (_ALL,)), _AT_ONCE))


def changed(account: str, *services: str) -> None:
    """Count a change that no request has made; without services, of everything there is."""
    with _LOCK:
        for service in (_ALL, *services) if services else (_AT_ONCE,):
            _CHANGES[account, service] += 1


def count_change(account: str, method: str, url: str, headers: Mapping[str, Any], body: Any) -> None:
    """Count a request once it is answered, unless it is known to change nothing."""
    parts = urlsplit(url)
    operation = _operation(parts.path, headers, body)
    if operation is None:
        changes = method not in {"GET", "HEAD"} and not _INVOKE.search(parts.path)
    else:
        changes = not _READING.match(operation) and operation not in _RECORDING
    if changes:
        name = parts.netloc.partition(".")[0]
        service = _NAMES.get(name, name)
        changed(account, service, *_ELSEWHERE.get(service, ()))


def _operation(path: str, headers: Mapping[str, Any], body: Any) -> str | None:
    """The operation's name, where the protocol has one: JSON, CBOR and query do, REST has not."""
    target = headers.get("X-Amz-Target")
    if target:
        return _bytes(target).decode().rpartition(".")[2]
    if found := _OPERATION.search(path):
        return found[1]
    action = _ACTION.search(_bytes(body)[:LOOKED_AT])
    return action[1].decode() if action else None


def _bytes(value: Any) -> bytes:
    """A header or a body; one that is read as a stream belongs to no protocol that names an action."""
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) else b""
