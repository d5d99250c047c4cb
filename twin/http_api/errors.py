"""What of an HTTP API the twin can't serve."""

from __future__ import annotations

from twin.errors import TwinError


class NotServed(TwinError):
    """A route needs something that the twin has not; whoever asks for it is answered 501, and told so."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"the twin does not serve {what}; rehearse this route without it, or try it at AWS")


class ApiUnknown(TwinError):
    """There is no HTTP API of that id."""

    def __init__(self, api_id: str) -> None:
        self.api_id = api_id
        super().__init__(f"there is no HTTP API {api_id} in the local AWS; deploy it, or name another")
