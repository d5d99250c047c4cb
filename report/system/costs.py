"""What a month costs, and the document's own figures beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.comparison import compare
from cost.grouping import grouped, subtotal
from cost.lines import FreeTier
from report.system.model import Cost, CostRow

if TYPE_CHECKING:
    from cost import Estimate


def cost_of(estimate: Estimate) -> Cost:
    """The bill in short; the cost page has all of it."""
    comparison = compare(estimate)
    stacks = tuple(
        (name, subtotal(lines, FreeTier.NONE), subtotal(lines, FreeTier.ALWAYS))
        for name, lines in grouped(estimate, "stack").items()
    )
    total, free = estimate.total(FreeTier.NONE), estimate.total(FreeTier.ALWAYS)
    if comparison is None:
        return Cost(total, free, stacks)
    rows = tuple(
        CostRow(row.name, row.theirs, row.ours(), row.ours(FreeTier.ALWAYS), row.why)
        for row in comparison.rows
    )
    return Cost(total, free, stacks, comparison.document, comparison.total, rows)
