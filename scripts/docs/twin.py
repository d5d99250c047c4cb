"""What the local AWS makes, and what a rehearsal can have go wrong."""

from __future__ import annotations

from scripts.docs.tables import table
from twin.aws.handlers import handler_of, supported_types
from twin.faults.catalogue import rows as fault_rows


def local_types_table() -> str:
    """The resource types that the local AWS makes, by service."""
    services: dict[str, list[str]] = {}
    for kind in supported_types():
        _, service, name = kind.split("::")
        services.setdefault(service, []).append(f"`{name}`")
    return table("service | types", ((service, ", ".join(names)) for service, names in services.items()))


def local_untold_table() -> str:
    """Properties that can't be read back, and why."""
    rows = []
    for kind in supported_types():
        handler = handler_of(kind)
        assert handler is not None, kind  # noqa: S101  (it was listed for having one)
        rows += [(f"`{kind}`", f"`{name}`", why) for name, why in handler.not_held.items()]
    return table("type | property | why", rows)


def faults_table() -> str:
    """Every fault that a rehearsal can be given, or why it can't."""
    return table("fault | what it is | what is changed | what is seen", fault_rows())
