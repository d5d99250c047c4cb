"""What the stacks are made of, the rules they keep, and which of them are waived."""

from __future__ import annotations

from collections import Counter

from scripts.docs.tables import table
from stacks.invariants.catalogue import rules
from stacks.loading import environment_names, load_environment
from stacks.synthesis import synthesise
from stacks.waivers import load_waivers


def rules_table() -> str:
    """Every rule of ours: id, sentence, remedy, and what other tools call it."""
    return table(
        "rule | what holds | if not | elsewhere",
        ((f"`{rule.id}`", rule.sentence, rule.remedy, ", ".join(rule.also)) for rule in rules()),
    )


def waivers_table() -> str:
    """What each environment breaks, where, why, and until when that was looked at."""
    waivers = sorted(load_waivers(), key=lambda w: (w.environment, w.logical_id, w.rule))
    return table(
        "environment | resource | rule | why | look again by",
        ((w.environment, f"`{w.logical_id}`", f"`{w.rule}`", w.reason, w.review_by) for w in waivers),
    )


def resources_table() -> str:
    """How many resources of which type each environment has."""
    counts = {name: _count(name) for name in environment_names()}
    types = sorted({kind for found in counts.values() for kind in found})
    return table(
        "type | " + " | ".join(counts),
        ((f"`{kind}`", *(found.get(kind, "") for found in counts.values())) for kind in types),
    )


def _count(name: str) -> Counter[str]:
    return Counter(resource.type for resource in synthesise(load_environment(name)).deployment.resources())
