"""Reads a lock: which release of each distribution, and which files of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
LAMBDA_LOCK: Final = ROOT / "requirements" / "lambda.txt"
"""What goes into the package."""
CLIENT_LOCK: Final = ROOT / "requirements" / "lambda-runtime.txt"
"""What Lambda's runtime has and we don't: its client, with which the package is run here."""
_PIN: Final = re.compile(r"^([a-z0-9-]+)==([^ \\]+)((?:\s*\\\n\s+--hash=sha256:[0-9a-f]{64})+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pin:
    """One distribution of a lock: its release, and the SHA-256 of each file that it may come from."""

    name: str
    version: str
    hashes: frozenset[str]


def read_lock(path: Path) -> dict[str, Pin]:
    """The pins of a lock, by normalised name."""
    text = path.read_text(encoding="utf-8")
    return {
        match[1]: Pin(match[1], match[2], frozenset(re.findall(r"sha256:([0-9a-f]{64})", match[3])))
        for match in _PIN.finditer(text)
    }
