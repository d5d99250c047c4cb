"""Another instance of the same account: one that was restored, to look at before anybody is switched to it.

The password goes to whatever host is named, so none is but RDS's of this very account and region, and only
where it proves its name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from runtime.migrator.connection import Target
from runtime.migrator.context import EventRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.migrator.context import Context

HOST: Final = re.compile(
    r"(?P<label>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)"
    r"\.(?P<domain>[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com)"
)
"""An instance's endpoint: its name, and the domain that RDS gives to an account in a region.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_CommonTasks.Connect.html
"""


def target_of(context: Context, options: Mapping[str, Any]) -> Target:
    """The database that an event is about: the configured one, or that of `host`. Raises `EventRefused`."""
    host = options.get("host")
    return context.target if host is None else neighbour(context.target, host)


def neighbour(target: Target, host: str) -> Target:
    """The same database at another instance. Raises `EventRefused`, without connecting to anything."""
    configured = HOST.fullmatch(target.parameters.get("host", "").lower())
    if configured is None or not target.verified:
        raise EventRefused(
            f"a host {host!r} beside {target}",
            "others only where the configured one is of RDS and must prove its name (verify-full)",
        )
    asked = HOST.fullmatch(host)
    if asked is None or asked["domain"] != configured["domain"]:
        raise EventRefused(
            f"a host {host!r}", f"instances of the same account and region, NAME.{configured['domain']}"
        )
    return Target(target.parameters | {"host": host})
