"""The arguments of the commands that enter secrets and publish the frontend."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (typer reads the types of a command's options)
from typing import Annotated

import typer

from scripts.operation_options import DryRun, Env, Json, Yes  # noqa: TC001  (typer reads them)

secret = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Enter the secrets that only a person knows, and see which are missing.",
    epilog="Example: miyabi secret list production",
)


@secret.command("list", epilog="Example: miyabi secret list production")
def list_secrets(env: Env, as_json: Json = False) -> None:
    """Print which secrets are there, and which are missing.

    Never a value. Exit 6 when one is missing or would not work.
    """
    from scripts.commands.secret.listing import run

    raise typer.Exit(run(env, as_json=as_json))


@secret.command("set", epilog="Example: miyabi secret set production github --yes < github.json")
def set_secret(
    env: Env,
    name: Annotated[str, typer.Argument(metavar="NAME", help="github, jwt or master-password.")],
    generate: Annotated[
        bool, typer.Option("--generate", help="Let AWS draw the value; for jwt alone.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Enter a secret, from standard input alone.

    It is asked for on a terminal; else a JSON object is read, which needs --yes. A secret with one key may
    be piped in as it is; a line break at its end is taken off.
    """
    from scripts.commands.secret.entering import run
    from scripts.consent import Consent

    raise typer.Exit(run(env, name, Consent(yes, dry_run), generate=generate, as_json=as_json))


def frontend(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Env,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder that the frontend's build has written.")
    ],
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete what is there and no longer in the build, afterwards.")
    ] = False,
    immutable: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN", help="Names that never change, such as 'assets/*', besides those with a hash."
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Upload what is the same as well, such as for new cache headers.")
    ] = False,
    wait: Annotated[bool, typer.Option(help="Wait until CloudFront has forgotten the old files.")] = True,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Publish a built frontend.

    Only what has changed is uploaded, with a config.json that says where the API is.
    """
    from scripts.commands.frontend.run import Options, run
    from scripts.consent import Consent

    options = Options(folder, prune, tuple(immutable or ()), everything, wait, as_json)
    raise typer.Exit(run(env, options, Consent(yes, dry_run)))


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(secret, name="secret")
    app.command(epilog="Example: miyabi frontend staging ../frontend/dist")(frontend)
