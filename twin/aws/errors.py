"""What can stop the local AWS.

TwinError
└── LocalAwsError
    ├── ServiceMissing   a service was asked for that the local AWS does not have
    ├── StateRefused     a kept state is damaged, of another version or of another account
    └── StateUnkept      the state can't be kept where it was to be

Errors of a handler stand apart: they become the reason of a resource's status.

HandlerError             a resource could not be made, changed or deleted
└── Absent               the resource is not there
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.errors import TwinError

if TYPE_CHECKING:
    from pathlib import Path


class LocalAwsError(TwinError):
    """The local AWS can't do what it was asked for."""


class ServiceMissing(LocalAwsError):
    """A service was asked for that the local AWS does not have."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(f"the local AWS has nothing at {url}; ask a service that moto has")


class HandlerError(Exception):
    """A resource could not be made, changed or deleted; `code` is a HandlerErrorCode of the registry."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


class Absent(HandlerError):
    """The resource is not there."""

    def __init__(self, message: str) -> None:
        super().__init__("NotFound", message)


class StateRefused(LocalAwsError):
    """A kept state is damaged, of another version or of another account; nothing of it was taken."""

    def __init__(self, path: Path, found: str) -> None:
        self.path, self.found = path, found
        super().__init__(
            f"the kept state {path} {found}; name another folder, or remove the file to begin anew"
        )


class StateUnkept(LocalAwsError):
    """The state can't be kept where it was to be; what was kept there before is whole."""

    def __init__(
        self, path: Path, reason: str, remedy: str = "make room there, or name another folder"
    ) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"the state can't be kept in {path} ({reason}); {remedy}")
