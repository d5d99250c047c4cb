"""How a bill grows with its requests, and where another way to build the same becomes the cheaper one."""

from cost.sweeping.choices import Choice, Flip, choose
from cost.sweeping.growth import Sweep, sweep, sweeps
from cost.sweeping.load import Load, System
from cost.sweeping.span import Span

__all__ = ["Choice", "Flip", "Load", "Span", "Sweep", "System", "choose", "sweep", "sweeps"]
