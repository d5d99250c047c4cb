"""How one line of a bill came about: what was read, what was counted, what it was charged at, who says so."""

from cost.explaining.explanation import Explanation, explain
from cost.explaining.finding import find_line

__all__ = ["Explanation", "explain", "find_line"]
