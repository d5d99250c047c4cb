"""What keeps a secret from being renewed, each in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.errors import Failed, Unready

if TYPE_CHECKING:
    from datetime import datetime


class NotRenewable(Unready):
    """An environment can't renew a secret without failing requests."""

    def __init__(self, environment: str, secret: str, why: str) -> None:
        self.environment, self.secret = environment, secret
        super().__init__(f"the {secret} secret of {environment} can't be renewed by this: {why}")


class OtherUnfinished(Unready):
    """The renewal of another secret was begun, and the functions would get that one half done."""

    def __init__(self, environment: str, wanted: str, other: str) -> None:
        self.environment, self.wanted, self.other = environment, wanted, other
        super().__init__(
            f"renewing {other} was begun and not finished, and renewing {wanted} would publish it half done; "
            f"go on with `miyabi rotate {environment} {other}` first"
        )


class TooEarly(Unready):
    """Tokens that the secret before has signed are still good."""

    def __init__(self, environment: str, until: datetime) -> None:
        self.environment, self.until = environment, until
        super().__init__(
            f"tokens signed by the JWT secret before the last renewal of {environment} are good until "
            f"{until:%Y-%m-%d %H:%M} UTC, and refusing or renewing now would end their sessions; "
            "wait until then, or end every session at once by --leaked"
        )


class NothingToFinish(Unready):
    """The secret before the last renewal is refused already."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        super().__init__(
            f"{environment} accepts no JWT secret but the present one: there is nothing to finish"
        )


class LoginStillUsed(Unready):
    """Sessions are connected as the login whose password is to be renewed, and don't end."""

    def __init__(self, environment: str, role: str, waited: float) -> None:
        self.environment, self.role, self.waited = environment, role, waited
        super().__init__(
            f"sessions are still connected as {role} after {waited:.0f} s, so its password was not renewed; "
            f"end them, and go on with `miyabi rotate {environment} database`"
        )


class NotWell(Failed):
    """The API does not answer as it should after a renewal."""

    def __init__(self, address: str, found: str, standing: str) -> None:
        self.address, self.found = address, found
        super().__init__(f"{address} answers {found} after the renewal; {standing}")
