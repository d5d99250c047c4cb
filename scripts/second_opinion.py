"""Compares what checkov finds with the waivers: reads its JSON from standard input."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.exit_codes import Exit
from scripts.talk import show, talk
from stacks.invariants.catalogue import rules
from stacks.waivers import is_external, load_waivers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from stacks.waivers import Waiver


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """A check of checkov's that failed at a resource."""

    check: str
    logical_id: str
    name: str


def main() -> None:
    """Print every failed check with the waiver that names it; exit 4 if one has none, or a waiver is idle."""
    report = json.load(sys.stdin)
    code = judge(sys.argv[1], failures(report if isinstance(report, list) else [report]), load_waivers())
    sys.exit(code)


def failures(report: Iterable[Mapping[str, object]]) -> list[Failure]:
    """The failed checks of a report, sorted."""
    found: list[Failure] = []
    for part in report:
        results = part["results"]
        assert isinstance(results, dict)  # noqa: S101  (checkov's own format)
        found += [
            Failure(row["check_id"], row["resource"].split(".")[-1], row["check_name"])
            for row in results["failed_checks"]
        ]
    return sorted(found)


def judge(environment: str, found: Sequence[Failure], waivers: Sequence[Waiver]) -> Exit:
    """Match failures with waivers, by checkov's id or by our rule that says the same."""
    mine = [waiver for waiver in waivers if waiver.environment == environment]
    used = set()
    unnamed = 0
    for failure in found:
        waiver = next((waiver for waiver in mine if _names(waiver, failure)), None)
        place = f"{failure.check}  {failure.logical_id}: {failure.name}"
        if waiver:
            used.add(waiver)
            show(f"{place}\n    waived by {waiver.rule}: {waiver.reason}")
        else:
            unnamed += 1
            talk(f"{place}\n    no waiver names it")
    idle = [
        waiver
        for waiver in mine
        if is_external(waiver.rule) and waiver not in used and waiver.rule not in _ours()
    ]
    for waiver in idle:
        talk(f"{waiver} covers nothing any more; remove it from stacks/waivers.toml")
    show(f"{len(found)} failed checks in {environment}, {len(found) - unnamed} of them waived")
    return Exit.RULE_BROKEN if unnamed or idle else Exit.DONE


def _names(waiver: Waiver, failure: Failure) -> bool:
    same = {waiver.rule, *_also().get(waiver.rule, ())}
    return failure.check in same and failure.logical_id == waiver.logical_id


def _also() -> dict[str, tuple[str, ...]]:
    return {rule.id: rule.also for rule in rules()}


def _ours() -> set[str]:
    return {rule.id for rule in rules()}


if __name__ == "__main__":
    main()
