"""What differs between two estimates: line by line, in subtotals, and in what is not in their totals."""

from cost.changes.matching import Change, Changes, Kind, compare, paired_stacks

__all__ = ["Change", "Changes", "Kind", "compare", "paired_stacks"]
