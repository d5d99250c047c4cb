"""What an attacker writes, and every place of a request where it can be written: by the API's document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from runtime.api.openapi import PLACE
from runtime.contract import API_PREFIX, ROUTES, Function

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime.contract import Route
    from tests.runtime.api.asking import Answer, Client

ALLOWED_ORIGIN: Final = "https://app.example.org"
FORGED: Final = '{"timestamp":"2026-11-25T00:00:00Z","level":"ERROR","message":"forged"}'
VALUES: Final = (
    "' OR 1=1 --",
    "x'OR'1'='1",
    "'; DROP TABLE users; --",
    "'); DELETE FROM tasks; --",
    "0' UNION SELECT token_sha256::text FROM sessions --",
    "1; UPDATE organization_members SET role = 'owner'",
    "$$; TRUNCATE organizations CASCADE; $$",
    "\\'; DROP TABLE tasks; --",
    "\N{RIGHT SINGLE QUOTATION MARK} OR 1=1 --",
    "\N{FULLWIDTH APOSTROPHE}; DROP TABLE users; --",
    "/*", "*/; DROP TABLE tasks; /*", "%", "_", "\\", '"', "''",
    "%s", "%(x)s", "%1$s%n", ":x", "$1", "?", "{}", "{0.__class__.__mro__}", "${jndi:ldap://127.0.0.1/x}",
    f"x\r\nset-cookie: forged=1\r\n\r\n{FORGED}",
    f"x\n{FORGED}\n",
    f"x\r{FORGED}",
    f"x\N{LINE SEPARATOR}{FORGED}\x85{FORGED}",
    FORGED,
    '"}],"role":"owner',
    "<script>alert(1)</script>",
    "\N{RIGHT-TO-LEFT OVERRIDE}renwo\N{ZERO WIDTH SPACE}",
    "a\0b",
    "\x1b[2J",
    "../../etc/passwd",
    f"{ALLOWED_ORIGIN}.attacker.example",
    f"{ALLOWED_ORIGIN}\r\nforged: 1",
    "null",
    "x" * 5000,
    "9" * 400,
    "-1", "NaN", "",
)  # fmt: skip
HEADERS: Final = (
    "x-correlation-id",
    "idempotency-key",
    "authorization",
    "origin",
    "user-agent",
    "content-type",
    "cookie",
    "if-none-match",
    "x-amzn-trace-id",
    "x-forwarded-for",
)
"""Those that the API reads, and some that a log might hold."""
UNKNOWN: Final = "a name of the attacker's own"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a request: in its path, query, header or body; the name of a field can be one, too."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A route, and a request that it takes."""

    route: Route
    ids: Mapping[str, str]
    """What stands in the path."""
    body: Mapping[str, Any] | None
    spots: tuple[Spot, ...]

    def ask(self, client: Client, spot: Spot, value: str) -> Answer:
        """Send the request with a value at a spot; at a spot for names, as the name of one more."""
        ids, headers, query = dict(self.ids), {}, ""
        body = None if self.body is None else dict(self.body)
        match spot.kind:
            case "path":
                ids[spot.name] = value
            case "query":
                query = f"?{quote(value if spot.name == UNKNOWN else spot.name)}={quote(value)}"
            case "body":
                body = (body or {}) | {value if spot.name == UNKNOWN else spot.name: value}
            case _:
                headers[spot.name] = value
        path = self.route.path.format_map({name: quote(each, safe="") for name, each in ids.items()})
        return client.ask(self.route.method, path + query, body, headers=headers)


def read_operations(ids: Mapping[str, str]) -> Iterator[Operation]:
    """Every route of the API function, with all spots that its document names.

    Args:
        ids: What stands in paths and bodies, by name: things of the caller's own.
    """
    document = json.loads(PLACE.read_text(encoding="utf-8"))
    for route in ROUTES:
        if route.function is Function.API:
            yield _read(document, route, ids)


def _read(document: dict[str, Any], route: Route, ids: Mapping[str, str]) -> Operation:
    told = document["paths"][API_PREFIX + route.path][route.method.lower()]
    parameters = [each for each in told["parameters"] if "name" in each]
    content = told.get("requestBody", {}).get("content", {}).get("application/json")
    spots = [Spot(each["in"], each["name"]) for each in parameters]
    spots += [Spot("query", UNKNOWN), *(Spot("header", name) for name in HEADERS)]
    body = None
    if content:
        spots += [Spot("body", name) for name in (*_fields(document, content["schema"]), UNKNOWN)]
        example = content.get("example", {})
        body = example | {name: ids[name] for name in example if name in ids}
    return Operation(route, ids, body, tuple(spots))


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """The names of a body's fields."""
    [reference] = [each["$ref"] for each in schema.get("anyOf", [schema]) if "$ref" in each]
    return list(document["components"]["schemas"][reference.rpartition("/")[2]]["properties"])
