"""What of a distribution the twin can't serve."""

from __future__ import annotations

from twin.errors import TwinError


class NotServed(TwinError):
    """A request needs something that the twin has not; whoever asks for it is answered 501, and told so."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"the twin does not serve {what}; rehearse without it, or try it at AWS")


class DistributionUnknown(TwinError):
    """There is no distribution of that id."""

    def __init__(self, distribution_id: str) -> None:
        self.distribution_id = distribution_id
        super().__init__(
            f"there is no distribution {distribution_id} in the local AWS; deploy it, or name another"
        )
