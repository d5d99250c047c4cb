"""Everything that is checked before a template is written: our rules, cfn-lint, and the waivers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from stacks.errors import WaiverInvalid
from stacks.invariants.catalogue import check
from stacks.invariants.rule import RULES, System
from stacks.lint import lint
from stacks.waivers import WAIVERS, is_cfn_lint, is_external, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from stacks.findings import Finding
    from stacks.synthesis import Synthesis
    from stacks.waivers import Judgement, Waiver


def examine(
    synthesis: Synthesis, waivers: Sequence[Waiver], *, as_of: date, lint_cache: Path | None = None
) -> Judgement:
    """Judge an environment's templates; raises WaiverInvalid for a waiver of a rule that does not exist."""
    _refuse_unknown_rules(waivers)
    environment = synthesis.environment
    return judge(_findings(synthesis, as_of, lint_cache), waivers, environment.name, as_of)


def _findings(synthesis: Synthesis, as_of: date, lint_cache: Path | None) -> Iterator[Finding]:
    environment = synthesis.environment
    yield from check(System(environment, synthesis.deployment, as_of))
    today = date.today()  # noqa: DTZ011  (cfn-lint judges by today, whatever we pretend)
    for stack, text in synthesis.texts.items():
        yield from lint(environment.name, stack, text, environment.region, cache=lint_cache, today=today)


def _refuse_unknown_rules(waivers: Sequence[Waiver]) -> None:
    for waiver in waivers:
        if waiver.rule not in RULES and not is_cfn_lint(waiver.rule) and not is_external(waiver.rule):
            raise WaiverInvalid(
                WAIVERS, f"{waiver.rule} is no rule of ours, cfn-lint's or checkov's; correct its id"
            )
