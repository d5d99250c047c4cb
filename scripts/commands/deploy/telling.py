"""Tells what a deployment would do, and what one has done."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from scripts.commands.plan.run import show_as
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from ops.deploying.flow import Result
    from ops.deploying.survey import Survey


BROKEN: Final = "nothing was changed: mend what is named above, or waive a rule in stacks/waivers.toml"


def rule_broken(*, as_json: bool) -> Exit:
    """Tell that a rule is broken, after each has been named; returns the exit code."""
    if as_json:
        show(json.dumps({"error": {"kind": "RuleBroken", "message": BROKEN}}, indent=2))
    talk(BROKEN)
    return Exit.RULE_BROKEN


def told(result: Result, environment: str, *, as_json: bool) -> Exit:
    """Tell what a deployment has done; returns the exit code."""
    if as_json:
        show(json.dumps(document(result), indent=2))
    elif result.is_change:
        show(f"{environment} is deployed{_where(result)}")
    else:
        show(f"{environment} is as it should be: nothing was to be done{_where(result)}")
    return Exit.DONE


def _where(result: Result) -> str:
    return f", and {result.health.address} answers {result.health.status}" if result.health else ""


def document(result: Result) -> dict[str, Any]:
    """What a deployment did, as data."""
    return {
        "outcome": "deployed" if result.is_change else "unchanged",
        "stacks": result.stacks,
        "package": result.package,
        "migrations": result.migrations,
        "aliases": result.aliases,
        "health": asdict(result.health) if result.health else None,
    }


def show_dry(found: Survey) -> None:
    """Print what would be done, as data: the plan as `miyabi plan --json` has it, and what is no stack's."""
    from scripts.commands.plan.document import document as plan_document

    told = {
        "outcome": "planned" if found.is_anything else "unchanged",
        "plan": plan_document(found.plan),
        "package": found.package,
        "migrations": list(found.pending),
        "aliases": [asdict(alias) for alias in found.aliases],
        "unfinished": found.is_unfinished,
        "notes": list(found.notes),
    }
    show(json.dumps(told, indent=2, ensure_ascii=False))


def show_survey(found: Survey, *, as_json: bool) -> None:
    """Show what would be done, on standard error where standard output is promised to a program."""
    if not as_json:
        show_as("table", found.plan)
    for sentence in found.notes:
        talk(f"note: {sentence}")
    if found.package:
        talk(f"package: {found.package} is to be uploaded, and the functions to get it")
    if found.pending:
        count = "1 is" if len(found.pending) == 1 else f"{len(found.pending)} are"
        talk(f"migrations: {count} to be applied, after a snapshot where any is applied already")
    if found.is_unfinished:
        talk("the deployment before was not seen to its end: the API is asked whether it is well")
    for alias in found.aliases:
        talk(
            f"alias {alias.name} of {alias.function} goes back from {alias.version} to {alias.stack_version}"
        )
