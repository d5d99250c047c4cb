"""The version of the API, as its document and its health tell it; setup.cfg has the same (test)."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
