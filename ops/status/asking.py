"""Asks for all parts of a living system at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime  # noqa: TC003  (a field's type)
from typing import TYPE_CHECKING, Final

from ops.errors import OperationError
from ops.secrets import list_secrets
from ops.status import alarms, database, functions, health, migrations, stacks
from ops.status.part import Finding, Part, Standing
from runtime.migrator.errors import MigratorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.deploying.smoke import Health
    from ops.live import Live

SECRETS: Final = "secrets"


def status(
    live: Live,
    *,
    address: str | None = None,
    with_migrations: bool = True,
    now: datetime | None = None,
    ask: Callable[[str], Health] = health.ask,
) -> list[Part]:
    """How each part of an environment is, in the order in which they depend on one another.

    A part that can't be asked is told as such. Raises `AccessError` where nothing can be: no credentials,
    or another account's.
    """
    live.require_account()
    asked: dict[str, Callable[[], Part]] = {
        stacks.NAME: lambda: stacks.look(live),
        functions.NAME: lambda: functions.look(live),
        database.NAME: lambda: database.look(live, now),
        migrations.NAME: lambda: _migrations(live, with_migrations=with_migrations),
        health.NAME: lambda: health.look(live, address, ask=ask),
        alarms.NAME: lambda: alarms.look(live),
        SECRETS: lambda: secrets(live),
    }
    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(_answer, asked, asked.values()))


def secrets(live: Live) -> Part:
    """Which secrets are missing, or would not work."""
    found = list_secrets(live)
    wrong = [one for one in found if one.problems]
    rows = tuple(
        {"secret": one.name, "is_there": one.is_there, "problems": list(one.problems)} for one in found
    )
    findings = tuple(Finding(Standing.WRONG, f"{one.name}: {'; '.join(one.problems)}") for one in wrong)
    well = len(found) - len(wrong)
    return Part(SECRETS, f"{well} of {len(found)} in order", findings, rows)


def _migrations(live: Live, *, with_migrations: bool) -> Part:
    if not with_migrations:
        return Part(migrations.NAME, "not asked, as it was wished")
    return migrations.look(live)


def _answer(name: str, ask: Callable[[], Part]) -> Part:
    try:
        return ask()
    except (MigratorError, OperationError) as error:
        return Part.unasked(name, str(error))
