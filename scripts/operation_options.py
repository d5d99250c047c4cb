"""The options that several commands have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

Env = Annotated[str, typer.Argument(metavar="ENV", help="An environment's name, or a TOML file of your own.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Format = Annotated[Literal["table", "json"], typer.Option("--format", help="How to print the result.")]
JsonFormat = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
"""Where there are other formats besides."""
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Judge dates as of this day instead of today."),
]
