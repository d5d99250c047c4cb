"""What a package is built for: a Python version and a machine."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from typing import Final

NEWEST_GLIBC: Final = 34
"""Amazon Linux 2023, under every python3.12+ runtime, has glibc 2.34 (docs.aws.amazon.com/linux/al2023)."""
OLDEST_GLIBC: Final = 17
LINUX_NAMES: Final = {"arm64": "aarch64", "x86_64": "x86_64"}
"""Lambda's names of its architectures, and what Linux and wheels call them."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a package is to run.

    `platforms` are the tags of the wheels that will do, best first. Every one must be named: asked for
    `manylinux2014` alone, pip takes an older release for arm64, whose newer wheels need glibc 2.27, and the
    two architectures would differ in silence. Without any, the wheels are those of the running Python.
    """

    python: tuple[int, int]
    machine: str
    platforms: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The Python version, such as `3.13`."""
        return ".".join(map(str, self.python))

    @property
    def name(self) -> str:
        """Such as `python3.13-arm64`."""
        return f"python{self.version}-{self.machine}"


def _platforms(machine: str) -> tuple[str, ...]:
    newest_first = range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)
    return (*(f"manylinux_2_{minor}_{machine}" for minor in newest_first), f"manylinux2014_{machine}")


LAMBDA: Final = {
    machine: Target((3, 13), machine, _platforms(linux)) for machine, linux in LINUX_NAMES.items()
}
"""The two architectures of Lambda, by Lambda's names; Python is that of the templates (a test compares)."""


def running() -> Target:
    """This machine and the Python that runs this."""
    machine = platform.machine()
    lambdas = next((ours for ours, linux in LINUX_NAMES.items() if linux == machine), machine)
    return Target(sys.version_info[:2], lambdas)
