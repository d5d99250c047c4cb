"""Connections to AWS that fail at a call, before it is made or after, and such as repeat what they ask."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

if TYPE_CHECKING:
    from ops.aws import Connect


PAGED = "pages of "
"""How the name of an operation begins whose answer comes in pages."""


@dataclass
class Cutting:
    """Connects, and fails the first call of a name, such as `s3:put_object`.

    With `answered` the call is made and its answer is lost. `calls` are those that were made, with their
    arguments.
    """

    connect: Connect
    at: str | None = None
    answered: bool = False
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, service: str) -> Any:
        """The client of a service."""
        return _Client(self, service)

    def made(self, service: str, operation: str, arguments: dict[str, Any]) -> Any:
        """Make a call, or fail it."""
        name = f"{service}:{operation}"
        is_first = name not in self.names()
        self.calls.append((name, arguments))
        call = _call(self.connect, service, operation)
        if name != self.at or not is_first:
            return call(**arguments)
        if self.answered:
            with suppress(ClientError):
                call(**arguments)
        raise EndpointConnectionError(endpoint_url=f"https://{service}.us-east-1.amazonaws.com/")

    def names(self) -> list[str]:
        """What was called, in order."""
        return [name for name, _ in self.calls]


@dataclass(frozen=True)
class Repeating:
    """Connects, and asks for each change twice, as botocore does when an answer is lost on its way."""

    connect: Connect

    def __call__(self, service: str) -> Any:
        """The client of a service."""
        return _Client(self, service)

    def made(self, service: str, operation: str, arguments: dict[str, Any]) -> Any:
        """Make a call; what the first answers is lost."""
        call = _call(self.connect, service, operation)
        if operation.startswith(("put_", "delete_", "create_")):
            try:
                call(**arguments)
            except ClientError:
                return call(**arguments)
        return call(**arguments)


@dataclass(frozen=True)
class _Client:
    owner: Cutting | Repeating
    service: str

    def __getattr__(self, operation: str) -> Any:
        return lambda **arguments: self.owner.made(self.service, operation, arguments)

    def get_paginator(self, operation: str) -> Any:
        """What comes in pages counts as one call, with all of them."""
        return _Pages(self, operation)


@dataclass(frozen=True)
class _Pages:
    client: _Client
    operation: str

    def paginate(self, **arguments: Any) -> Any:
        """All pages."""
        return getattr(self.client, f"{PAGED}{self.operation}")(**arguments)


def _call(connect: Connect, service: str, operation: str) -> Any:
    client = connect(service)
    if not operation.startswith(PAGED):
        return getattr(client, operation)
    return client.get_paginator(operation.removeprefix(PAGED)).paginate
