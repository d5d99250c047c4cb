"""`miyabi report reported` has every fact of the document that templates can tell, and marks all others."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from report.system.markdown import to_markdown
from tests.report.system.making import report_on

FACTS = tomllib.loads(Path(__file__).with_name("facts.toml").read_text(encoding="utf-8"))["fact"]


@pytest.fixture(scope="module")
def markdown() -> str:
    return to_markdown(replace(report_on("reported"), drawing="<svg/>"))


@pytest.mark.parametrize("fact", FACTS, ids=[fact["name"] for fact in FACTS])
def test_the_report_tells_or_marks(fact: dict[str, str], markdown: str) -> None:
    component = fact.get("component")
    place = markdown.split(f"### {component}\n")[1].split("\n### ", maxsplit=1)[0] if component else markdown

    assert fact.get("told", fact.get("marked", "")) in place
    assert ("told" in fact) != ("unknown" in fact)


def test_what_is_not_known_is_said_with_what_tells_it() -> None:
    gaps = {(gap.where, gap.fact): gap.source for gap in report_on("reported").gaps}

    assert (
        "miyabi report reported --live" == gaps["API Gateway HTTP API miyabi-api-production", "ID, Endpoint"]
    )
    assert "miyabi report reported --live" == gaps["Security group DatabaseSecurityGroup", "ID, VPC"]
    assert "miyabi status reported" == gaps["States", "how each of 6 components is"]
