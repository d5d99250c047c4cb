"""What is read of an account to follow a connection through its network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Account(Protocol):
    """An account in a region that answers questions; the same question may be asked many times."""

    @property
    def region(self) -> str:
        """Such as `us-east-1`."""

    def call(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        """The answer of an operation, both named as boto3 names them: `ec2`, `describe_subnets`."""
