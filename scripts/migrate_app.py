"""The arguments of `miyabi migrate` and its subcommands."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scripts.migrate_direct import rehearse, snapshot
from scripts.migrate_options import (
    FOLDER,
    Accept,
    DryRun,
    Env,
    Folder,
    IgnoreMissing,
    Json,
    LockWait,
    Resume,
    Strict,
    Target,
    Url,
    ask,
    change,
)
from scripts.operation_options import Yes  # noqa: TC001  (typer reads it)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Bring a database up to the migrations, and see what is true of it.",
    epilog="Example: miyabi migrate plan",
)


@app.command(epilog="Example: miyabi migrate status")
def status(
    env: Env = None, database_url: Url = None, migrations: Folder = FOLDER, as_json: Json = False
) -> None:
    """Print every migration with its state.

    Applied, pending, changed since, without a file here, or unfinished.
    """
    from scripts.commands.migrate import tables

    ask({"action": "status"}, env, database_url, migrations, as_json, tables.status)


@app.command(epilog="Example: miyabi migrate plan")
def plan(
    env: Env = None,
    database_url: Url = None,
    migrations: Folder = FOLDER,
    target: Target = None,
    strict: Strict = False,
    ignore_missing: IgnoreMissing = False,
    as_json: Json = False,
) -> None:
    """Print what `up` would apply; exit 10 where there is something.

    Every check that `up` makes before its first change is made here too.
    """
    from scripts.commands.migrate import tables
    from scripts.exit_codes import Exit

    event = {"action": "plan", "target": target, "strict": strict, "ignore_missing": ignore_missing}
    ask(
        event,
        env,
        database_url,
        migrations,
        as_json,
        tables.plan,
        lambda document: Exit.CHANGES if document["pending"] else Exit.DONE,
    )


@app.command(epilog="Example: miyabi migrate up")
def up(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Env = None,
    database_url: Url = None,
    migrations: Folder = FOLDER,
    target: Target = None,
    strict: Strict = False,
    ignore_missing: IgnoreMissing = False,
    resume: Resume = False,
    lock_wait: Annotated[float, typer.Option(help="Seconds to wait for another run.")] = 60.0,
    lock_timeout: Annotated[
        float, typer.Option(help="Seconds that a statement may queue for a table, and hold up all behind it.")
    ] = 3.0,
    attempts: Annotated[int, typer.Option(help="How often to try what can't get its locks.")] = 10,
    as_json: Json = False,
) -> None:
    """Apply what is pending, each migration whole or not at all.

    Nothing is applied while a check fails, in whatever file.
    """
    from scripts.commands.migrate import tables
    from scripts.exit_codes import Exit

    event = {
        "action": "up",
        "target": target,
        "strict": strict,
        "ignore_missing": ignore_missing,
        "resume": resume,
        "lock_wait": lock_wait,
        "lock_timeout": lock_timeout,
        "attempts": attempts,
    }
    ask(
        event,
        env,
        database_url,
        migrations,
        as_json,
        tables.applied,
        lambda document: Exit.UNDECIDED if document["remaining"] else Exit.DONE,
    )


@app.command(epilog="Example: miyabi migrate verify")
def verify(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Env = None,
    database_url: Url = None,
    migrations: Folder = FOLDER,
    strict: Strict = False,
    ignore_missing: IgnoreMissing = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Compare the schema too, with one made in a scratch database.")
    ] = False,
    accept: Accept = None,
    as_json: Json = False,
) -> None:
    """Check that what is applied still matches its files.

    Exit 9 where a file does not, or with --schema where the database's schema is not the one of the files.
    """
    from scripts.commands.migrate import adopt as comparison
    from scripts.commands.migrate import tables

    event: dict[str, Any] = {"action": "verify", "strict": strict, "ignore_missing": ignore_missing}
    if accept and not schema:
        raise typer.BadParameter("--accept is about differences of the schema; add --schema")
    if not schema:
        ask(event, env, database_url, migrations, as_json, tables.verified)
    event |= {"schema": True, "accept": accept or []}
    ask(event, env, database_url, migrations, as_json, comparison.schema, comparison.schema_code)


@app.command(epilog="Example: miyabi migrate adopt --dry-run")
def adopt(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Env = None,
    database_url: Url = None,
    migrations: Folder = FOLDER,
    accept: Accept = None,
    baseline: Annotated[
        int | None,
        typer.Option(metavar="VERSION", help="Of a database without a ledger: all up to here is applied."),
    ] = None,
    lock_wait: LockWait = 60.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Take over a database that sqlx migrated from other files.

    It is taken over once its schema is shown to be the same.

    The schema of the files is made in a scratch database and compared. Only then, after asking, the
    checksums in the ledger become those of the files; no statement runs on any other table.
    """
    from scripts.commands.migrate import adopt as comparison

    change(
        {"action": "adopt", "accept": accept or [], "baseline": baseline, "lock_wait": lock_wait},
        env=env,
        url=database_url,
        folder=migrations,
        as_json=as_json,
        consent=(yes, dry_run),
        render=comparison.adopted,
        question=comparison.question,
    )


