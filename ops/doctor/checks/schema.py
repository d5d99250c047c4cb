"""Has the database what the code asks for? By what the server says, and from inside by the migrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED
from ops.doctor.errors import NotThere
from ops.doctor.evidence.troubles import Trouble, trouble_in
from ops.doctor.sign import Sign
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

ANY: Final = FAILED | {Sign.WELL}
"""Health asks no table, so that it is well on a schema that is not."""
GROUP: Final = "miyabi_api"
"""The role to which migrations give the API's rights (runtime/migrator/roles.py)."""
MOST_GRANTS: Final = 5
UNTOLD: Final = "?"
"""Of what an older migrator does not tell."""
STEPS: Final = {
    "dns": "the host's name is not known there",
    "refused": "nothing listens at the address",
    "unreachable": "there is no way there",
    "timeout": "no answer comes in time",
    "tls": "TLS is not agreed on",
    "rules": "the server's rules refuse it",
    "password": "the password is refused",
    "user": "the user is refused",
    "database": "the database is not there, or may not be connected to",
    "full": "the server has no connection left",
    "starting": "the server is starting or stopping",
}
"""What the steps mean at which the migrator's way may end (docs/migrator-function.md)."""


@check("DB-059", Effect.SOME, signs=ANY)
def migration_failed(evidence: Evidence) -> Answer:
    """By the migrator's ledger."""
    dirty = evidence.inside.of("dirty")
    if dirty:
        return proved(
            f"migration {_named(dirty)} was begun and not finished",
            f"miyabi migrate repair {evidence.environment.name}",
            explains=_fits(evidence),
        )
    return ruled_out("no migration was left unfinished")


@check("DB-060", Effect.FAILS, signs=FAILED)
def migrations_differ(evidence: Evidence) -> Answer:
    """By what the code says when it starts, or by the migrator's ledger."""
    if evidence.database.trouble is Trouble.MIGRATION:
        return proved(
            "the code refuses to serve: its migrations are not those of the database, by its own words",
            f"miyabi migrate status {evidence.environment.name}",
        )
    differs = evidence.inside.of("edited", "missing")
    if differs:
        return proved(
            f"migration {_named(differs)} was applied, and is another or none in the migrator's package",
            f"miyabi migrate verify {evidence.environment.name}",
            explains=False,
        )
    return ruled_out("all migrations that were applied are those of the migrator's package")


@check("DB-061", Effect.SOME, signs=ANY)
def migrations_pending(evidence: Evidence) -> Answer:
    """By the migrator's files against its ledger."""
    waiting = evidence.inside.of("pending", "out of order")
    if waiting:
        return proved(
            f"migration {_named(waiting)} is not applied",
            f"miyabi migrate up {evidence.environment.name}",
            explains=_fits(evidence),
        )
    return ruled_out("no migration is pending")


@check("DB-062", Effect.SOME, signs=ANY, ran=True)
def schema_lacks(evidence: Evidence) -> Answer:
    """The server's words for the live request; the tables that the migrator finds; for others, lately."""
    if _inside(evidence).is_empty:
        return proved(
            "the schema in which sessions look for tables is not there, or closed, by what the migrator sees",
            f"miyabi migrate status {evidence.environment.name}",
            change="restore the database by `miyabi restore`, or make the schema and apply all migrations",
            explains=_fits(evidence),
        )
    if missing := _inside(evidence).missing:
        return proved(
            f"{_several('table', missing)} not there, though migrations that were applied have made it, by "
            "what the migrator sees",
            f"miyabi migrate verify {evidence.environment.name} --schema",
            change="restore what was dropped by `miyabi restore`, or by a migration that makes it anew",
            explains=_fits(evidence),
        )
    return _said(
        evidence,
        Trouble.LACKS,
        "the schema lacks a table, a column, a function or a type that the code asks for",
    )


@check("DB-063", Effect.SOME, signs=ANY, ran=True)
def right_missing(evidence: Evidence) -> Answer:
    """The server's words for the live request; what the role may, by the migrator; for others, lately."""
    role = _inside(evidence).role or {}
    closed = [f"USAGE on schema {each}" for each in role.get("closed", ())]
    if lacking := [*closed, *role.get("lacks", ())]:
        return proved(
            f"role {role['role']} has not {lacking[0]}"
            + (f", nor {len(lacking) - 1} more of the rights" if lacking[1:] else "")
            + " that the migrations give to it, by what the migrator sees from inside",
            *_grants(role, lacking),
            explains=_fits(evidence),
        )
    return _said(evidence, Trouble.DENIED, "the function's user may not do what the code asks for")


@check("DB-064", Effect.SHOWS, signs=ANY)
def not_reached_from_inside(evidence: Evidence) -> Answer:
    """The migrator's own way, as a user of its own."""
    inside = evidence.inside
    if inside.step is None:
        return ruled_out(f"the migrator reaches the database as {inside.way.get('user')}")
    return proved(
        f"the migrator does not reach the database from inside of the network: "
        f"{STEPS.get(inside.step, 'for a reason of its own')} (step {inside.step})",
        f"miyabi migrate probe {evidence.environment.name}",
    )


def _said(evidence: Evidence, trouble: Trouble, because: str) -> Answer:
    status = f"miyabi migrate status {evidence.environment.name}"
    if evidence.database.trouble is trouble:
        return proved(f"{because}, by the server's words in the log", status)
    late = [each for each in evidence.trace.lately if trouble_in(each.lines) is trouble]
    if late:
        return unknown(
            f"{because}, by the server's words for {len(late)} requests within the last 15 minutes, and not "
            "for the live one",
            decide=f"`miyabi doctor {evidence.environment.name} --probe`, or the same requests once more",
        )
    return ruled_out("the server says nothing like it, neither for the live request nor of late")


def _inside(evidence: Evidence) -> _Seen:
    """What the migrator sees of tables and of the function's role; nothing where it can't be asked."""
    try:
        inside = evidence.inside
        is_empty = inside.step is None and inside.way.get("schema", UNTOLD) is None
        return _Seen(inside.missing, inside.role(evidence.database.user), is_empty=is_empty)
    except (AccessError, NotThere):
        return _Seen([], None)


def _grants(role: Mapping[str, Any], lacking: list[str]) -> list[str]:
    """What gives the first of the rights back: to the group; or what makes the role a member of it again."""
    if not role.get("member", True):
        return [f"psql -c 'GRANT {GROUP} TO {role['role']}'"]
    by_place: dict[str, list[str]] = {}
    for right, _, place in (each.partition(" on ") for each in lacking):
        by_place.setdefault(place, []).append(right)
    granted = [f"{', '.join(rights)} ON {place}" for place, rights in by_place.items()]
    return [f"psql -c 'GRANT {each} TO {GROUP}'" for each in granted[:MOST_GRANTS]]


def _several(kind: str, names: list[str]) -> str:
    if len(names) == 1:
        return f"{kind} {names[0]} is"
    return f"{len(names)} {kind}s, such as {names[0]}, are"


class _Seen(NamedTuple):
    """Tables that are missing, a role or None where nothing is known of it, whether there is no schema."""

    missing: list[str]
    role: Mapping[str, Any] | None
    is_empty: bool = False


def _fits(evidence: Evidence) -> bool:
    return evidence.database.fits(Trouble.LACKS, Trouble.MIGRATION, Trouble.DENIED)


def _named(steps: Sequence[Any]) -> str:
    """The first of them, and how many there are."""
    first = f"{steps[0]['version']} ({steps[0]['description']})"
    return first if len(steps) == 1 else f"{first}, the first of {len(steps)},"
