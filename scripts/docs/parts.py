"""The generated parts by their names, and a document with its own as they should be."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from scripts.docs import costs, doctor, functions, migrations, program, settings, stacks, twin
from scripts.docs.documents import PART
from scripts.docs.program import output_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AS_OF: Final = ("--as-of", costs.DAY)
COMMANDS: Final = (
    "synth",
    "plan",
    "deploy",
    "adopt",
    "status",
    "outputs",
    "logs",
    "drift",
    "invoke",
    "frontend",
    "rotate",
    "debug",
    "restore",
    "destroy",
    "rehearse",
    "doctor",
    "diagram",
    "report",
    "serve",
)
GROUPS: Final = {
    "cost": ("estimate", "diff", "sweep", "what-if", "explain", "usage", "prices refresh"),
    "local": ("up", "down", "status"),
    "migrate": (
        "status",
        "plan",
        "up",
        "verify",
        "adopt",
        "repair",
        "revert",
        "rehearse",
        "snapshot",
        "roles",
        "probe",
    ),
    "package": ("build", "inspect"),
    "secret": ("list", "set"),
}
WITH_HELP: Final = (
    *COMMANDS,
    *GROUPS,
    *(f"{group} {name}" for group, names in GROUPS.items() for name in names),
)
"""Commands whose help a document shows, in the part `help-deploy`, `help-local-up` and the like."""
PARTS: Final[dict[str, Callable[[], str]]] = {
    "settings": settings.settings_tables,
    "rules": stacks.rules_table,
    "waivers": stacks.waivers_table,
    "resources": stacks.resources_table,
    "routes": functions.routes_table,
    "variables": functions.variables_table,
    "actions": functions.actions_table,
    "hazards": migrations.hazards_table,
    "failure-cases": migrations.cases_table,
    "local-types": twin.local_types_table,
    "local-untold": twin.local_untold_table,
    "faults": twin.faults_table,
    "doctor-checks": doctor.checks_table,
    "doctor-symptoms": doctor.symptoms_table,
    "cost-by-service": costs.cost_by_service_table,
    "priced-types": costs.priced_types_table,
    "usage-keys": costs.usage_keys_table,
    "free-types": costs.free_types_table,
    "allowances": costs.allowances_table,
    "price-books": costs.price_books_table,
    "exit-codes": program.exit_codes_table,
    "make-help": program.make_help,
    "synth": output_of("synth", unseen=AS_OF),
    **{f"cost-{name}": output_of("cost", name, unseen=AS_OF) for name in costs.ENVIRONMENTS},
    "cost-diff": output_of("cost", "diff", "reported", "production", unseen=AS_OF),
    "cost-explain": output_of("cost", "explain", "ApiFunction/compute", "production", unseen=AS_OF),
    "cost-sweep": output_of("cost", "sweep", "production", unseen=AS_OF),
    **{f"help-{name.replace(' ', '-')}": output_of(*name.split(), "--help") for name in WITH_HELP},
}


def renewed(path: Path) -> str:
    """A document with its generated parts as they should be."""
    return PART.sub(lambda part: f"{part[1]}{_part(part[2])}\n{part[4]}", path.read_text(encoding="utf-8"))


@cache
def _part(name: str) -> str:
    return PARTS[name]()
