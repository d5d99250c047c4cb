"""Gathers what a report is made of: templates, rules, bill, package, and the account where that is asked."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cost import CostError, estimate
from report.system.migrations import read
from report.system.reporting import Given
from scripts.commands.cost.kept import environments
from scripts.commands.cost.targets import find
from scripts.commands.report.judging import REPORTED, document_judged, judgement
from scripts.commands.report.keeping import kept
from scripts.migrate_options import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cost import Estimate
    from scripts.commands.cost.targets import Target

PACKAGE: Final = Path("build/package/package.json")


def given(word: str, as_of: date) -> Given:
    """What can be known without an account; raises TargetRefused, CfnError or StackError."""
    target, day = find(word), as_of.isoformat()
    judged = (
        kept("rules", word, _parts(word, day), lambda: judgement(word, as_of))
        if is_environment(word)
        else None
    )
    priced, unpriced = _priced(target, as_of)
    document: Mapping[str, Any] = kept("document", word, [], document_judged) if word == REPORTED else {}
    return Given(
        name=target.name,
        deployment=target.deployment,
        at=day,
        manifest=target.manifest,
        estimate=priced,
        unpriced=unpriced,
        judgement=judged,
        migrations=read(FOLDER) if target.manifest else (),
        built=built(),
        diagnosis=document.get("diagnosis"),
        suspicions=document.get("suspicions", ()),
    )


def _parts(word: str, day: str) -> list[str]:
    """What the rules of an environment hang on besides our sources."""
    return [day, Path(word).read_text(encoding="utf-8") if word.endswith(".toml") else ""]


def is_environment(word: str) -> bool:
    """Whether a word names an environment, and not templates."""
    return word in environments() or word.endswith(".toml")


def _priced(target: Target, as_of: date) -> tuple[Estimate | None, str]:
    """The bill, or why there is none: a report tells of a system that can't be priced all the same."""
    try:
        return bill(target, as_of), ""
    except CostError as error:
        return None, str(error)


def bill(target: Target, as_of: date) -> Estimate:
    """The estimate of a target; raises CostError."""
    return estimate(target.deployment, target.traffic, name=target.name, as_of=as_of)


def built(path: Path = PACKAGE) -> dict[str, Any] | None:
    """What the last build of the package says of it; None where there was none, or it can't be read."""
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found


def moment() -> str:
    """Now, as a report tells it."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
