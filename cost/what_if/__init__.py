"""A bill as a function of a month's main assumptions, for a page or a spreadsheet that moves them."""

from cost.what_if.assumptions import ASSUMPTIONS, Assumption
from cost.what_if.document import document
from cost.what_if.what_if import Refused, WhatIf, what_if

__all__ = ["ASSUMPTIONS", "Assumption", "Refused", "WhatIf", "document", "what_if"]
