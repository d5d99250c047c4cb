"""The arguments of `miyabi diagram`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (typer reads it)
from typing import Annotated

import typer

from scripts.operation_options import Json  # noqa: TC001  (typer reads it)


def diagram(
    what: Annotated[
        str,
        typer.Argument(
            metavar="ENV|FILE",
            help="An environment, a template (JSON or YAML), a folder that synth wrote, or REV:ENV.",
        ),
    ] = "production",
    output: Annotated[
        Path | None, typer.Option(help="Folder to write to; left out, build/diagram/ and its name.")
    ] = None,
    png: Annotated[
        bool, typer.Option("--png", help="Write a PNG as well, by chromium or rsvg-convert.")
    ] = False,
    marks_from: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Mark what `miyabi doctor --json` or `miyabi plan --json` has printed; - reads it from "
            "standard input.",
        ),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Region of a template that is no environment's; us-east-1 left out.")
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameters", metavar="KEY=VALUE", help="A template's parameter; may be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw the architecture of templates, as SVG and for draw.io, from one layout; asks nobody."""
    from scripts.commands.diagram.run import run

    code = run(
        what,
        output=output,
        png=png,
        marks_from=marks_from,
        region=region,
        parameters=parameters or (),
        as_json=as_json,
    )
    raise typer.Exit(code)


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog="Example: miyabi diagram production --png")(diagram)
