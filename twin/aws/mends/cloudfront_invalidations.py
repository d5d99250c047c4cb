"""CloudFront: the status of an invalidation, as the API has it.

Seen in moto 5.2.5: it is `COMPLETED`, which no client waits for. "When the invalidation batch is complete,
the status is Completed" (Invalidation, Amazon CloudFront API Reference).
"""

from __future__ import annotations

from typing import Any

from moto.cloudfront.models import Distribution, Invalidation

_initialise = Invalidation.__init__


def _initialised(self: Any, distribution: Distribution, paths: list[str], caller_ref: str) -> None:
    _initialise(self, distribution, paths, caller_ref)
    self.status = "Completed"


def mend() -> None:
    """Put it onto moto's class."""
    Invalidation.__init__ = _initialised  # type: ignore[method-assign]  # a mend
