"""The address of the site that browsers see: callback and redirects start with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from runtime.login.errors import ApiFailed, Misconfigured
from runtime.login.settings import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT: Final = 300.0
"""Seconds that an address is used before it is read again."""


@dataclass(slots=True)
class Site:
    """Where the frontend is: at a fixed address, or at the one that a parameter of SSM holds."""

    fixed: str | None
    parameter: str | None
    client: Callable[[], Any]
    """Gives a client of SSM."""
    _read: str | None = field(default=None, init=False)
    _until: float = field(default=0.0, init=False)

    def address(self) -> str:
        """The address, without a slash at its end.

        Raises:
            Misconfigured: The parameter is not there, may not be read, or holds no address.
            ApiFailed: AWS does not answer.
        """
        if self.fixed:
            return self.fixed.rstrip("/")
        now = monotonic()
        if self._read is None or now >= self._until:
            self._read, self._until = self._ask(), now + KEPT
        return self._read

    def _ask(self) -> str:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = self.client().get_parameter(Name=self.parameter)["Parameter"]["Value"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("ParameterNotFound", "AccessDeniedException"):
                raise Misconfigured(
                    f"the parameter {self.parameter} can't be read ({code}); deploy the edge stack"
                ) from None
            raise ApiFailed(f"the parameter {self.parameter} can't be read ({code})") from None
        except BotoCoreError as error:
            kind = type(error).__name__
            raise ApiFailed(f"the parameter {self.parameter} can't be read ({kind})") from None
        if not re.fullmatch(ADDRESS, found):
            raise Misconfigured(f"the parameter {self.parameter} holds no address of a site")
        return str(found).rstrip("/")
