"""The arguments of `miyabi package` and its subcommands."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer.core import TyperGroup

from scripts.operation_options import Format, Json, JsonFormat  # noqa: TC001  (typer reads them)

if TYPE_CHECKING:
    from typer._click import Context

DEFAULT = "build"


class BuildUnlessNamed(TyperGroup):
    """A group that builds where no subcommand is named."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put the default subcommand in front of options."""
        if not args or (args[0].startswith("-") and args[0] != "--help"):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=BuildUnlessNamed,
    add_completion=False,
    rich_markup_mode=None,
    help="Make the zips that Lambda runs, and check those of others.",
    epilog="Example: miyabi package",
)


@app.command(epilog="Example: miyabi package build --architecture arm64")
def build(
    architecture: Annotated[
        Literal["arm64", "x86_64"] | None,
        typer.Option(help="Build for this one alone; both when left out."),
    ] = None,
    region: Annotated[
        str, typer.Option(help="Where the databases are: their certificate authorities go in.")
    ] = "us-east-1",
    build: Annotated[Path, typer.Option(help="Where to write; package/ is made there.")] = Path("build"),
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Judge certificates as of this day instead of today."),
    ] = None,
    output: Format = "table",
    as_json: JsonFormat = False,
) -> None:
    """Build a zip for each architecture.

    They go to build/package/, named by their hashes, with package.json; other zips there go. The same sources
    give the same bytes. Wheels that are missing here are fetched first.
    """
    from scripts.commands.package.build import run

    day = as_of.date() if as_of else date.today()  # noqa: DTZ011  (the operator's own calendar day)
    code = run(
        architecture,
        region=region,
        folder=build / "package",
        as_of=day,
        as_json=as_json or output == "json",
    )
    raise typer.Exit(code)


@app.command(epilog="Example: miyabi package inspect bootstrap.zip --runtime provided.al2")
def inspect(
    zip_file: Annotated[Path, typer.Argument(metavar="ZIP", help="The zip to look into.")],
    runtime: Annotated[
        str | None, typer.Option(help="Where it is to run, such as python3.13; guessed when left out.")
    ] = None,
    architecture: Annotated[str | None, typer.Option(help="arm64 or x86_64; guessed when left out.")] = None,
    handler: Annotated[
        str | None, typer.Option(help="What Lambda is to call, such as module.function.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 4 for what is unknown, too: for a gate.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check a zip before it is deployed.

    It may be of any make, for Python or a custom runtime; exit 4 where a check fails, 0 where one can't tell.
    """
    from scripts.commands.package.inspect import run

    code = run(
        zip_file,
        runtime=runtime,
        architecture=architecture,
        handler=handler,
        strict=strict,
        as_json=as_json,
    )
    raise typer.Exit(code)
