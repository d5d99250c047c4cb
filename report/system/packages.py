"""What was built, and what a deployment does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ops.status.part import Standing
from report.system.components.functions import CUSTOM, FUNCTION
from report.system.facts import WORDS, State
from report.system.model import DeploymentStep, Package

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.status.part import Part
    from report.system.components.making import Maker

ADOPTED: Final = "Adopted"
"""How parameters begin that say what was there before the stacks."""
COMPLETE: Final = "_COMPLETE"
ROLLED_BACK: Final = "ROLLBACK"


def packages(maker: Maker, built: Mapping[str, Any] | None) -> tuple[Package, ...]:
    """The zips that the functions would be made of: those built for their processors."""
    if built is None or not maker.told.environment:
        return ()
    wanted = _processors(maker)
    return tuple(
        Package(
            one["file"],
            one["architecture"],
            f"python{one['python']}",
            one["zipped_bytes"],
            one["unzipped_bytes"],
            one["sha256"],
        )
        for one in built["packages"]
        if one["architecture"] in wanted
    )


def _processors(maker: Maker) -> set[str]:
    """Of the functions that run our package; a runtime of its own brings a binary that is not built here."""
    found = set()
    for function in maker.of(FUNCTION):
        if not str(maker.get(function, "Runtime", "")).startswith(CUSTOM):
            architectures = maker.get(function, "Architectures", ["x86_64"])
            found.add(
                str(architectures[0]) if isinstance(architectures, list) and architectures else "x86_64"
            )
    return found


def deployment(
    maker: Maker, manifest: Mapping[str, Any] | None, built: tuple[Package, ...], parts: Mapping[str, Part]
) -> Iterator[DeploymentStep]:
    """What `miyabi deploy` does, in its order, and how far that is."""
    if manifest is None:
        return
    environment = maker.told.environment
    yield DeploymentStep("Build the package", _built(maker, built), "miyabi package build")
    for secret in manifest["entered_secrets"]:
        name = secret["name"]
        command = f"miyabi secret set {environment} {name.rpartition('/')[2]}"
        yield DeploymentStep(f"Enter the secret {name}", _secret(name, parts.get("secrets")), command)
    if any(name.startswith(ADOPTED) for stack in manifest["stacks"] for name in stack["parameters"]):
        yield DeploymentStep("Adopt what was made by hand, once", State.unknown(), "miyabi adopt reported")
    for stack in manifest["stacks"]:
        resources = [one for one in maker.of() if one.template.name == stack["stack"]]
        what = f"Deploy stack {stack['name']}: {len(resources)} resources"
        yield DeploymentStep(
            what,
            _stack(stack["stack"], parts.get("stacks")),
            f"miyabi deploy {environment} --only {stack['stack']}",
        )
    yield DeploymentStep(
        "Apply the migrations", migrated(parts.get("migrations")), f"miyabi migrate up {environment}"
    )
    yield DeploymentStep("Ask for health", _part(parts.get("health")), f"miyabi status {environment}")


def _built(maker: Maker, built: tuple[Package, ...]) -> State:
    wanted = _processors(maker)
    if not wanted:
        return State.unknown("the functions run a binary that is not built here")
    missing = wanted - {one.architecture for one in built}
    if missing:
        return State(Standing.NOTICE, "not built", f"none for {', '.join(sorted(missing))}")
    return State(Standing.WELL, "built")


def _secret(name: str, part: Part | None) -> State:
    rows = [row for row in part.rows if str(row["secret"]) in name] if part else []
    if not rows:
        return State.unknown()
    problems = rows[0]["problems"]
    return (
        State(Standing.WRONG, "wrong", "; ".join(problems)) if problems else State(Standing.WELL, "in order")
    )


def _stack(name: str, part: Part | None) -> State:
    row = next((row for row in part.rows if row["stack"] == name), None) if part else None
    if row is None:
        return State.unknown()
    status = row["status"]
    if not status:
        return State(Standing.WRONG, "not there")
    is_done = status.endswith(COMPLETE) and ROLLED_BACK not in status
    return State(Standing.WELL if is_done else Standing.NOTICE, status)


def _part(part: Part | None) -> State:
    return State.unknown() if part is None else State(part.standing, WORDS[part.standing], part.summary)


def migrated(part: Part | None) -> State:
    """How far the schema is: a part without rows has asked no ledger, so nobody has seen it in order."""
    return State.unknown(part.summary if part else "") if part is None or not part.rows else _part(part)
