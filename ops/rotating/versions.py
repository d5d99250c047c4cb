"""The versions of a secret, and the label that says how far a renewal is.

`AWSPENDING` is Secrets Manager's own label for a version that is being brought in. Here it stands on a new
version until the functions have it, so that a renewal which was stopped is found: on a version that is not
current, it was made only; on the current one, the functions may not have it yet.

"Rotation function execution", AWS Secrets Manager User Guide.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from stacks.secrets import LENGTH

if TYPE_CHECKING:
    from datetime import datetime

    from ops.live import Live

CURRENT: Final = "AWSCURRENT"
PENDING: Final = "AWSPENDING"


@dataclass(frozen=True, slots=True)
class Versions:
    """Which version of a secret is which: `pending` is None where no renewal goes on."""

    secret: str
    current: str
    pending: str | None
    current_since: datetime

    @property
    def is_made(self) -> bool:
        """Whether there is a new version that nobody gets yet."""
        return self.pending is not None and self.pending != self.current

    @property
    def is_current(self) -> bool:
        """Whether the new version is what is resolved from now on."""
        return self.pending is not None and self.pending == self.current


def versions_of(live: Live, secret: str) -> Versions:
    """The versions of a secret, by its name or ARN."""
    thing = f"secret {secret}"
    # without IncludeDeprecated only versions with a label are listed, which are few
    found = live.call("secretsmanager:ListSecretVersionIds", thing, SecretId=secret)["Versions"]
    labelled = {label: one for one in found for label in one.get("VersionStages", ())}
    pending = labelled.get(PENDING)
    return Versions(
        secret,
        labelled[CURRENT]["VersionId"],
        pending["VersionId"] if pending else None,
        labelled[CURRENT]["CreatedDate"],
    )


def make(live: Live, secret: str, key: str, fixed: dict[str, str]) -> None:
    """Make a new version of letters and digits under `key`, beside `fixed` values; nobody gets it yet."""
    live.call(
        "secretsmanager:PutSecretValue",
        f"secret {secret}",
        SecretId=secret,
        SecretString=json.dumps(fixed | {key: _drawn(live)}),
        VersionStages=[PENDING],
        ClientRequestToken=str(uuid4()),
    )


def make_current(live: Live, secret: str) -> None:
    """Let the new version be the one that is resolved; the one before becomes AWSPREVIOUS."""
    found = versions_of(live, secret)
    if found.is_made:
        live.call(
            "secretsmanager:UpdateSecretVersionStage",
            f"secret {secret}",
            SecretId=secret,
            VersionStage=CURRENT,
            MoveToVersionId=found.pending,
            RemoveFromVersionId=found.current,
        )


def settle(live: Live, secret: str) -> None:
    """Take the label off: whoever needs the new version has it."""
    found = versions_of(live, secret)
    if found.is_current:
        live.call(
            "secretsmanager:UpdateSecretVersionStage",
            f"secret {secret}",
            SecretId=secret,
            VersionStage=PENDING,
            RemoveFromVersionId=found.pending,
        )


def _drawn(live: Live) -> str:
    answer = live.call(
        "secretsmanager:GetRandomPassword", "a password", PasswordLength=LENGTH, ExcludePunctuation=True
    )
    drawn: str = answer["RandomPassword"]
    return drawn
