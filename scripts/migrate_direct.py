"""The arguments of what `miyabi migrate` always does on the database itself, never by the function."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.migrate_options import (
    FOLDER,
    Check,
    Folder,
    IgnoreMissing,
    Json,
    Output,
    PgDump,
    Target,
    Unasked,
    Url,
)


def rehearse(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Unasked = None,
    database_url: Url = None,
    migrations: Folder = FOLDER,
    target: Target = None,
    ignore_missing: IgnoreMissing = False,
    refuse_blocking: Annotated[
        bool,
        typer.Option(
            "--refuse-blocking",
            help="Exit 4 where a statement keeps others waiting while it scans or rewrites a table.",
        ),
    ] = False,
    pg_dump: PgDump = None,
    as_json: Json = False,
) -> None:
    """Run what is pending on a copy of the schema, and look.

    It tells what each statement locks, rewrites and scans.

    The copy, without rows, is a scratch database on the same server, and goes at the end. Always direct: it
    needs pg_dump, and a database URL of a user with CREATEDB.
    """
    from scripts.commands.migrate import rehearse as rehearsing

    code = rehearsing.rehearse(
        env=env,
        database_url=database_url,
        folder=migrations,
        options={"target": target, "ignore_missing": ignore_missing},
        refuse_blocking=refuse_blocking,
        pg_dump=pg_dump,
        as_json=as_json,
    )
    raise typer.Exit(code)


def snapshot(
    env: Unasked = None,
    database_url: Url = None,
    output: Output = None,
    check: Check = None,
    pg_dump: PgDump = None,
) -> None:
    """Print the schema as SQL, or compare it with a file.

    The same schema, server version and pg_dump give the same bytes.

    Always direct: it needs pg_dump, and a database URL.
    """
    from scripts.commands.migrate import snapshot as taking

    raise typer.Exit(
        taking.snapshot(env=env, database_url=database_url, output=output, check=check, pg_dump=pg_dump)
    )
