"""The arguments of the commands that read a living system: status, outputs, logs, drift and invoke."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (typer reads the types of a command's options)
from typing import Annotated, Literal

import typer

from scripts.operation_options import Env, Json, JsonFormat  # noqa: TC001  (typer reads them)


def status(
    env: Env,
    api_address: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this address for health instead of the public one.")
    ] = None,
    migrations: Annotated[
        bool, typer.Option(help="Invoke the migrator, which reads, to ask for the migrations.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Print how the system is, part by part.

    Stacks, functions, database, migrations, health, alarms, secrets. Exit 0 when all is well, 6 when
    something is wrong, else 5 when something could not be asked.
    """
    from scripts.commands.status.run import run

    raise typer.Exit(run(env, address=api_address, with_migrations=migrations, as_json=as_json))


def outputs(
    env: Env,
    output: Annotated[
        Literal["table", "env", "json"], typer.Option("--format", help="How to print them.")
    ] = "table",
    as_json: JsonFormat = False,
    write: Annotated[
        bool,
        typer.Option("--write", help="Write them to config/lambda-ENV.env for shells, instead of printing."),
    ] = False,
) -> None:
    """Print names, ARNs, endpoints and log groups; never a secret.

    Of secrets only where each is in Secrets Manager.
    """
    from scripts.commands.outputs.run import run

    raise typer.Exit(run(env, output="json" if as_json else output, write=write))


def logs(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Env,
    log: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LOG]...",
            help="api, login, migrator, access (the gateway's), database, or all.",
            show_default="api, or with --request access, api and login",
        ),
    ] = None,
    since: Annotated[
        str,
        typer.Option(metavar="TIME", help="How long ago, such as 90s, 30m or 2d, or a time with its zone."),
    ] = "1h",
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="The same, where to end.", show_default="now")
    ] = None,
    find: Annotated[
        str | None,
        typer.Option(
            "--filter", metavar="TEXT", help="Lines with this text, or that match a pattern of CloudWatch's."
        ),
    ] = None,
    level: Annotated[
        Literal["DEBUG", "INFO", "WARN", "ERROR"] | None,
        typer.Option(case_sensitive=False, help="Lines as severe, or without a level."),
    ] = None,
    request: Annotated[
        str | None, typer.Option(metavar="ID", help="Lines of one request, by any of its ids.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Print new lines as they come, until Ctrl-C.")
    ] = False,
    utc: Annotated[bool, typer.Option("--utc", help="Print times in UTC instead of local ones.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line, whole and as it was written.")
    ] = False,
) -> None:
    """Print log lines of functions, gateway and database.

    In the order of time, whichever log they are from.
    """
    from scripts.commands.logs.run import Options, run

    options = Options(
        logs=tuple(log or ()),
        since=since,
        until=until,
        find=find,
        level=level,
        request=request,
        follow=follow,
        utc=utc,
        as_json=as_json,
    )
    raise typer.Exit(run(env, options))


def drift(
    env: Env,
    stack: Annotated[
        list[str] | None,
        typer.Argument(metavar="[STACK]...", help="Stacks such as service; all when left out."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print what was changed by hand, property by property.

    And what CloudFormation does not look at. Exit 0 when nothing was, 10 when something was, else 5 when
    something could not be looked at.
    """
    from scripts.commands.drift.run import run

    raise typer.Exit(run(env, stack or [], as_json=as_json))


def invoke(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Env,
    function: Annotated[str, typer.Argument(metavar="[FUNCTION]", help="api, login or migrator.")] = "api",
    event: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            allow_dash=True,
            help="A file with the event, - for standard input; else a request.",
        ),
    ] = None,
    path: Annotated[
        str, typer.Option(metavar="PATH", help="Path and query of the request to the api function.")
    ] = "/api/v1/health",
    method: Annotated[str, typer.Option(metavar="METHOD", help="Its method.")] = "GET",
    data: Annotated[
        Path | None,
        typer.Option(metavar="FILE", allow_dash=True, help="A file with its body, - for standard input."),
    ] = None,
    token: Annotated[
        bool, typer.Option("--token", help="Read a bearer token for it from standard input.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it without asking, also where it may change something.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the event, and invoke nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Invoke a function as its callers do, past the gateway.

    It prints answer, log and duration. Exit 0 for an answer, 6 for one with a status of 500 or more, 1 when
    the function raised.
    """
    from scripts.commands.invoke.run import Options, run
    from scripts.consent import Consent

    options = Options(function, event, method.upper(), path, data, token, as_json)
    raise typer.Exit(run(env, options, Consent(yes, dry_run)))


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(epilog="Example: miyabi status production")(status)
    app.command(epilog="Example: miyabi outputs production --write")(outputs)
    app.command(epilog="Example: miyabi logs production --since 30m --level WARN")(logs)
    app.command(epilog="Example: miyabi drift production service")(drift)
    app.command(epilog="Example: miyabi invoke production --path '/api/v1/health'")(invoke)
