"""`miyabi synth`: build, check, and only then write the templates of some environments."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.exit_codes import Exit
from scripts.talk import show, talk
from stacks import build as build_folder
from stacks.checking import examine
from stacks.loading import PREFIX, environment_names, load_environment
from stacks.synthesis import synthesise, with_lint_waivers
from stacks.waivers import load_waivers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from stacks.findings import Finding
    from stacks.settings import Environment
    from stacks.synthesis import Synthesis
    from stacks.waivers import Judgement, Waiver

LINT_CACHE = Path(".cache/cfn-lint")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One environment after its examination."""

    synthesis: Synthesis
    judgement: Judgement


def run(names: Sequence[str], *, build: Path, as_of: date, strict: bool, as_json: bool) -> Exit:
    """Synthesise the named environments (all when none is named); returns the exit code."""
    waivers = load_waivers()
    outcomes = [examined(load_environment(name), waivers, as_of) for name in names or environment_names()]
    if not acceptable([outcome.judgement for outcome in outcomes], strict=strict):
        talk("nothing was written: mend what is named above, or waive a rule in stacks/waivers.toml")
        return Exit.RULE_BROKEN
    changed = [build_folder.write(outcome.synthesis, build) for outcome in outcomes]
    rows = [row for outcome in outcomes for row in _rows(outcome)]
    if as_json:
        show(json.dumps(rows, indent=2))
    else:
        _show(rows)
    _say_what_happened(outcomes, changed, build)
    return Exit.DONE


def acceptable(judgements: Sequence[Judgement], *, strict: bool) -> bool:
    """Tell what is wrong with environments; whether nothing of it keeps them from being written."""
    overrides = sorted(name for name in os.environ if name.upper().startswith(PREFIX))
    found = [
        complaint
        for judgement in judgements
        for complaint in _complaints(judgement, strict=strict, overridden=bool(overrides))
    ]
    for blocks, sentence in found:
        talk(sentence if blocks else f"warning: {sentence}")
    if overrides:
        talk(f"overridden by the process environment: {', '.join(overrides)}")
    return not any(blocks for blocks, _ in found)


def examined(environment: Environment, waivers: Sequence[Waiver], as_of: date) -> Outcome:
    """An environment's templates with what was found in them; raises StackError."""
    synthesis = synthesise(environment)
    judgement = examine(synthesis, waivers, as_of=as_of, lint_cache=LINT_CACHE)
    return Outcome(with_lint_waivers(synthesis, waivers), judgement)


def _complaints(judgement: Judgement, *, strict: bool, overridden: bool) -> Iterator[tuple[bool, str]]:
    """What is wrong with an environment, each with whether it keeps everything from being written.

    Waivers are about the files: an override that mends what is waived is an experiment, no fault.
    """
    for finding in judgement.standing:
        yield True, str(finding)
    for waiver in judgement.unused:
        if overridden:
            yield False, f"{waiver} covers nothing under these overrides"
        else:
            yield True, f"{waiver} covers nothing any more; remove it from stacks/waivers.toml"
    for waiver in judgement.expired:
        yield strict, f"{waiver} expired on {waiver.review_by}; judge its reason anew and set a new date"


def _rows(outcome: Outcome) -> list[dict[str, Any]]:
    """One row for each template: what it is, how large, and what was found and waived in it."""
    environment = outcome.synthesis.environment.name
    waived: list[Finding] = [finding for finding, _ in outcome.judgement.waived]
    return [
        {
            "environment": environment,
            "stack": stack,
            "resources": len(body["Resources"]),
            "bytes": len(outcome.synthesis.texts[stack].encode()),
            "waived": sum(finding.stack == stack for finding in waived),
        }
        for stack, body in outcome.synthesis.templates.items()
    ]


def _show(rows: Sequence[dict[str, Any]]) -> None:
    """A plain table; rich would cost a tenth of the time this command may take."""
    show(f"{'environment':<13}{'stack':<15}{'resources':>9}{'bytes':>9}   findings")
    shown = None
    for row in rows:
        name = row["environment"] if row["environment"] != shown else ""
        shown = row["environment"]
        findings = f"{row['waived']} waived" if row["waived"] else "none"
        show(f"{name:<13}{row['stack']:<15}{row['resources']:>9}{row['bytes']:>9,}   {findings}")


def _say_what_happened(outcomes: Sequence[Outcome], changed: Sequence[bool], build: Path) -> None:
    templates = sum(len(outcome.synthesis.templates) for outcome in outcomes)
    manifests = "1 manifest" if len(outcomes) == 1 else f"{len(outcomes)} manifests"
    what = "written to" if any(changed) else "unchanged in"
    talk(f"{templates} templates, {manifests} {what} {build}/")
