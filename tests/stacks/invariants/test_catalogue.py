"""The catalogue as a whole: every rule has a mutation that trips it, and none is left unguarded."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from stacks.invariants.catalogue import check, rules
from tests.stacks.systems import system

FOLDER = Path(__file__).parent


def mutated() -> set[str]:
    """Ids of the rules that some mutation of this folder must trip."""
    found: set[str] = set()
    for path in sorted(FOLDER.glob("test_*.py")):
        module = importlib.import_module(f"tests.stacks.invariants.{path.stem}")
        for mutation in getattr(module, "MUTATIONS", ()):
            found |= mutation.rules
    return found


def test_every_rule_has_a_mutation_that_trips_it() -> None:
    assert {rule.id for rule in rules()} - mutated() == set()


def test_mutations_name_only_rules_that_exist() -> None:
    assert mutated() - {rule.id for rule in rules()} == set()


def test_ids_are_of_a_known_kind() -> None:
    known = re.compile(r"MIYABI\.[A-Z]+\.\d+|[A-Z]\w+\.\d+|CKV2?_AWS_\d+")

    assert [rule.id for rule in rules() if not known.fullmatch(rule.id)] == []


def test_the_answer_does_not_depend_on_what_was_asked_before() -> None:
    once, again = list(check(system("production"))), list(check(system("production")))

    assert once == again
