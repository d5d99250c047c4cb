"""What can stop work on a living system. An error that the migrator function told keeps its family.

MigratorError
├── FunctionBroke      the function ended without an answer: a fault of ours
├── FilesError         MigratorMissing: the environment has no such function
│                      FilesTold
├── AccessError        CredentialsMissing, WrongAccount, Refused, NotDeployed, Unreached, Declined,
│                      AnswerLost
│                      AccessTold
├── LockError          FunctionBusy
│                      LockTold
└── DatabaseError      DatabaseTold

OperationError
├── Unready            nothing was changed
└── Failed             something was, and did not end well
"""

from __future__ import annotations

from typing import Final

from runtime.migrator.errors import AccessError, DatabaseError, FilesError, LockError, MigratorError


class MigratorMissing(FilesError):
    """An environment is asked for its migrator and has none."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(
            f"environment {environment} has no migrator function; "
            "give the database by --database-url instead, or add [migrator] to the environment's file"
        )


class CredentialsMissing(AccessError):
    """There are no credentials for AWS, or they have expired."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"AWS can't be asked: {found}; sign in (`aws sso login`), or name another profile by AWS_PROFILE"
        )


class WrongAccount(AccessError):
    """The credentials belong to another AWS account than the environment."""

    def __init__(self, environment: str, wanted: str, found: str) -> None:
        self.environment, self.wanted, self.found = environment, wanted, found
        super().__init__(
            f"environment {environment} lives in account {wanted} and the credentials are for {found}; "
            "name a profile of the right account by AWS_PROFILE"
        )


class Refused(AccessError):
    """AWS does not let us do something."""

    def __init__(self, action: str, thing: str, code: str) -> None:
        self.action, self.thing, self.code = action, thing, code
        super().__init__(
            f"AWS refuses {action} on {thing} ({code}); let a policy of this user or role allow it"
        )


class NotDeployed(AccessError):
    """What is asked for is not there."""

    def __init__(self, thing: str, region: str) -> None:
        self.thing, self.region = thing, region
        super().__init__(f"there is no {thing} in {region}; deploy what makes it first")


class Unreached(AccessError):
    """AWS could not be asked, or gave an answer that is no answer."""

    def __init__(self, service: str, found: str) -> None:
        self.service, self.found = service, found
        super().__init__(f"{service} can't be asked: {found}; check network and region, and try again")


class Declined(AccessError):
    """AWS understood a request and does not do it, as things stand."""

    def __init__(self, action: str, thing: str, code: str, message: str) -> None:
        self.action, self.thing, self.code, self.message = action, thing, code, message
        found = f"{code}: {message}" if message else code
        super().__init__(f"AWS does not do {action} on {thing} ({found}); mend what it names, and try again")


class AnswerLost(AccessError):
    """The connection ended while the function was at work."""

    def __init__(self, function: str, environment: str, found: str) -> None:
        self.function, self.environment, self.found = function, environment, found
        super().__init__(
            f"the answer of {function} was lost ({found}) and it may still be at work; "
            f"ask `miyabi migrate status {environment}` what is applied before it is run again"
        )


class FunctionBusy(LockError):
    """The function is at work for somebody else: it is reserved to run once at a time."""

    def __init__(self, function: str, waited: float) -> None:
        self.function, self.waited = function, waited
        super().__init__(
            f"{function} is busy with another request after {waited:.0f} s; try again when it is done"
        )


class FunctionBroke(MigratorError):
    """The function ended without an answer."""

    def __init__(self, function: str, found: str) -> None:
        self.function, self.found = function, found
        super().__init__(
            f"{function} ended without an answer ({found}); its log tells why, "
            "and `miyabi migrate status` what is applied"
        )


class Told(MigratorError):
    """An error of the function, in its own words; `kind` is the class that it had there."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class FilesTold(Told, FilesError):
    """The function's migration files, or the event, could not be used."""


class AccessTold(Told, AccessError):
    """The function could not reach the database, or not safely."""


class LockTold(Told, LockError):
    """Somebody else is migrating."""


class DatabaseTold(Told, DatabaseError):
    """The database's state forbids going on."""


TOLD: Final = {
    "FilesError": FilesTold,
    "AccessError": AccessTold,
    "LockError": LockTold,
    "DatabaseError": DatabaseTold,
}
"""What becomes of an error of the function, by its family."""


class OperationError(Exception):
    """Anything else about a living system that an operator can act on."""


class Unready(OperationError):
    """The system, or what is asked of it, does not allow an operation; nothing was changed."""


class Failed(OperationError):
    """An operation was begun and did not end well; the sentence says how things stand now."""
