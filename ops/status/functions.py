"""Which version of each function serves: the package it was made of, and its configuration."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ops.errors import NotDeployed
from ops.inventory import functions_of
from ops.status.part import Finding, Part, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.inventory import FunctionPlace
    from ops.live import Live
    from ops.status.part import Row

NAME: Final = "functions"
DESCRIPTION: Final = re.compile(r"(?P<package>\S+) configuration (?P<configuration>[0-9a-f]+) .*")
"""How our templates describe a version: package, a hash of the configuration, revision of the secrets."""
LATEST: Final = "$LATEST"
SECONDS: Final = len("2026-11-26T01:30:00")
READY: Final = "Active"
IDLE: Final = "Inactive"
"""A function that was not invoked for weeks; its next caller waits a little longer."""


def look(live: Live) -> Part:
    """Ask Lambda for what callers get of each function."""
    rows = [_row(live, place) for place in functions_of(live.environment)]
    serving = [row for row in rows if row["name"]]
    packages = sorted({row["package"] for row in serving if row["package"]})
    summary = ", ".join(f"{row['function']} {row['version']}" for row in serving) or "none deployed"
    return Part(
        NAME,
        summary + (f", of {' and '.join(packages)}" if packages else ""),
        tuple(_findings(live.environment.name, rows, packages)),
        tuple(rows),
    )


def _row(live: Live, place: FunctionPlace) -> Row:
    row: Row = dict.fromkeys(
        ("name", "version", "package", "configuration", "code_sha256", "state", "update", "modified")
    )
    row = {"function": place.function.value, **row}
    try:
        name = live.value(place.name)
        found = _configuration(live, name, place.qualifier)
    except NotDeployed:
        return row
    described = DESCRIPTION.fullmatch(found.get("Description", ""))
    return row | {
        "name": name,
        "version": found["Version"],
        "package": described["package"] if described else None,
        "configuration": described["configuration"] if described else None,
        "code_sha256": found["CodeSha256"],
        "state": found.get("State"),
        "update": found.get("LastUpdateStatus"),
        "modified": _moment(found["LastModified"]),
    }


def _configuration(live: Live, name: str, qualifier: str | None) -> dict[str, Any]:
    found: dict[str, Any] = live.call(
        "lambda:GetFunctionConfiguration",
        f"function {name}" + (f", alias {qualifier}" if qualifier else ""),
        FunctionName=name,
        Qualifier=qualifier,
    )
    return found


def _moment(text: str) -> datetime:
    """Of Lambda's way to write a time, in UTC: `2026-11-26T01:30:00.123+0000`."""
    return datetime.fromisoformat(text[:SECONDS]).replace(tzinfo=UTC)


def _findings(environment: str, rows: list[Row], packages: list[str]) -> Iterator[Finding]:
    missing = [row["function"] for row in rows if not row["name"]]
    if missing:
        yield Finding(
            Standing.WRONG, f"{', '.join(missing)} not there, or without the alias that callers use"
        )
    for row in rows:
        if row["state"] not in (None, READY, IDLE):
            yield Finding(Standing.WRONG, f"{row['function']} is {row['state']} and can't be invoked")
        if row["update"] == "Failed":
            yield Finding(Standing.WRONG, f"the last change of {row['function']} failed")
        if row["name"] and row["package"] is None and row["version"] != LATEST:
            yield Finding(
                Standing.NOTICE,
                f"version {row['version']} of {row['function']} was made by hand; "
                f"see `miyabi drift {environment}`",
            )
    if len(packages) > 1:
        yield Finding(Standing.NOTICE, "the functions are of different packages: a deployment did not end")
