"""The options that commands on a living system have in common."""

from __future__ import annotations

from typing import Annotated

import typer

Env = Annotated[str, typer.Argument(metavar="ENV", help="An environment's name, or a TOML file of your own.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
