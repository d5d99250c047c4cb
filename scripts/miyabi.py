"""The `miyabi` program: reads arguments, calls a command, and turns mistakes into one sentence."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from scripts import (
    adopt_app,
    changing_app,
    cost_app,
    deploy_app,
    diagram_app,
    doctor_app,
    living_app,
    local_app,
    migrate_app,
    package_app,
    plan_app,
    publishing_app,
    rehearse_app,
    report_app,
)
from scripts.errors import ResultUnwritable, mistakes
from scripts.narrowing import narrowed
from scripts.operation_options import AsOf, Format, JsonFormat  # noqa: TC001  (typer reads them)
from scripts.talk import prepare_streams, refuse, talk

STOPPED = 130
"""Exit status after Ctrl-C, as shells have it."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The Miyabi Society backend as code: templates, bills, API and package without an AWS account, "
    "and deploying and operating it with one.",
)

app.add_typer(cost_app.app, name="cost")
app.add_typer(local_app.app, name="local")
app.add_typer(migrate_app.app, name="migrate")
app.add_typer(package_app.app, name="package")
app.command("plan", epilog=plan_app.EXAMPLE)(plan_app.plan)
for part in (
    deploy_app,
    adopt_app,
    living_app,
    changing_app,
    publishing_app,
    rehearse_app,
    doctor_app,
    report_app,
    diagram_app,
):
    part.register(app)

Environments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ENV", help="Names of environments, or TOML files of your own; all when left out."
    ),
]


@app.callback()
def main_options() -> None:
    """Keep `synth` and `cost` subcommands even while there are few of them."""


@app.command(epilog="Example: miyabi synth production")
def synth(
    env: Environments = None,
    build: Annotated[Path, typer.Option(help="Where to write; each environment gets a folder.")] = Path(
        "build"
    ),
    as_of: AsOf = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on expired waivers, instead of warning.")
    ] = False,
    output: Format = "table",
    as_json: JsonFormat = False,
) -> None:
    """Write every template of the environments to build/; nothing is written while a rule is broken."""
    from scripts.commands.synth import run

    code = run(env or [], build=build, as_of=_day(as_of), strict=strict, as_json=as_json or output == "json")
    raise typer.Exit(code)


@app.command(epilog="Example: miyabi serve --port 8080")
def serve(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where to listen on 127.0.0.1; 0 is any free port.")
    ] = 8000,
    log: Annotated[
        Path | None, typer.Option(help="A file for the API's own log; left out, it is not kept.")
    ] = None,
    output: Format = "table",
    as_json: JsonFormat = False,
) -> None:
    """Serve the API on this machine, with a database in memory and a user who has signed in."""
    from scripts.commands.serve import run

    raise typer.Exit(run(port=port, log=log, as_json=as_json or output == "json"))


def _day(given: datetime | None) -> date:
    return given.date() if given else date.today()  # noqa: DTZ011  (the operator's own calendar day)


def main() -> None:
    """Run the program."""
    prepare_streams()
    try:
        narrowed(app, sys.argv[1:])()
    except KeyboardInterrupt:
        talk("stopped")
        sys.exit(STOPPED)
    except OSError as error:  # what a file is read for is refused where that is done
        refuse(ResultUnwritable(error))
    except Exception as error:
        if not isinstance(error, mistakes()):
            raise
        refuse(error)
