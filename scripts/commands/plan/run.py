"""`miyabi plan`: finds both sides, has them compared, and prints the plan."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ops.planning import Side, StackSettings, Verdict, plan
from scripts.commands.cost.targets import find
from scripts.errors import TargetRefused
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from ops.aws import Connect
    from ops.planning import Plan
    from ops.wanted import Wanted
    from scripts.commands.cost.targets import Target
    from stacks.settings import Environment

CODES: Final = {
    Verdict.NOTHING: Exit.DONE,
    Verdict.CHANGES: Exit.CHANGES,
    Verdict.REPLACEMENT: Exit.REPLACEMENT,
    Verdict.DATA_LOSS: Exit.DATA_LOSS,
}
"""What each verdict means for the exit code."""


def run(
    before: str,
    after: str | None = None,
    *,
    only: Sequence[str] = (),
    output: str = "table",
    as_of: date | None = None,
    connect: Connect | None = None,
) -> int:
    """Print a plan; returns the exit code. With one word it is against what is deployed."""
    from scripts.ending import ended

    if after is None:
        work = partial(_live, before, only=only, as_of=as_of, connect=connect)
    else:
        work = partial(offline, before, after, only=only, as_of=as_of)
    return ended(lambda: _told(work(), output), as_json=output == "json")


def offline(before: str, after: str, *, only: Sequence[str] = (), as_of: date | None = None) -> Plan:
    """The plan between what two words mean; raises TargetRefused, CfnError or StackError."""
    targets = [find(word) for word in (before, after)]
    _refuse_unknown(only, {one.name for target in targets for one in target.deployment.templates})
    return plan(*map(side, targets), only=only, as_of=as_of)


def side(target: Target) -> Side:
    """One end of a plan, of something that a word means."""
    return Side(target.name, target.deployment, _settings(target.manifest), target.traffic)


def show_as(output: str, found: Plan) -> None:
    """Print a plan in one of the formats."""
    if output == "json":
        from scripts.commands.plan.document import document

        show(json.dumps(document(found), indent=2, ensure_ascii=False))
    elif output == "markdown":
        from scripts.commands.plan.markdown import to_markdown

        show(to_markdown(found))
    else:
        from rich.console import Console

        from scripts.commands.cost.bill import print_part
        from scripts.commands.plan.table import render

        print_part(render(found), Console())


def _told(found: Plan, output: str) -> int:
    show_as(output, found)
    return CODES[found.verdict]


def _live(word: str, *, only: Sequence[str], as_of: date | None, connect: Connect | None) -> Plan:
    from cost import Traffic
    from ops.live import Live
    from ops.planning.live import deployed, leftovers, plan_live

    environment, wanted = _wanted(word)
    _refuse_unknown(only, {one.stack for one in wanted.stacks})
    live = Live(environment, connect)
    talk(f"reading the stacks of {environment.name} in {environment.region}")
    there = deployed(live)
    for name in leftovers(there, wanted):
        talk(f"stack {live.stack_name(name)} is deployed and not wanted any more; deploying leaves it alone")
    traffic = {key: value for key, value in environment.traffic.model_dump().items() if value is not None}
    return plan_live(live, wanted, there=there, only=only, traffic=Traffic.of(traffic), as_of=as_of)


def _wanted(word: str) -> tuple[Environment, Wanted]:
    """An environment, and its templates: those that are made of it now, or those of a folder."""
    from ops.wanted import Wanted
    from stacks.build import MANIFEST, files
    from stacks.loading import load_environment
    from stacks.synthesis import synthesise, with_lint_waivers
    from stacks.waivers import load_waivers

    folder = Path(word)
    if (folder / MANIFEST).is_file():
        wanted = Wanted.of_folder(folder)
        return load_environment(wanted.environment), wanted
    if folder.exists() and folder.suffix != ".toml":
        raise TargetRefused(
            word, "it is no environment; name a second template, or an environment that is deployed"
        )
    environment = load_environment(word)
    return environment, Wanted.of(files(with_lint_waivers(synthesise(environment), load_waivers())))


def _settings(manifest: dict[str, Any] | None) -> dict[str, StackSettings]:
    return {
        one["stack"]: StackSettings(one["tags"], one["stack_policy"], one["termination_protection"])
        for one in (manifest or {}).get("stacks", ())
    }


def _refuse_unknown(only: Iterable[str], known: Iterable[str]) -> None:
    known = sorted(known)
    for name in only:
        if name not in known:
            raise TargetRefused(f"stack {name}", f"there is none such; known are {', '.join(known)}")
