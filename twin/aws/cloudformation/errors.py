"""What CloudFormation refuses, in its own codes and words.

Refused
├── InvalidRequest          ValidationError: the call, or its template, says what can't be
├── StackMissing            ValidationError: there is no such stack
├── StackExists             AlreadyExistsException
├── TokenTaken              TokenAlreadyExistsException
├── CapabilitiesMissing     InsufficientCapabilitiesException
├── ChangeSetExists         AlreadyExistsException
├── ChangeSetMissing        ChangeSetNotFound
└── ChangeSetUnready        InvalidChangeSetStatus

Failed stands apart: one resource could not be brought to where it should be, which ends the operation.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Refused(Exception):
    """A call that CloudFormation answers with an error, having changed nothing."""

    code = "ValidationError"

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class InvalidRequest(Refused):
    """The call, or its template, says what can't be."""


class StackMissing(Refused):
    """There is no such stack."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"Stack with id {name} does not exist")


class StackExists(Refused):
    """A stack of this name is there already."""

    code = "AlreadyExistsException"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"Stack [{name}] already exists")


class TokenTaken(Refused):
    """Another request has been made with this ClientRequestToken."""

    code = "TokenAlreadyExistsException"

    def __init__(self, token: str) -> None:
        self.token = token
        super().__init__(f"Client request token {token} was used for another request; give a new one")


class CapabilitiesMissing(Refused):
    """The template makes identities, and the call does not say that it knows."""

    code = "InsufficientCapabilitiesException"

    def __init__(self, capabilities: Sequence[str]) -> None:
        self.capabilities = tuple(capabilities)
        super().__init__(f"Requires capabilities : [{', '.join(capabilities)}]")


class ChangeSetExists(Refused):
    """The stack has a change set of this name already."""

    code = "AlreadyExistsException"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"ChangeSet [{name}] already exists")


class ChangeSetMissing(Refused):
    """There is no such change set."""

    code = "ChangeSetNotFound"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"ChangeSet [{name}] does not exist")


class ChangeSetUnready(Refused):
    """The change set can't be executed in the state that it is in."""

    code = "InvalidChangeSetStatus"


class Failed(Exception):
    """A resource could not be brought to where it should be; the reason is what its status says."""

    def __init__(self, logical_id: str, reason: str) -> None:
        self.logical_id, self.reason = logical_id, reason
        super().__init__(f"{logical_id}: {reason}")


def mistaken(error: Exception) -> str:
    """What went wrong within the local AWS itself, and where."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}: {error}"
