"""Which rules of the house are kept, accepted with a reason, or broken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops.status.part import Standing
from report.system.facts import State
from report.system.model import Broken, Invariants

if TYPE_CHECKING:
    from collections.abc import Mapping


def invariants(judgement: Mapping[str, Any]) -> Invariants:
    """Of a judgement as plain data: `rules` by id, `standing`, `waived`, and `as_of`."""
    sentences: Mapping[str, str] = judgement["rules"]
    broken, waived = (_told(judgement, key) for key in ("standing", "waived"))
    kept = len(sentences.keys() - {one.rule for one in (*broken, *waived)})
    return Invariants(_state(broken, waived), kept, len(sentences), broken, waived)


def _told(judgement: Mapping[str, Any], key: str) -> tuple[Broken, ...]:
    """One of each rule and place, whatever a rule has found there."""
    found: dict[tuple[str, str], Broken] = {}
    for one in judgement[key]:
        made = _broken(one, judgement["rules"], judgement["as_of"])
        former = found.get((made.rule, made.where))
        if former is not None:
            made = replace(former, found=f"{former.found}; {made.found}")
        found[made.rule, made.where] = made
    return tuple(found.values())


def _broken(found: Mapping[str, Any], sentences: Mapping[str, str], as_of: str) -> Broken:
    review = found.get("review_by", "")
    return Broken(
        rule=found["rule"],
        sentence=sentences.get(found["rule"], "a rule of cfn-lint"),
        where=f"{found['stack']}.{found['logical_id']}",
        found=f"{found['found']}; {found['remedy']}" if found["remedy"] else found["found"],
        reason=found.get("reason", ""),
        review_by=review,
        is_expired=bool(review) and as_of > review,
    )


def _state(broken: tuple[Broken, ...], waived: tuple[Broken, ...]) -> State:
    if broken:
        return State(
            Standing.WRONG, f"{len(broken)} broken", "The templates break rules that nobody has accepted."
        )
    expired = sum(one.is_expired for one in waived)
    if expired:
        return State(
            Standing.NOTICE, f"{expired} to review", "Reasons are older than they may be: judge them anew."
        )
    if waived:
        rules = len({one.rule for one in waived})
        verb = "rule is" if rules == 1 else "rules are"
        return State(
            Standing.NOTICE,
            f"{rules} accepted",
            f"{rules} {verb} not kept everywhere, each place with a reason.",
        )
    return State(Standing.WELL, "all kept", "Every rule is kept everywhere.")
