"""What stops a look at the network.

TwinError
└── NetworkRefused   the network has something that is not looked into here
"""

from __future__ import annotations

from twin.errors import TwinError


class NetworkRefused(TwinError):
    """The network has something that is not looked into here, and on which the answer hangs."""

    def __init__(self, thing: str, found: str, remedy: str) -> None:
        self.thing, self.found = thing, found
        super().__init__(f"{thing} {found}, which the twin does not look into; {remedy}")
