"""The arguments of `miyabi doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.operation_options import Json  # noqa: TC001  (typer reads it)


def doctor(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Annotated[
        str | None, typer.Argument(metavar="ENV", help="An environment's name, or a TOML file of your own.")
    ] = None,
    api_address: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this address for health instead of the public one.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="LAYER", help="Look at this layer alone, such as network; may be repeated."),
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Invoke the migrator, which looks from inside the network.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Print what was ruled out as well, with what rules it out.")
    ] = False,
    explain: Annotated[
        str | None, typer.Option(metavar="ID", help="Tell all about one fault, such as API-001.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Judge the report of the system by its own facts; asks nobody.")
    ] = False,
    policy: Annotated[
        bool, typer.Option("--policy", help="Print the least IAM policy for a doctor, and do nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what is wrong with a system, how that is known, and what to do; changes nothing.

    Makes a few requests and reads the account. Exit 0 when it is healthy, 6 when a fault is proved, 5 when
    nothing decides, 3 when AWS can't be asked.
    """
    from scripts.commands.doctor.run import Wish, run

    wish = Wish(
        env=env,
        address=api_address,
        only=tuple(only or ()),
        probe=probe,
        every=every,
        explain=explain,
        offline=offline,
        policy=policy,
    )
    raise typer.Exit(run(wish, as_json=as_json))


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog="Example: miyabi doctor production")(doctor)
