"""The arguments of `miyabi deploy`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.operation_options import AsOf, DryRun, Env, Json, Yes  # noqa: TC001  (typer reads them)

Only = Annotated[
    list[str] | None,
    typer.Option(metavar="STACK", help="Deploy this stack alone, such as service; may be repeated."),
]
Phase = Annotated[
    int | None,
    typer.Option(metavar="N", help="Come to this phase of the way from what was adopted: 1 to 4."),
]
Package = Annotated[
    Path | None,
    typer.Option(metavar="ZIP", help="The package of the functions; left out, the one that is built here."),
]
Bootstrap = Annotated[
    Path | None,
    typer.Option(metavar="ZIP", help="The package of a custom runtime, where an environment has one."),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[STACK.]NAME=VALUE", help="A value for a template's parameter; others stay as they are."
    ),
]
Migrations = Annotated[
    bool, typer.Option(help="Apply pending migrations, after a snapshot, before the functions change.")
]
SmokeTest = Annotated[
    bool, typer.Option(help="Ask the API for its health afterwards, and go back when it is not well.")
]
ApiAddress = Annotated[
    str | None, typer.Option(metavar="URL", help="Ask this address instead of the API's own.")
]
ContinueRollback = Annotated[
    str | None,
    typer.Option(metavar="STACK", help="Go on with a rollback that failed, instead of deploying."),
]
Skip = Annotated[
    list[str] | None,
    typer.Option(metavar="RESOURCE", help="A logical id that --continue-rollback leaves as it is."),
]
Abandon = Annotated[
    str | None,
    typer.Option(metavar="STACK", help="Delete a stack whose first creation failed, instead of deploying."),
]


def deploy(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Env,
    only: Only = None,
    phase: Phase = None,
    package: Package = None,
    bootstrap: Bootstrap = None,
    parameter: Parameters = None,
    migrations: Migrations = True,
    smoke_test: SmokeTest = True,
    api_address: ApiAddress = None,
    continue_rollback: ContinueRollback = None,
    skip: Skip = None,
    abandon: Abandon = None,
    as_of: AsOf = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Bring an environment in AWS to what its settings say.

    Package, stacks, migrations, smoke test. It shows what will change and asks first. Stopped anywhere, the
    same command goes on.
    """
    from scripts.consent import Consent

    consent = Consent(yes, dry_run)
    if continue_rollback or abandon:
        from scripts.commands.deploy.mending import mend

        code = mend(
            env,
            consent,
            continue_rollback=continue_rollback,
            skip=skip or [],
            abandon=abandon,
            as_json=as_json,
        )
        raise typer.Exit(code)
    from scripts.commands.deploy.run import Wish, run

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
