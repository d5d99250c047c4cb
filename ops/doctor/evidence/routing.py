"""Which route of an HTTP API a request takes: the most specific one, as API Gateway chooses.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

CATCH_ALL: Final = "$default"
"""The stage without a name in the path, and the route for what no other matches."""
ANY: Final = "ANY"
LITERAL, PARAMETER, GREEDY = range(3)
"""What a part of a route's path takes, the most specific first."""


def route_for(keys: Iterable[str], method: str, path: str) -> str | None:
    """The key of the route that a request takes, such as `GET /tasks/{id}`; None where none matches."""
    found = [key for key in keys if key != CATCH_ALL and _takes(key, method, path)]
    if found:
        return min(found, key=_rank)
    return CATCH_ALL if CATCH_ALL in keys else None


def example_path(path: str) -> str:
    """A path that a contract's route takes: with a word in place of each parameter."""
    return "/".join("x" if part.startswith("{") else part for part in path.split("/"))


def is_catch_all(key: str) -> bool:
    """Whether the route takes paths that it does not name."""
    return key == CATCH_ALL or "+}" in key


def _takes(key: str, method: str, path: str) -> bool:
    wanted, _, pattern = key.partition(" ")
    if wanted not in (method, ANY):
        return False
    parts, found = pattern.split("/"), path.split("/")
    for place, part in enumerate(parts):
        if place >= len(found):
            return False
        kind = _kind(part)
        if kind == GREEDY:
            return bool("/".join(found[place:]))
        if (kind == PARAMETER and not found[place]) or (kind == LITERAL and part != found[place]):
            return False
    return len(parts) == len(found)


def _rank(key: str) -> tuple[tuple[int, ...], bool]:
    """The path decides, then a method beats any method."""
    method, _, path = key.partition(" ")
    return tuple(map(_kind, path.split("/"))), method == ANY


def _kind(part: str) -> int:
    if not (part.startswith("{") and part.endswith("}")):
        return LITERAL
    return GREEDY if part.endswith("+}") else PARAMETER
