"""`miyabi cost diff`: what a change costs, for a terminal, a program or a pull request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cost import Offer, PriceBook, UsageFile, estimate
from cost.changes import compare, paired_stacks
from cost.usage.checked import CheckedUsage
from cost.usage.figures import EMPTY
from scripts.commands.cost.bill import held, print_part
from scripts.commands.cost.targets import find
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from cost.changes import Changes
    from scripts.commands.cost.targets import Target
    from scripts.exit_codes import Exit


def run(  # noqa: PLR0913  # the options of the command, one each
    before: str,
    after: str,
    *,
    usage: Path | None = None,
    region: str | None = None,
    parameters: Sequence[str] = (),
    free_tier: str | None = None,
    output: str = "table",
    by: str = "stack",
    budget: Decimal | None = None,
    as_of: date | None = None,
) -> Exit:
    """Print what the second costs more or less than the first; returns the exit code."""
    offer = None if free_tier is None else Offer.parse(free_tier)
    targets = find_each((before, after), region=region, parameters=parameters)
    changes = differences(*targets, usage=usage, region=region, as_of=as_of)
    show_as(output, changes, offer, by)
    return held([changes.after], offer or Offer(), budget)


def find_each(words: Sequence[str], *, region: str | None, parameters: Sequence[str]) -> list[Target]:
    """Load what words mean; a parameter must be declared by one of them, not by each."""
    declared = [_declared(find(word, region=region)) if parameters else set() for word in words]
    everywhere = set[str]().union(*declared)
    return [
        find(
            word,
            region=region,
            parameters=[pair for pair in parameters if _key(pair) in own or _key(pair) not in everywhere],
        )
        for word, own in zip(words, declared, strict=True)
    ]


def differences(
    before: Target,
    after: Target,
    *,
    usage: Path | None = None,
    region: str | None = None,
    as_of: date | None = None,
) -> Changes:
    """Price both and match their lines; raises CostError."""
    both = (before, after)
    resources = [resource for target in both for resource in target.deployment.resources()]
    file = CheckedUsage.of_all(UsageFile.load(usage), resources) if usage else EMPTY
    prices = None if region is None else PriceBook.of(region)
    first, second = (
        estimate(target.deployment, target.traffic, usage=file, prices=prices, name=target.name, as_of=as_of)
        for target in both
    )
    return compare(first, second, paired_stacks(before.deployment, after.deployment))


def show_as(output: str, changes: Changes, offer: Offer | None, by: str) -> None:
    """Print differences in one of the formats."""
    if output == "json":
        from cost.changes.document import document

        show(json.dumps(document(changes, offer or Offer(), by), indent=2, ensure_ascii=False))
    elif output == "markdown":
        from cost.changes.markdown import to_markdown

        show(to_markdown(changes, offer, by))
    else:
        from rich.console import Console

        from cost.changes.table import render

        print_part(render(changes, offer, by), Console())


def _declared(target: Target) -> set[str]:
    """Names of parameters as they may be written: with and without their stack."""
    names = [
        (template.name, name) for template in target.deployment.templates for name in template.parameters
    ]
    return {name for _, name in names} | {f"{stack}.{name}" for stack, name in names}


def _key(pair: str) -> str:
    return pair.partition("=")[0]
