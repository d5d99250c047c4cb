"""Whether AWS still takes the runtime, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ops.package.inspect.check import Check, failed, passed, unknown, warned
from ops.package.inspect.target import lifecycles

if TYPE_CHECKING:
    from ops.package.inspect.check import Package, Verdict

NOTICE: Final = timedelta(days=180)
"""How long before the end one should know; AWS itself writes as early."""


def runtime_supported(package: Package) -> Verdict:
    """AWS mends the runtime, and takes functions on it."""
    name = package.target.runtime.name
    dates = lifecycles().get(name)
    if dates is None:
        return unknown(f"the dates of {name} are not known here")
    remedy = f"move to {dates.successor}, and inspect the package for it" if dates.successor else None
    if dates.no_update and dates.no_update <= package.as_of:
        return failed(f"Lambda takes no code for {name} since {dates.no_update}", remedy=remedy)
    since = f"{name} is deprecated since {dates.deprecated}"
    if dates.no_creation and dates.no_creation <= package.as_of:
        until = f", existing ones take code until {dates.no_update}" if dates.no_update else ""
        return warned(f"{since} and new functions are refused{until}", remedy=remedy)
    if dates.deprecated <= package.as_of:
        stop = f"; new functions are refused from {dates.no_creation}" if dates.no_creation else ""
        return warned(f"{since}: AWS mends it no more{stop}", remedy=remedy)
    if dates.deprecated <= package.as_of + NOTICE:
        return warned(f"{name} is deprecated from {dates.deprecated}", remedy=remedy)
    return passed(f"{name} is supported until {dates.deprecated}")


SUPPORT_CHECKS: Final = (
    Check(
        "runtime.support",
        "AWS supports the runtime for a while yet",
        "choose a newer runtime",
        runtime_supported,
    ),
)
