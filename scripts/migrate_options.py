"""Options that the subcommands of `miyabi migrate` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parent.parent / "migrations"

Env = Annotated[
    str | None,
    typer.Argument(metavar="ENV", help="An environment: asks its migrator function in AWS."),
]
Unasked = Annotated[str | None, typer.Argument(metavar="ENV", hidden=True)]
"""An environment where its function can't be asked: read to be refused in a sentence that says why."""
Url = Annotated[
    str | None,
    typer.Option(
        envvar="DATABASE_URL",
        help="Connect to this database instead; TLS is required. A password is safer in the variable.",
    ),
]
Folder = Annotated[Path, typer.Option("--migrations", help="The folder of migrations.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Target = Annotated[int | None, typer.Option(help="Stop after this version.")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Refuse pending migrations that are older than applied ones.")
]
IgnoreMissing = Annotated[
    bool, typer.Option("--ignore-missing", help="Go on although applied migrations have no file here.")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Do the rest of a migration that was begun and not finished.")
]
LockWait = Annotated[float, typer.Option(help="Seconds to wait for another run.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")]
PgDump = Annotated[
    Path | None,
    typer.Option(
        help="The pg_dump to run.", show_default="the one in PGBIN, on the PATH, or the newest installed"
    ),
]
Output = Annotated[Path | None, typer.Option(help="Write it to this file.")]
Check = Annotated[
    Path | None, typer.Option(help="Compare it with this file; exit 9 and a diff where they differ.")
]
Accept = Annotated[
    list[str] | None,
    typer.Option(help="Let this object differ, named as its line begins: 'index extra'; several times."),
]


def ask(
    event: dict[str, Any],
    env: str | None,
    url: str | None,
    folder: Path,
    as_json: bool,
    render: Callable[[dict[str, Any]], str],
    code: Callable[[dict[str, Any]], int] = lambda _: 0,
) -> NoReturn:
    """Ask the migrator, print its answer, and exit with what that means."""
    from scripts.commands.migrate import asking

    raise typer.Exit(
        asking.ask(event, env=env, database_url=url, folder=folder, as_json=as_json, render=render, code=code)
    )


def change(  # noqa: PLR0913  (what the commands have in common, one each)
    event: dict[str, Any],
    *,
    env: str | None,
    url: str | None,
    folder: Path,
    as_json: bool,
    consent: tuple[bool, bool],
    render: Callable[[dict[str, Any]], str],
    question: Callable[[dict[str, Any]], str],
) -> NoReturn:
    """Show what the migrator would do, ask for a yes, do it, and exit; `consent` is --yes and --dry-run."""
    from scripts.commands.migrate import confirming
    from scripts.consent import Consent

    raise typer.Exit(
        confirming.change(
            event,
            Consent(*consent),
            env=env,
            database_url=url,
            folder=folder,
            as_json=as_json,
            render=render,
            question=question,
        )
    )