@app.command(epilog="Example: miyabi migrate repair 20251024000000 --dry-run")
def repair(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    version: Annotated[int, typer.Argument(metavar="VERSION", help="The migration whose row to mend.")],
    env: Env = None,
    database_url: Url = None,
    migrations: Folder = FOLDER,
    applied: Annotated[
        bool, typer.Option("--applied", help="Of an unfinished migration: you have done all of it.")
    ] = False,
    rolled_back: Annotated[
        bool, typer.Option("--rolled-back", help="Of an unfinished migration: you have undone all of it.")
    ] = False,
    lock_wait: LockWait = 60.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Mend the ledger's row of one migration.

    Where its file was only reformatted, or where it was begun and not finished.

    A checksum is replaced only if what was applied is found, in a variant of the file or in git, and says
    the same but for comments and white space.
    """
    from scripts.commands.migrate import repair as mending

    change(
        {
            "action": "repair",
            "version": version,
            "applied": applied,
            "rolled_back": rolled_back,
            "lock_wait": lock_wait,
        },
        env=env,
        url=database_url,
        folder=migrations,
        as_json=as_json,
        consent=(yes, dry_run),
        render=mending.repaired,
        question=mending.question,
    )


@app.command(epilog="Example: miyabi migrate revert --dry-run")
def revert(  # noqa: PLR0913, PLR0917  (the options of the command, one each)
    env: Env = None,
    database_url: Url = None,
    migrations: Folder = FOLDER,
    version: Annotated[
        int | None, typer.Option(help="The one you mean; refused if it is not the newest applied.")
    ] = None,
    lock_wait: LockWait = 60.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Take the newest applied migration back by its .down.sql.

    With its row in the ledger, in one transaction.

    The migrations here have none: they go forward only, and a new one undoes what an old one did.
    """
    from scripts.commands.migrate import revert as reverting

    change(
        {"action": "revert", "version": version, "lock_wait": lock_wait},
        env=env,
        url=database_url,
        folder=migrations,
        as_json=as_json,
        consent=(yes, dry_run),
        render=reverting.reverted,
        question=reverting.question,
    )


@app.command(epilog="Example: miyabi migrate roles --login b")
def roles(
    env: Env = None,
    database_url: Url = None,
    migrations: Folder = FOLDER,
    login: Annotated[
        str | None, typer.Option(help="Set the password of this login alone, a or b.", show_default="both")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Renew a password although sessions are connected with it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make the API's database roles, and set their passwords.

    The passwords stand in API_LOGIN_A_PASSWORD and API_LOGIN_B_PASSWORD.
    """
    from scripts.commands.migrate import roles as rendering

    event = {"action": "roles", "login": login, "force": force}
    ask(event, env, database_url, migrations, as_json, rendering.render)


@app.command(epilog="Example: miyabi migrate probe")
def probe(
    env: Env = None, database_url: Url = None, migrations: Folder = FOLDER, as_json: Json = False
) -> None:
    """Tell whether the database is reached, and as whom.

    And over which TLS, how fast, and what may be done there; exit 3 where it is not reached.
    """
    from scripts.commands.migrate import probe as rendering
    from scripts.exit_codes import Exit

    ask(
        {"action": "probe"},
        env,
        database_url,
        migrations,
        as_json,
        rendering.render,
        lambda document: Exit.DONE if document["reached"] else Exit.NO_ACCESS,
    )


app.command(epilog="Example: miyabi migrate rehearse --refuse-blocking")(rehearse)
app.command(epilog="Example: miyabi migrate snapshot --check schema.sql")(snapshot)
