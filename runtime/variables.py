"""What all functions read of their environment in the same way."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    from pydantic import SecretStr, ValidationError

LogLevel = Literal["DEBUG", "INFO", "WARN", "ERROR"]
DEBUG_REFUSED: Final = (
    "environment variable DEBUG_UNTIL is refused (it is no time such as 2026-11-26T03:00:00Z); "
    "nothing is debugged"
)
"""What is written once where debugging is to end at a time that can't be read: serving goes on."""


class Invocation(Protocol):
    """What is read of Lambda's context object."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the execution environment."""
        ...


def first_mistake(error: ValidationError) -> tuple[str, str]:
    """The variable that is wrong, and what is wrong with it, without what was found there."""
    first = error.errors(include_input=False, include_url=False)[0]
    match first["type"]:
        case "missing":
            found = "it is missing"
        case "too_short" | "string_too_short":
            least = first["ctx"]["min_length"]
            found = "it is empty" if least == 1 else f"it has fewer than {least} characters"
        case _:
            found = first["msg"].removeprefix("Value error, ")
    return str(first["loc"][0]).upper(), found[0].lower() + found[1:]


def accepted(current: SecretStr | None, previous: SecretStr | None) -> tuple[str, ...]:
    """The secrets that count: none where there is no current one, the previous one while it is renewed."""
    if current is None:
        return ()
    return tuple(secret.get_secret_value() for secret in (current, previous) if secret)


def read_end(text: str) -> float | None:
    """When debugging ends, in seconds since 1970; 0.0 where it is off, None where the text is no time."""
    if not text:
        return 0.0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None


def read_trace() -> str | None:
    """X-Ray's id of the present invocation, which Lambda sets anew for each; None where it is not traced."""
    header = os.environ.get("_X_AMZN_TRACE_ID", "")
    parts = dict(part.partition("=")[::2] for part in header.split(";"))
    return parts.get("Root")
