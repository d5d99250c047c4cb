"""`miyabi cost`: the monthly bill of environments, as tables for people or as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cost import Traffic, compare, document, estimate
from scripts.exit_codes import Exit
from scripts.talk import show
from stacks.loading import environment_names, load_environment
from stacks.synthesis import synthesise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console, RenderableType

    from cfn import Deployment
    from cost import Estimate

    Priceable = tuple[str, Deployment, Mapping[str, Any]]

PIPED_WIDTH = 110
"""Columns when nobody says how wide the output may be."""


def run(names: Sequence[str], *, as_json: bool) -> Exit:
    """Print the bill of the named environments (all when none is named); returns the exit code."""
    estimates = price(_environment(name) for name in names or environment_names())
    if as_json:
        show(to_json(estimates))
    else:
        from rich.console import Console

        print_tables(estimates, Console())
    return Exit.DONE


def price(environments: Iterable[Priceable]) -> list[Estimate]:
    """Price deployments, each with its name and its `[traffic]`; raises CostError."""
    return [
        estimate(deployment, Traffic.of(traffic), name=name) for name, deployment, traffic in environments
    ]


def to_json(estimates: Sequence[Estimate]) -> str:
    """One object for one environment, and a list of such objects for several; docs/cost.md has the keys."""
    documents = [document(each, compare(each)) for each in estimates]
    return json.dumps(documents[0] if len(documents) == 1 else documents, indent=2, ensure_ascii=False)


def print_tables(estimates: Sequence[Estimate], console: Console) -> None:
    """Print each bill, and the totals of all where there are several."""
    from cost.table import render, summary

    parts: list[RenderableType] = [render(each, compare(each)) for each in estimates]
    if len(estimates) > 1:
        parts.append(summary(estimates))
    for number, part in enumerate(parts):
        if number:
            console.print()
        if console.is_terminal:
            console.print(part)
        else:
            _print_piped(part, console)


def _print_piped(part: RenderableType, console: Console) -> None:
    """Write for a file or a pipe: wide enough for the tables, no blanks at the ends of lines."""
    from io import StringIO

    from rich.console import Console

    page = StringIO()
    Console(file=page, width=max(console.width, PIPED_WIDTH)).print(part)
    console.out("\n".join(line.rstrip() for line in page.getvalue().splitlines()), highlight=False)


def _environment(name: str) -> Priceable:
    synthesis = synthesise(load_environment(name))
    environment = synthesis.environment
    return environment.name, synthesis.deployment, environment.traffic.model_dump()
