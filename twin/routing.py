"""Which route of an HTTP API a request takes, chosen as API Gateway chooses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEFAULT: Final = "$default"
"""Key of the route that takes what no other does."""
ANY: Final = "ANY"
"""Method of a route that takes every method."""


class _Kind(IntEnum):
    """What a segment of a route's path takes, the most specific first."""

    LITERAL = 0
    PARAMETER = 1
    GREEDY = 2


@dataclass(frozen=True, slots=True)
class Match:
    """A route, and what its parameters hold for one request."""

    route_key: str
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Segment:
    kind: _Kind
    name: str

    @classmethod
    def read(cls, text: str) -> _Segment:
        if not (text.startswith("{") and text.endswith("}")):
            return cls(_Kind.LITERAL, text)
        name = text[1:-1]
        return cls(_Kind.GREEDY, name[:-1]) if name.endswith("+") else cls(_Kind.PARAMETER, name)


@dataclass(frozen=True, slots=True)
class _Route:
    key: str
    method: str
    segments: tuple[_Segment, ...]

    @classmethod
    def read(cls, key: str) -> _Route:
        method, _, path = key.partition(" ")
        return cls(key, method, tuple(map(_Segment.read, path.split("/"))))

    @property
    def rank(self) -> tuple[tuple[_Kind, ...], bool]:
        """Orders routes that take the same request: the path decides, then a method beats any method."""
        return tuple(segment.kind for segment in self.segments), self.method == ANY

    def take(self, method: str, found: list[str]) -> Match | None:
        if self.method not in (method, ANY):
            return None
        parameters = self._parameters(found)
        return None if parameters is None else Match(self.key, parameters)

    def _parameters(self, found: list[str]) -> dict[str, str] | None:
        parameters: dict[str, str] = {}
        for position, segment in enumerate(self.segments):
            if position >= len(found):
                return None
            value = found[position]
            if segment.kind is _Kind.GREEDY:
                rest = "/".join(found[position:])
                return parameters | {segment.name: rest} if rest else None
            if segment.kind is _Kind.PARAMETER:
                if not value:
                    return None
                parameters[segment.name] = value
            elif value != segment.name:
                return None
        return parameters if len(found) == len(self.segments) else None


class RouteTable:
    """The routes of an HTTP API, by their keys: `GET /tasks/{task_id}`, `ANY /{proxy+}`, `$default`.

    The most specific route that takes both method and path is chosen: an exact segment before a
    parameter, a parameter before the rest of the path (`{proxy+}`), `$default` last. Parameters are never
    empty, and `/tasks/` is not `/tasks`.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
    """

    def __init__(self, route_keys: Iterable[str]) -> None:
        keys = set(route_keys)
        self._has_default = DEFAULT in keys
        self._routes = sorted(map(_Route.read, keys - {DEFAULT}), key=lambda route: route.rank)

    def match(self, method: str, path: str) -> Match | None:
        """The route of a request, or None; the path is decoded and starts with a slash."""
        return next(self._matches(method, path.split("/")), None)

    def _matches(self, method: str, found: list[str]) -> Iterator[Match]:
        for route in self._routes:
            if match := route.take(method, found):
                yield match
        if self._has_default:
            yield Match(DEFAULT, {})
