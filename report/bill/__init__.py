"""The cost page: a bill as charts and tables, how it grows, and what it would be under other assumptions."""

from report.bill.bill import Bill
from report.bill.page import script, section, style

__all__ = ["Bill", "script", "section", "style"]
