"""A bill as formulas of a month's figures: what the pricings do to the figures, written down once.

The pricings run as they always do, on figures that remember what is done to them (`Tracked`). What they
come to is a sheet of steps, and for each resource the charges it has in each case. Done again with other
numbers, the steps give what the pricings would give, to the last digit: the same operations in the same
order, with the same rounding.
"""

from cost.formulas.cases import Case
from cost.formulas.errors import NotExpressible, OutOfRange
from cost.formulas.formulas import Formulas, Month
from cost.formulas.sheet import Range, Sheet
from cost.formulas.tracing import month_of, trace

__all__ = ["Case", "Formulas", "Month", "NotExpressible", "OutOfRange", "Range", "Sheet", "month_of", "trace"]
