"""Documents and code say the same: generated parts are current, and what is documented exists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scripts.docs.documents import PART, ROOT, documents
from scripts.docs.parts import PARTS, renewed
from scripts.miyabi import app
from stacks.invariants.catalogue import rules
from stacks.loading import environment_names, load_environment
from stacks.synthesis import synthesise

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = documents()
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
TARGETS = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
COMMANDS = {command.callback.__name__ for command in app.registered_commands if command.callback}
GROUPS = {group.name: group.typer_instance for group in app.registered_groups}


def name(path: Path) -> str:
    """A document's place, as a test's name."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if PART.search(path.read_text("utf-8"))], ids=name
)
def test_generated_parts_are_current(path: Path, linted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.docs.program.LINTED", linted)

    assert path.read_text(encoding="utf-8") == renewed(path), "`make docs` writes them anew"


def test_every_part_that_can_be_generated_stands_somewhere() -> None:
    assert set(PARTS) == set(re.findall(r"<!-- generated: ([a-z-]+) -->", TEXT))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_target_that_is_documented_exists_and_the_other_way_round() -> None:
    documented = set(re.findall(r"(?:^|[`$(] ?|MIYABI\S* )make ([a-z-]+)", TEXT, re.MULTILINE))

    assert documented <= TARGETS
    assert TARGETS <= set(re.findall(r"^  ([a-z-]+) ", TEXT, re.MULTILINE))


def test_every_command_is_documented() -> None:
    assert COMMANDS | set(GROUPS) == set(re.findall(r"^## miyabi ([a-z]+)$", TEXT, re.MULTILINE))


@pytest.mark.parametrize("group", sorted(filter(None, GROUPS)))
def test_every_command_of_a_group_is_documented(group: str) -> None:
    members = GROUPS[group]
    assert members is not None
    named = {
        command.name or command.callback.__name__
        for command in members.registered_commands
        if command.callback
    }
    named |= {inner.name for inner in members.registered_groups if inner.name}

    assert named == set(re.findall(rf"^### miyabi {group} ([a-z-]+)$", TEXT, re.MULTILINE))


def test_every_rule_is_documented() -> None:
    assert [rule.id for rule in rules() if f"| `{rule.id}` |" not in TEXT] == []


def test_every_environment_is_documented() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [name for name in environment_names() if f"| `{name}` |" not in readme] == []


def test_no_document_names_a_path_of_somebodys_machine() -> None:
    assert re.findall(r"/(?:home|root|Users|work)/\S*", TEXT) == []


def test_documents_write_one_sentence_a_line() -> None:
    """Semantic line breaks keep a diff to the sentence that changed; a document title is no sentence."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [
        line for line in readme.splitlines() if re.search(r"[a-z]\. [A-Z]", line) and "|" not in line
    ] == []


def test_what_answers_the_report_exists() -> None:
    """Each `stack.LogicalId` of the coverage table is a resource of production."""
    coverage = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    named = re.findall(r"`(network|database|service|edge|observability)\.([A-Z]\w+)`", coverage)
    bodies = synthesise(load_environment("production")).templates

    assert len(named) > 15
    assert [
        f"{stack}.{logical_id}" for stack, logical_id in named if logical_id not in bodies[stack]["Resources"]
    ] == []
