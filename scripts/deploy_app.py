"""The arguments of `miyabi deploy`."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  (typer reads the types of a command's options)
from pathlib import Path  # noqa: TC003  (the same)
from typing import Annotated

import typer

from scripts.operation_options import DryRun, Env, Json, Yes  # noqa: TC001  (typer reads them)


def deploy(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Env,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="STACK", help="Deploy this stack alone, such as service; may be repeated."),
    ] = None,
    phase: Annotated[
        int | None,
        typer.Option(metavar="N", help="Come to this phase of the way from what was adopted: 1 to 4."),
    ] = None,
    package: Annotated[
        Path | None,
        typer.Option(
            metavar="ZIP", help="The package of the functions; left out, the one that is built here."
        ),
    ] = None,
    bootstrap: Annotated[
        Path | None,
        typer.Option(metavar="ZIP", help="The package of a custom runtime, where an environment has one."),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[STACK.]NAME=VALUE", help="A value for a template's parameter; others stay as they are."
        ),
    ] = None,
    migrations: Annotated[
        bool, typer.Option(help="Apply pending migrations, after a snapshot, before the functions change.")
    ] = True,
    smoke_test: Annotated[
        bool, typer.Option(help="Ask the API for its health afterwards, and go back when it is not well.")
    ] = True,
    api_address: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this address instead of the API's own.")
    ] = None,
    continue_rollback: Annotated[
        str | None,
        typer.Option(metavar="STACK", help="Go on with a rollback that failed, instead of deploying."),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(metavar="RESOURCE", help="A logical id that --continue-rollback leaves as it is."),
    ] = None,
    abandon: Annotated[
        str | None,
        typer.Option(
            metavar="STACK", help="Delete a stack whose first creation failed, instead of deploying."
        ),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Judge dates as of this day instead of today."),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Bring an environment in AWS to what its settings say.

    Package, stacks, migrations, smoke test. It shows what will change and asks first. Stopped anywhere, the
    same command goes on.
    """
    from scripts.commands.deploy.run import Wish, run
    from scripts.consent import Consent

    consent = Consent(yes, dry_run)
    if continue_rollback or abandon:
        from scripts.commands.deploy.mending import mend

        raise typer.Exit(
            mend(
                env,
                consent,
                continue_rollback=continue_rollback,
                skip=skip or [],
                abandon=abandon,
                as_json=as_json,
            )
        )
    wish = Wish(
        package=package,
        bootstrap=bootstrap,
        only=tuple(only or ()),
        parameters=tuple(parameter or ()),
        migrations=migrations,
        smoke_test=smoke_test,
        address=api_address,
        as_of=as_of.date() if as_of else None,
        phase=phase,
    )
    raise typer.Exit(run(env, wish, consent, as_json=as_json))


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog="Example: miyabi deploy staging")(deploy)
