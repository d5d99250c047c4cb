"""What would make a deployment fail, looked for before it begins; nothing is changed."""

from ops.preflight.found import Found
from ops.preflight.looking import look

__all__ = ["Found", "look"]
