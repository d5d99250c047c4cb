"""Asks html-validate what in a file is no valid or no accessible HTML; one process for all files."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browser.tools import HERE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Validator:
    """A running html-validate; its rules stand in validate.mjs."""

    process: subprocess.Popen[str]

    def faults(self, path: Path) -> list[str]:
        """A line for each fault of an HTML file: `line:column rule: what`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        found: list[str] = json.loads(self.process.stdout.readline())
        return found


@contextmanager
def validating(node: str) -> Iterator[Validator]:
    """A validator for as long as it is needed; it ends when its input does."""
    with subprocess.Popen(
        [node, "validate.mjs"], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Validator(process)
