"""What moto's services lack, added to them: one module for each service, each a thing moto itself could take.

A module's `mend` puts its operations onto moto's own classes; done twice, it changes nothing.
"""

from __future__ import annotations

import importlib
import pkgutil


def mend() -> None:
    """Mend all services that need it."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}").mend()
