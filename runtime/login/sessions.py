"""Asks the api function to open a session for a profile: the two functions' own event, by Lambda invoke.

Event:  {"action": "login", "profile": {...}}
Answer: {"ok": true, "session": {"refresh_token": text, "refresh_expires_in": seconds, ...}}
    or  {"ok": false, "error": {"error": type, "message": text}}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from runtime.login.errors import ApiFailed, ApiUnavailable, LoginRefused

if TYPE_CHECKING:
    from runtime.login.profiles import Profile

LARGEST: Final = 64 * 1024
"""Bytes of an answer."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~-]{1,3072}")
"""What may stand in a cookie and needs no quoting."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a browser is given of a session."""

    refresh_token: str = field(repr=False)
    seconds: int
    """Life of the refresh token."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """The api function, as the login sees it."""

    function: str
    """ARN of its alias."""
    client: Callable[[], Any]
    """Gives a client of Lambda."""

    def open(self, profile: Profile) -> Session:
        """Open a session for a user, who is made if new.

        Raises:
            ApiUnavailable: It can't use its database.
            ApiFailed: It did not answer, or answered something else.
        """
        event = {"action": "login", "profile": asdict(profile)}
        answer = _document(self._invoke(json.dumps(event).encode()))
        if answer.get("ok") is True:
            return _session(answer.get("session"))
        raise _refusal(answer.get("error"))

    def _invoke(self, payload: bytes) -> bytes:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            told = self.client().invoke(
                FunctionName=self.function, InvocationType="RequestResponse", Payload=payload
            )
            content: bytes = told["Payload"].read(LARGEST + 1)
        except ClientError as error:
            raise ApiFailed(
                f"the api function can't be invoked ({error.response['Error']['Code']})"
            ) from None
        except BotoCoreError as error:
            raise ApiFailed(f"the api function can't be invoked ({type(error).__name__})") from None
        if "FunctionError" in told:
            raise ApiFailed("the api function failed; its own log tells why")
        return content


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, Mapping):
        raise ApiFailed("the api function's answer is no object")
    return answer


def _session(session: Any) -> Session:
    if isinstance(session, Mapping):
        token, seconds = session.get("refresh_token"), session.get("refresh_expires_in")
        if isinstance(token, str) and _TOKEN.fullmatch(token) and type(seconds) is int and seconds > 0:
            return Session(token, seconds)
    raise ApiFailed("the api function's session is of another form")


def _refusal(error: Any) -> LoginRefused:
    if isinstance(error, Mapping) and error.get("error") == ApiUnavailable.kind:
        return ApiUnavailable()
    return ApiFailed("the api function refused the login event; its own log tells why")
