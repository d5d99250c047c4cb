"""With what do the API's own sessions begin, as the migrator sees it from inside of the network?

`ALTER ROLE ... SET` and `ALTER DATABASE ... SET` change what every new session begins with, and nobody else
sees it: health works on with sessions that can't write, or find no table.
https://www.postgresql.org/docs/current/config-setting.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.letting_in import psql, quoted
from ops.doctor.checks.schema import ANY
from ops.doctor.evidence.troubles import Trouble
from runtime.contract import Function

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

READ_ONLY: Final = "default_transaction_read_only"
ON: Final = frozenset({"on", "true", "yes", "1", "t", "y"})
TIMEOUTS: Final = (
    "statement_timeout",
    "lock_timeout",
    "transaction_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
)
OURS: Final = "statement_timeout"
"""What our code sets for its sessions itself, which counts more than what its role says."""
SHORTEST_MS: Final = 1000
"""Milliseconds below which a time is no limit of what takes too long, but of everything."""
UNITS: Final = {"": 1.0, "us": 0.001, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 36e5, "d": 864e5}
TIME: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>us|ms|s|min|h|d|)")
SCHEMA: Final = "public"


@check("DB-070", Effect.SOME, signs=ANY)
def begins_unfit(evidence: Evidence) -> Answer:
    """By what the server, the database, the role, and the role in the database set for a session."""
    settings, user = _settings(evidence)
    if settings is None:
        return _untold(user)
    if found := next(_unfit(settings, sets_own=evidence.function.code is Function.API), ""):
        name = found.partition(" ")[0]
        return proved(
            f"the sessions of user {user} begin with {found}, by what the migrator sees from inside",
            *_resets(user, str(evidence.database.url.get("dbname", "")), name),
            explains=evidence.database.fits(
                Trouble.READ_ONLY, Trouble.LACKS, Trouble.STATEMENT, Trouble.LOCK, Trouble.ENDED
            ),
        )
    return ruled_out(f"nothing that the sessions of user {user} begin with keeps them from working")


@check("DB-071", Effect.RISK)
def begins_with_no_time(evidence: Evidence) -> Answer:
    """Our code sets a time of its own for statements; others who come as that user do not."""
    settings, user = _settings(evidence)
    if settings is None:
        return _untold(user)
    told = settings.get(OURS, "")
    if evidence.function.code is Function.API and _is_short(told):
        return proved(
            f"the sessions of user {user} begin with {OURS} = {told}, which the code replaces by its own",
            *_resets(user, str(evidence.database.url.get("dbname", "")), OURS),
        )
    return ruled_out(f"the sessions of user {user} begin with {OURS} = {told or 'no limit'}")


def _settings(evidence: Evidence) -> tuple[Mapping[str, str] | None, str]:
    """What the function's sessions begin with, None where the migrator tells nothing; and its user."""
    user = evidence.database.user
    role = evidence.inside.role(user)
    if not role or not role.get("exists"):
        return None, user
    return dict(each.partition("=")[::2] for each in role["settings"]), user


def _untold(user: str) -> Answer:
    return unknown(
        f"the migrator tells nothing of user {user or '(none)'}",
        decide="SELECT * FROM pg_db_role_setting in the database",
    )


def _unfit(settings: Mapping[str, str], *, sets_own: bool) -> Iterator[str]:
    """What no request can work with."""
    if settings.get(READ_ONLY, "").lower() in ON:
        yield f"{READ_ONLY} = {settings[READ_ONLY]}"
    path = settings.get("search_path")
    if path is not None and SCHEMA not in [each.strip(' "') for each in path.split(",")]:
        yield f"search_path = {path}"
    if settings.get("role", "none").lower() != "none":
        yield f"role = {settings['role']}"
    for name in TIMEOUTS:
        if not (sets_own and name == OURS) and _is_short(settings.get(name, "")):
            yield f"{name} = {settings[name]}"


def _is_short(told: str) -> bool:
    """Whether a time is less than a second; 0 is no limit."""
    found = TIME.fullmatch(told.strip())
    return found is not None and 0 < float(found["number"]) * UNITS[found["unit"]] < SHORTEST_MS


def _resets(user: str, database: str, name: str) -> Iterator[str]:
    """All places where it may be set; taking away what is not set changes nothing."""
    role, here = f"ROLE {quoted(user)}", f"DATABASE {quoted(database)}"
    for where in (role, f"{role} IN {here}", here):
        yield psql(f"ALTER {where} RESET {name}")
