"""The arguments of `miyabi plan`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from scripts.operation_options import JsonFormat  # noqa: TC001  (typer reads it)

EXAMPLE = "Example: miyabi plan HEAD:production production --format markdown"

Before = Annotated[
    str,
    typer.Argument(
        metavar="A",
        help="An environment, a template, a folder of `synth`, or REV:ENV; alone, what is to be deployed.",
    ),
]
After = Annotated[str | None, typer.Argument(metavar="[B]", help="What A is to become.")]
Only = Annotated[
    list[str] | None, typer.Option(metavar="STACK", help="Show this stack alone; several times for more.")
]
Format = Annotated[
    Literal["table", "json", "markdown"], typer.Option("--format", help="How to print the result.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Price it for this day instead of today."),
]


def plan(
    before: Before,
    after: After = None,
    only: Only = None,
    output: Format = "table",
    as_json: JsonFormat = False,
    as_of: AsOf = None,
) -> None:
    """Show what changes from A to B, or from what is deployed to A.

    Nothing is changed. Exits with 0 where nothing changes, 10 for changes, 11 where something is certainly
    replaced, and 12 where data may be lost.
    """
    from scripts.commands.plan.run import run

    day = as_of.date() if as_of else None
    raise typer.Exit(run(before, after, only=only or [], output="json" if as_json else output, as_of=day))
