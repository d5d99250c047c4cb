"""What is expected of a fault: what the caller, the logs and the metrics show of it."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Callable

HEALTH: Final = "/api/v1/health"
NAMESPACES: Final = {"api": "AWS/ApiGateway", "function": "AWS/Lambda"}
"""Whose figures they are, in CloudWatch's words."""
RELATIONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_FIGURE: Final = re.compile(r"(api|function) ([A-Za-z0-9]+) ([=<>]) (\d+)")


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"it is no regular expression ({error})") from None
    return text


def _figure(text: str) -> str:
    if not _FIGURE.fullmatch(text):
        raise ValueError("write it as `function Errors > 0`")
    return text


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]
"""A regular expression, which is looked for."""
Figure = Annotated[str, AfterValidator(_figure)]
"""A sum over the time of the request, such as `function Errors > 0`."""


Headers = Annotated[dict[str, str], Field(default_factory=dict)]


class Closed(BaseModel):
    """A part of the catalogue: frozen, and closed to keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Request(Closed):
    """What is asked to see a fault."""

    method: Literal["GET", "HEAD", "OPTIONS", "POST"] = "GET"
    path: str = HEALTH
    headers: Headers
    body_bytes: Annotated[int, Field(ge=0)] = 0
    """Of a body that is sent."""
    header_bytes: Annotated[int, Field(ge=0)] = 0
    """Of one more header that is sent."""
    through: Literal["api", "edge"] = "api"
    """Asked of: the HTTP API's own address, or CloudFront."""
    at_once: Annotated[int, Field(ge=1, le=50)] = 1
    """Requests at the same time, of which one at least shows it."""


class Expectation(Closed):
    """What is seen of a fault; what is left out is not looked at."""

    status: Annotated[tuple[int, ...], Field(min_length=1)]
    """HTTP status; several where AWS's own sources disagree."""
    body: Pattern
    headers: Headers
    """Patterns by name; an empty one where the header must be missing."""
    seconds: tuple[float, float] = (0.0, 31.0)
    """Least and most that the answer takes."""
    streams: Literal["none", "some", "any"]
    """Whether the function has written to any stream of its group, or made one."""
    messages: tuple[Pattern, ...] = ()
    """Each is found in a line of the function's log."""
    unsaid: tuple[Pattern, ...] = ()
    """Each is found in no line of it."""
    access_log: tuple[Pattern, ...] = ()
    """Each is found in a line of the API's access log, where one is deployed."""
    access_log_written: bool = True
    """False where no line may be written even so."""
    error_type: Pattern | None = None
    """As Lambda names it in the lines REPORT and INIT_REPORT."""
    metrics: tuple[Figure, ...] = ()


def read_figure(text: str) -> tuple[str, str, Callable[[float, float], bool], float]:
    """Namespace, name, relation and value of `function Errors > 0`."""
    found = _FIGURE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no figure; write it as `function Errors > 0`")
    return NAMESPACES[found[1]], found[2], RELATIONS[found[3]], float(found[4])


def merged(usual: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """A way's expectation over that of its fault; what it says itself counts."""
    return {**usual, **own}
