"""Asks the API whether it is well, as a client would."""

from __future__ import annotations

import errno
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ops.stack import describe
from runtime.contract import API_PREFIX
from stacks.values import PUBLIC_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.live import Live

HEALTH: Final = f"{API_PREFIX}/health"
ATTEMPTS: Final = 10
PAUSE: Final = 3.0
"""Half a minute in all: a new alias is served at once, a new API's name takes a while to be known."""
TIMEOUT: Final = 31
"""Seconds to wait for an answer: the gateway gives up at 30."""
WELL: Final = 200
NO_WAY_OUT: Final = frozenset({errno.ENETDOWN, errno.ENETUNREACH})
"""Errors of a machine without a network, or without a route into it."""
ENDPOINT: Final = "ApiEndpoint"
"""Output of the service stack: the API's base address."""


@dataclass(frozen=True, slots=True)
class Health:
    """What the API answered: a status, or why there was none, and how long that took.

    `is_ours` says that the question did not leave this machine, which has no network.
    """

    address: str
    status: int | None
    found: str
    milliseconds: float = 0.0
    is_ours: bool = False

    @property
    def is_well(self) -> bool:
        """Whether it answers 200, which it does only when the database has answered."""
        return self.status == WELL


def ask_once(address: str, timeout: float = TIMEOUT) -> Health:
    """Ask the health route of a base address, such as `https://id.execute-api.us-east-1.amazonaws.com`."""
    url, began = address.rstrip("/") + HEALTH, time.monotonic()
    status, found, is_ours = _asked(url, timeout)
    return Health(url, status, found, (time.monotonic() - began) * 1000, is_ours)


def address_of(live: Live) -> str | None:
    """Where clients ask: CloudFront where there is an edge, since functions may want its header, or the API.

    None while the stack that would have it is not there.
    """
    if live.environment.edge is not None:
        return live.value_or_none(PUBLIC_ADDRESS)
    service = describe(live, live.stack_name("service"))
    return service.outputs.get(ENDPOINT) if service else None


def ask_until_well(
    address: str,
    *,
    ask: Callable[[str], Health] = ask_once,
    attempts: int = ATTEMPTS,
    pause: Callable[[float], None] = time.sleep,
) -> Health:
    """Ask until the API is well, or as often as is sensible; returns the last answer."""
    health = ask(address)
    for _ in range(attempts - 1):
        if health.is_well:
            break
        pause(PAUSE)
        health = ask(address)
    return health


def _asked(url: str, timeout: float) -> tuple[int | None, str, bool]:
    if not url.startswith(("http://", "https://")):
        return None, "nothing: it is no address of HTTP", False
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:  # noqa: S310  (its scheme was looked at)
            return answer.status, str(answer.status), False
    except urllib.error.HTTPError as error:
        with error:
            return error.code, f"{error.code} {_short(error.read(500))}".rstrip(), False
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return None, f"nothing ({reason})", _is_ours(reason)


def _is_ours(reason: object) -> bool:
    """Whether no name server answers, or no way leads out: a name that is not known is the API's."""
    if isinstance(reason, socket.gaierror):
        return reason.errno == socket.EAI_AGAIN
    return isinstance(reason, OSError) and reason.errno in NO_WAY_OUT


def _short(body: bytes) -> str:
    """The beginning of an answer, in one line that can be printed."""
    text = " ".join(body.decode("utf-8", "replace").split())
    return "".join(letter for letter in text if letter.isprintable())[:200]
