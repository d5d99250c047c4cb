"""What the databases of a twin refuse.

TwinError
├── InstanceUnknown      no instance of that name has a server
└── CertificateUnknown   a kind of certificate that no server can show
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.errors import TwinError

if TYPE_CHECKING:
    from collections.abc import Iterable


class InstanceUnknown(TwinError):
    """No instance of that name has a server."""

    def __init__(self, asked: str, known: Iterable[str]) -> None:
        self.asked, self.known = asked, tuple(known)
        super().__init__(
            f"no database of the twin is called {asked or 'so that it is meant alone'}; "
            f"there {'are ' + ', '.join(self.known) if self.known else 'is none'}: name one that is there"
        )


class CertificateUnknown(TwinError):
    """A kind of certificate that no server can show."""

    def __init__(self, asked: str, known: Iterable[str]) -> None:
        self.asked = asked
        super().__init__(f"a server shows no certificate that is {asked!r}; name one of {', '.join(known)}")
