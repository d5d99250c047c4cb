"""The arguments of `miyabi local` and its subcommands."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (typer reads the types of a command's options)
from typing import Annotated

import typer

from scripts.operation_options import Json  # noqa: TC001  (typer reads it)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Run an AWS on this machine, for the AWS CLI, boto3 and these commands; no account is needed.",
    epilog="Example: miyabi local up --detach",
)


@app.command(epilog="Example: miyabi local up --environment staging --keep build/local")
def up(
    account: Annotated[
        str | None, typer.Option(help="Whose it is: twelve digits.", show_default="123456789012")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Which region to tell clients to ask.", show_default="us-east-1")
    ] = None,
    environment: Annotated[
        str | None, typer.Option(metavar="ENV", help="Take account and region from this one's settings.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where to listen on 127.0.0.1; 0 is any free port.")
    ] = 0,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep what is there in a file, and begin with what it has."),
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Run in the background, and return when it answers.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Start it, and print its endpoint; Ctrl-C stops it.

    A kept state is for the same version alone. It is read as code is, and may hold secrets.
    """
    from scripts.commands.local.up import run, wanted

    wish = wanted(account, region, environment, port, keep)
    raise typer.Exit(run(wish, detach=detach, as_json=as_json))


@app.command(epilog="Example: miyabi local down")
def down(as_json: Json = False) -> None:
    """Stop the one that was started in this folder, once it has kept what it is to keep."""
    from scripts.commands.local.down import stop

    raise typer.Exit(stop(as_json=as_json))


@app.command(epilog="Example: miyabi local status --json")
def status(as_json: Json = False) -> None:
    """Print where the one that was started in this folder answers."""
    from scripts.commands.local.down import status as tell

    raise typer.Exit(tell(as_json=as_json))
