"""What a route is given besides its parameters: who calls, and the connection to answer by."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.event_handler.api_gateway import Router

from runtime.api.errors import Fault, Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy import Connection

    from runtime.api.errors import Refusal
    from runtime.api.requests import Request
    from runtime.api.tokens import Claims, Tokens
    from runtime.contract import Route


@dataclass(slots=True)
class Call:
    """One request on its way through a route."""

    request: Request
    route: Route
    deadline: float
    """By `time.monotonic`, when the function's time is over."""
    tokens: Tokens
    claims: Claims | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """Headers of the answer beside those that each has."""
    cookies: list[str] = field(default_factory=list)
    refusal: Refusal | None = None
    """Why it was refused, if it was."""
    debug: Callable[..., None] | None = None
    """Writes a line of level DEBUG; None where none is wanted."""
    _connection: Connection | None = None

    @property
    def caller(self) -> Claims:
        """Who calls. Raises `Unauthenticated`."""
        if self.claims is None:
            raise Unauthenticated("sign in: send the header Authorization: Bearer with an access token")
        return self.claims

    @property
    def user_id(self) -> UUID:
        """The user who calls."""
        return self.caller.user_id

    @property
    def organization_id(self) -> UUID | None:
        """The organization that the caller works in, by the token."""
        return self.caller.organization_id

    @property
    def connection(self) -> Connection:
        """The connection that the route reads and writes by."""
        if self._connection is None:
            raise Fault("the server made a mistake; it has been logged")
        return self._connection

    @connection.setter
    def connection(self, connection: Connection | None) -> None:
        self._connection = connection

    def keep(self) -> None:
        """Commit what was done so far, although the request is going to be refused."""
        if transaction := self.connection.get_transaction():
            transaction.commit()


router: Final = Router()
"""What the modules of `runtime.api.routes` register."""
_current: ContextVar[Call] = ContextVar("call")


def begin(call: Call) -> None:
    """Make a call the one that is being answered, in this thread."""
    _current.set(call)


def current() -> Call:
    """The call that is being answered."""
    return _current.get()
