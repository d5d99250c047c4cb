"""The arguments of `miyabi rehearse`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (typer reads the types of a command's options)
from typing import Annotated

import typer

from scripts.operation_options import Json  # noqa: TC001  (typer reads it)


def rehearse(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Annotated[
        str | None, typer.Argument(metavar="ENV", help="An environment's name, or a TOML file of your own.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="ENV", help="Then deploy this one over it, while a client keeps asking."),
    ] = None,
    pending: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, help="Keep the last N migrations back, and deploy them while a client asks."
        ),
    ] = 0,
    rotate: Annotated[
        list[str] | None,
        typer.Option(metavar="SECRET", help="Then renew database, jwt or origin meanwhile; may be repeated."),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Then break it like this, such as API-001; may be repeated."),
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Play the report's five faults, mended one after another.")
    ] = False,
    list_faults: Annotated[
        bool, typer.Option("--list-faults", help="Print every fault there is, and do nothing.")
    ] = False,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="Leave it running, for browsers, the AWS CLI and miyabi.",
        ),
    ] = False,
    broken: Annotated[
        bool, typer.Option("--broken", help="With --keep: leave the last --fault in it.")
    ] = False,
    diagnose: Annotated[
        bool, typer.Option("--diagnose", help="Have the doctor look: at each fault, or at what is deployed.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write a report of it there, with the last fault in it if one is given."
        ),
    ] = None,
    rate: Annotated[
        float, typer.Option(min=0.1, max=200, help="How often a client asks meanwhile, each second.")
    ] = 10.0,
    permit: Annotated[
        bool,
        typer.Option("--permit", help="Give the API its permission first, which the reported one lacks."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Deploy an environment on this machine, and call it; no account is needed.

    The very templates to a local AWS, the migrations to a real PostgreSQL, the package under AWS's runtime
    client, behind a local HTTP API. Exit 7 when it is not well in the end.
    """
    if list_faults:
        from scripts.commands.rehearse.listing import show_faults

        raise typer.Exit(show_faults(as_json=as_json))
    from scripts.commands.rehearse.run import Wish, run

    wish = Wish(
        env=env,
        to=to,
        pending=pending,
        rotate=tuple(rotate or ()),
        faults=tuple(fault or ()),
        history=history,
        keep=keep,
        broken=broken,
        permit=permit,
        diagnose=diagnose,
        report=report,
        rate=rate,
    )
    raise typer.Exit(run(wish, as_json=as_json))


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog="Example: miyabi rehearse staging")(rehearse)
