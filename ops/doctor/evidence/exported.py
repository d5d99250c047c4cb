"""What a stage of an HTTP API serves, by its export: its routes, and where each of them leads.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-export.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integrations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ops.doctor.evidence.function import NAMED
from ops.doctor.evidence.routing import CATCH_ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Document = Mapping[str, Any]

DEFAULT_MARK: Final = "isDefaultRoute"
"""What an export says of the catch-all route, whose path in it is `/$default`."""
METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
ANY_METHOD: Final = "x-amazon-apigateway-any-method"
INTEGRATION: Final = "x-amazon-apigateway-integration"
VARIABLE: Final = "${"
"""In an address: what a stage variable will stand for."""


class Led(NamedTuple):
    """Where a route leads, as far as a deployment and what is configured can be compared."""

    address: str
    payload_format: str

    @classmethod
    def of(cls, integration: Document) -> Led:
        """Of an integration as API Gateway lists it."""
        address = str(integration.get("IntegrationUri") or "")
        return cls(_function_in(address), str(integration.get("PayloadFormatVersion") or "1.0"))

    @classmethod
    def of_export(cls, operation: Document, shared: Mapping[str, Document]) -> Led | None:
        """Of a route in an export, whose integration may stand elsewhere in it; None where it has none."""
        found = operation.get(INTEGRATION) or {}
        found = shared.get(str(found.get("$ref") or "").rpartition("/")[2], found)
        if "uri" not in found:
            return None
        return cls(_function_in(str(found["uri"])), str(found.get("payloadFormatVersion") or "1.0"))

    def differs(self, other: Led) -> bool:
        """Whether two are known to lead elsewhere, or in another way; with a stage variable nobody knows."""
        unclear = any(VARIABLE in each.address for each in (self, other))
        return not unclear and self != other


def exported(document: Document) -> dict[str, Led | None]:
    """Each route's key in an export, and where it leads; None where that is not said."""
    shared = (document.get("components") or {}).get(f"{INTEGRATION}s") or {}
    return {
        key: Led.of_export(operation, shared) for key, operation in _operations(document.get("paths") or {})
    }


def _function_in(address: str) -> str:
    """The function that an integration's address names, else the address."""
    named = NAMED.search(address)
    return named[0] if named else address


def _operations(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Document]]:
    """The key of each route of an export, and what it says of it."""
    for path, operations in paths.items():
        for method, told in operations.items():
            operation = told if isinstance(told, dict) else {}
            if method == ANY_METHOD:
                is_default = operation.get(DEFAULT_MARK) or path == f"/{CATCH_ALL}"
                yield CATCH_ALL if is_default else f"ANY {path}", operation
            elif method in METHODS:
                yield f"{method.upper()} {path}", operation
