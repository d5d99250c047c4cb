"""The arguments of `miyabi adopt`."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.operation_options import DryRun, Json, Yes  # noqa: TC001  (typer reads them)


def adopt(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Annotated[
        str, typer.Argument(metavar="[ENV]", help="The environment that says how the system was made.")
    ] = "reported",
    api_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Which HTTP API is meant, where several have its name.")
    ] = None,
    security_group: Annotated[
        str | None, typer.Option(metavar="ID", help="Which of the database's security groups is meant.")
    ] = None,
    release: Annotated[
        bool, typer.Option("--release", help="Let go of everything again: the stacks go, all in them stays.")
    ] = False,
    phases: Annotated[
        bool, typer.Option("--phases", help="Show the way from what was adopted to ENV, and do nothing.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take what was made by hand into stacks, as it is.

    No resource is changed, replaced or made anew.

    It finds what only the account knows, compares it with the templates, copies the function's code and its
    secrets to where these expect them, and imports. Stopped anywhere, the same command goes on.
    """
    if phases:
        from scripts.commands.adopt.phases import run as show_phases

        raise typer.Exit(show_phases(env, as_json=as_json))
    from ops.adopting.discovery import Hints
    from scripts.commands.adopt.run import run
    from scripts.consent import Consent

    hints = Hints(api_id=api_id, security_group=security_group)
    raise typer.Exit(run(env, hints, Consent(yes, dry_run), releasing=release, as_json=as_json))


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog="Example: miyabi adopt reported --dry-run")(adopt)
