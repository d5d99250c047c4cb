"""How large packages are, part by part, and how large they may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.package.building import Package

MEGABYTE: Final = 1 << 20
"""As AWS counts its quotas: 50 MB are 52,428,800 bytes."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How many bytes a package may have; `unzipped` is all that it unpacks to."""

    name: str
    zipped: int
    unzipped: int


BOUNDS: Final = (
    Bound("our budget", 16 * MEGABYTE, 50 * MEGABYTE),
    Bound("Lambda's limit", 50 * MEGABYTE, 250 * MEGABYTE),
)
"""The limits are of a direct upload and of a function with its layers (Lambda's developer guide, quotas)."""


def excesses(package: Package) -> Iterator[str]:
    """A sentence for each bound that a package exceeds."""
    for bound in BOUNDS:
        for what, has, may in (
            ("zipped", len(package.archive.content), bound.zipped),
            ("unzipped", package.archive.unzipped, bound.unzipped),
        ):
            if has > may:
                yield (
                    f"the package for {package.target.machine} has {_megabytes(has)} MB {what} and "
                    f"{bound.name} is {_megabytes(may)}; prune more in ops/package/pruning.py, "
                    "or depend on less"
                )


def table(packages: Sequence[Package]) -> str:
    """Sizes by part, the greatest first, zipped and unzipped for each architecture."""
    parts = sorted(
        {part for package in packages for part in package.archive.parts},
        key=lambda part: (-max(_part(package, part)[0] for package in packages), part),
    )
    rows = [(part, [size for package in packages for size in _part(package, part)]) for part in parts]
    total = [
        size for package in packages for size in (len(package.archive.content), package.archive.unzipped)
    ]
    bounds = [(bound.name, [bound.zipped, bound.unzipped] * len(packages)) for bound in BOUNDS]
    lines = [
        _line("", [f"{package.target.machine:>20}" for package in packages], 20),
        _line("MB", ["zipped", "unzipped"] * len(packages), 10),
        *(_line(name, map(_megabytes, sizes), 10) for name, sizes in rows),
        _line("the whole zip", map(_megabytes, total), 10),
        *(_line(name, map(_megabytes, sizes), 10) for name, sizes in bounds),
    ]
    return "\n".join(line.rstrip() for line in lines)


def _part(package: Package, part: str) -> tuple[int, int]:
    size = package.archive.parts.get(part)
    return (size.zipped, size.unzipped) if size else (0, 0)


def _line(name: str, cells: Iterator[str] | Sequence[str] | map[str], width: int) -> str:
    return f"{name:<24}" + "".join(f"{cell:>{width}}" for cell in cells)


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.2f}"
