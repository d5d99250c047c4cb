"""How many examples a long check draws: a few in `make test`, many in `make soak`."""

from __future__ import annotations

from hypothesis import settings

SOAK = 1000
"""What the soak profile draws where a test says nothing else (see conftest.py)."""


def examples(few: int, soak: int) -> int:
    """The number of examples under the profile that was asked for."""
    return soak if settings().max_examples >= SOAK else few
