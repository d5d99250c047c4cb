"""An estimate beside a document that priced the same system before, with the difference explained row by row.

An environment that has such a document has a file of its name in `cost/comparisons/`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cost.lines import FreeTier, total

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cost.estimate import Estimate
    from cost.lines import Line

COMPARISONS = Path(__file__).parent / "comparisons"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the document, with our lines for the same; `theirs` is None where it has no such row."""

    name: str
    theirs: Decimal | None
    lines: tuple[Line, ...]
    why: str

    def ours(self, mode: FreeTier = FreeTier.NONE) -> Decimal:
        """USD a month of our lines, unrounded."""
        return total(line.amount(mode) for line in self.lines)

    @property
    def difference(self) -> Decimal:
        """By how much our list price is above the document's."""
        return self.ours() - (self.theirs or 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A document's table beside an estimate."""

    document: str
    total: Decimal
    rows: tuple[Row, ...]
    unmatched: tuple[Line, ...]
    """Our lines that no row is about."""


def compare(estimate: Estimate, folder: Path = COMPARISONS) -> Comparison | None:
    """Lay an estimate beside its environment's document; None where it has none."""
    path = folder / f"{estimate.name}.toml"
    if not path.is_file():
        return None
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = tuple(_row(entry, estimate) for entry in document["rows"])
    matched = {id(line) for row in rows for line in row.lines}
    return Comparison(
        document=document["document"],
        total=Decimal(document["total"]),
        rows=rows,
        unmatched=tuple(line for line in estimate.lines if id(line) not in matched),
    )


def _row(entry: Mapping[str, Any], estimate: Estimate) -> Row:
    return Row(
        name=entry["name"],
        theirs=Decimal(entry["amount"]) if "amount" in entry else None,
        lines=tuple(line for line in estimate.lines if _called(line) in entry["lines"]),
        why=entry["why"],
    )


def _called(line: Line) -> str:
    return f"{line.resource.type} {line.component}"
