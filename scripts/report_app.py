"""The arguments of `miyabi report`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (typer reads the types of a command's options)
from typing import Annotated, Literal

import typer

from scripts.operation_options import AsOf, Json  # noqa: TC001  (typer reads them)


def report(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Annotated[
        str,
        typer.Argument(
            metavar="[ENV|FILE|FOLDER]",
            help="An environment, a TOML file of your own, a template, or a folder that `synth` wrote.",
        ),
    ] = "production",
    live: Annotated[
        bool, typer.Option("--live", help="Ask the account as well: ids, states, alarms and the doctor.")
    ] = False,
    api_address: Annotated[
        str | None,
        typer.Option(metavar="URL", help="With --live: ask this address for health."),
    ] = None,
    migrations: Annotated[
        bool, typer.Option(help="With --live: invoke the migrator, which reads, to ask for the migrations.")
    ] = True,
    only: Annotated[
        Literal["cost"] | None, typer.Option("--only", help="This part alone: the cost page.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write it.", show_default="build/report/ENV")
    ] = None,
    form: Annotated[
        Literal["both", "html", "markdown", "json"],
        typer.Option("--format", help="What to write; json prints the report as data, and writes nothing."),
    ] = "both",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Write a status report: one page that needs nothing else, and the same as Markdown.

    From the templates alone, without an account; what only the account knows is marked, with what tells it.
    Exit 0 when it is written, whatever it says; 3 when AWS can't be asked.
    """
    from scripts.commands.report.run import Wish, run

    wish = Wish(
        word=env,
        live=live,
        address=api_address,
        migrations=migrations,
        only=only,
        output=output,
        form=form,
        as_of=as_of.date() if as_of else None,
    )
    raise typer.Exit(run(wish, as_json=as_json))


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog="Example: miyabi report production")(report)
