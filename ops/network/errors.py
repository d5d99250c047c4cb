"""What stops a look at the network.

Unready
└── NetworkRefused   the network has something that is not looked into here
"""

from __future__ import annotations

from ops.errors import Unready


class NetworkRefused(Unready):
    """The network has something that is not looked into here, and on which the answer hangs."""

    def __init__(self, thing: str, found: str, remedy: str) -> None:
        self.thing, self.found = thing, found
        super().__init__(f"{thing} {found}, which is not looked into here; {remedy}")
