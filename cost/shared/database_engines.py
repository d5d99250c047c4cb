"""Engines of RDS: which price an engine takes under its licence."""

from __future__ import annotations

AURORA = {"aurora": "mysql", "aurora-mysql": "mysql", "aurora-postgresql": "postgresql"}
"""Engines of Aurora, and what they are compatible with."""
PRICED_AS = {"postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql"}
MARIADB = "MariaDB costs what MySQL costs"
OWN_LICENCE = "bring-your-own-license"
ONLY_OWN_LICENCE = {"oracle-ee", "oracle-se", "db2-se", "db2-ae", "sqlserver-dev-ee"}
"""Engines that RDS sells without a licence."""
INCLUDED = "its licence is taken to be included, as no LicenseModel says otherwise"
CONTAINERS = "-cdb"
"""Ending of an Oracle engine with pluggable databases, which cost the same."""


def is_aurora(engine: str) -> bool:
    """Whether an engine keeps its data in a cluster's volume."""
    return engine in AURORA


def price_of(engine: str, licence: str) -> tuple[str, str]:
    """Beginning of the names of an engine's prices, and what is assumed for it.

        >>> price_of("oracle-ee-cdb", "")
        ('oracle_byol', '')

    Args:
        engine: As RDS calls it.
        licence: LicenseModel, or empty.

    """
    if engine in PRICED_AS:
        return PRICED_AS[engine], MARIADB if engine == "mariadb" else ""
    vendor = engine.partition("-")[0]
    if vendor not in {"oracle", "sqlserver", "db2"}:
        return engine, ""
    edition = engine.removesuffix(CONTAINERS)
    if licence == OWN_LICENCE or edition in ONLY_OWN_LICENCE:
        return f"{vendor if vendor == 'oracle' else edition}_byol", ""
    return f"{edition}_license-included", "" if licence else INCLUDED
