"""The arguments of the commands that change a living system other than by a deployment."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from scripts.operation_options import DryRun, Env, Json, Yes  # noqa: TC001  (typer reads them)


def rotate(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Env,
    secret: Annotated[
        Literal["database", "jwt", "origin"],
        typer.Argument(
            help="The password of the API's idle database role, what signs tokens, or CloudFront's header."
        ),
    ],
    both: Annotated[
        bool, typer.Option("--both", help="Of database: renew the other role's password after it.")
    ] = False,
    finish: Annotated[
        bool, typer.Option("--finish", help="Of jwt: refuse the secret before, a week after its renewal.")
    ] = False,
    leaked: Annotated[
        bool, typer.Option("--leaked", help="Of jwt: refuse the secret before at once; every session ends.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Renew a secret without a failed request.

    It shows what is left to do and asks first. Stopped anywhere, the same command goes on.
    """
    from scripts.commands.rotate.run import Wish, run
    from scripts.consent import Consent

    raise typer.Exit(run(env, Wish(secret, both, finish, leaked), Consent(yes, dry_run), as_json=as_json))


def debug(
    env: Env,
    state: Annotated[Literal["on", "off"], typer.Argument(help="Whether to write lines of level DEBUG.")],
    span: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long, such as 30m or 2h; 24h at most.")
    ] = "30m",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Have the functions write lines of level DEBUG for a while.

    They stop by themselves.
    """
    from scripts.commands.debug.run import run
    from scripts.consent import Consent

    raise typer.Exit(run(env, span if state == "on" else None, Consent(yes, dry_run), as_json=as_json))


def restore(
    env: Env,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="To when, with its zone, such as 2026-11-26T03:00:00Z."),
    ] = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Make and check the new instance, and do not switch to it.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Go back to the instance that the last restore has put aside.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Bring the database back to an earlier time.

    By a new instance that takes the old one's name. It shows what is lost, what is done and how long that
    takes, and asks first. The old instance is kept. Stopped anywhere, the same command goes on.
    """
    from scripts.commands.restore.run import run
    from scripts.consent import Consent

    code = run(env, at, Consent(yes, dry_run), undo=undo, prepare=prepare, as_json=as_json)
    raise typer.Exit(code)


def destroy(
    env: Env,
    word: Annotated[
        str | None,
        typer.Option(
            "--including-data",
            metavar="NAME",
            help="The system's name (reported is production): data may go.",
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--everything", help="Delete the packages' bucket, its parameters and entered secrets too."
        ),
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Delete an environment's stacks, the last first.

    It shows what is deleted, kept and snapshotted. Where data is protected or would go, it is refused
    without --including-data. Stopped anywhere, the same command goes on.
    """
    from scripts.commands.destroy.run import run
    from scripts.consent import Consent

    raise typer.Exit(run(env, word, Consent(yes, dry_run), everything=everything, as_json=as_json))


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(epilog="Example: miyabi rotate production database")(rotate)
    app.command(epilog="Example: miyabi debug production on --for 30m")(debug)
    app.command(epilog="Example: miyabi restore production --at 2026-11-26T03:00:00Z --dry-run")(restore)
    app.command(epilog="Example: miyabi destroy staging --dry-run")(destroy)
