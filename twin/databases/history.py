"""What RDS's events tell of an instance: where its data came from, and how often it was restarted.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.deployed import Deployed

CREATED: Final = "DB instance created"
RESTARTED: Final = "DB instance restarted"
_FROM_SNAPSHOT: Final = re.compile(r"Restored from snapshot (\S+)")
_FROM_INSTANCE: Final = re.compile(r"Restored from DB instance (\S+) to (.+)")


@dataclass(frozen=True, slots=True)
class History:
    """Of one instance.

    Attributes:
        restarts: Since it was created under its name.
        snapshot: What it was restored from.
        source: The instance that it was restored from, to a point in time.
        moment: That point, as it was asked for.
    """

    restarts: int = 0
    snapshot: str | None = None
    source: str | None = None
    moment: str | None = None


def history_of(deployed: Deployed, identifier: str) -> History:
    """What is known of an instance of that name."""
    told = deployed.pages(
        "rds", "describe_events", "Events", SourceIdentifier=identifier, SourceType="db-instance"
    )
    return read([event["Message"] for event in told])


def read(messages: Sequence[str]) -> History:
    """The history in messages, oldest first; of an instance that had the name before, nothing counts."""
    created = [number for number, message in enumerate(messages) if message == CREATED]
    own = messages[created[-1] :] if created else messages
    snapshots = [found[1] for message in own if (found := _FROM_SNAPSHOT.match(message))]
    sources = [found for message in own if (found := _FROM_INSTANCE.match(message))]
    return History(
        restarts=own.count(RESTARTED),
        snapshot=snapshots[-1] if snapshots else None,
        source=sources[-1][1] if sources else None,
        moment=sources[-1][2] if sources else None,
    )
