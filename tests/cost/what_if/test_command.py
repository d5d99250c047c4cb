"""`miyabi cost what-if`: what it prints for people and for programs."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cost.errors import SweepRefused, TrafficRefused
from cost.formulas import OutOfRange
from scripts.commands.cost.what_if import run
from scripts.exit_codes import Exit
from tests.cost.what_if.reading import total

DOCS = Path(__file__).parents[3] / "docs" / "estimating.md"


def printed(capsys: pytest.CaptureFixture[str], word: str, *settings: str, **options: Any) -> list[str]:
    """Lines with one blank between words."""
    assert run(word, settings=settings, **options) is Exit.DONE
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_the_bill_of_now_is_told_with_what_each_assumption_weighs(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "production")

    assert "production in us-east-1: $82.12 a month with the always-free tier" == lines[0]
    assert "requests_per_month 1,000,000 a month -3.84 +8.74" in lines


def test_other_assumptions_are_told_beside_those_of_now(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "reported", "requests_per_month=2_000_000", "log_gb=0", free_tier="none")

    assert "reported in us-east-1: $52.20 a month at list price, +9.00 against now" == lines[0]
    assert "log_gb 1 0 GB a month" in lines


def test_where_nothing_can_be_moved_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "tests/cost/templates/database.yaml")

    assert "- no traffic is told that the bill hangs on: nothing can be moved" in lines


def test_its_json_comes_with_an_example_that_a_reading_of_it_must_meet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("production", settings=["requests_per_month=40_000_000", "response_kb=600"], output="json")
    data = json.loads(capsys.readouterr().out)
    figures = {name: Decimal(figure) for name, figure in data["example"]["figures"].items()}

    assert data["example"]["totals"] == {
        mode: format(total(data, figures, mode).normalize(), "f") for mode in data["allowances"]
    }


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("requests=1", "did you mean request"),
        ("logins_per_month=1", "the bill does not hang on it"),
        ("log_kb_per_request=1", "told by log_gb; move that"),
        ("requests_per_month=many", "it must be a number"),
        ("requests_per_month=NaN", "it must be a number"),
        ("requests_per_month", "it must be a number"),
        ("requests_per_month=1e999999", "it must be at most 1e18"),
    ],
)
def test_what_is_no_assumption_or_no_number_is_refused(setting: str, said: str) -> None:
    with pytest.raises(TrafficRefused, match=said):
        run("reported", settings=[setting])


def test_where_nothing_can_be_moved_every_figure_is_refused() -> None:
    with pytest.raises(TrafficRefused, match="hangs on no figure that may be moved"):
        run("tests/cost/templates/database.yaml", settings=["log_gb=1"])


def test_a_number_out_of_range_is_refused() -> None:
    with pytest.raises(OutOfRange, match="requests_per_month is -4"):
        run("reported", settings=["requests_per_month=-4"])


def test_credits_are_refused_as_in_a_sweep() -> None:
    with pytest.raises(SweepRefused, match="credits lower an invoice"):
        run("reported", free_tier="credits(10)")


def test_every_key_of_the_json_stands_in_its_section(capsys: pytest.CaptureFixture[str]) -> None:
    section = DOCS.read_text(encoding="utf-8").partition("### JSON of a what-if\n")[2]
    run("production", output="json")
    data = json.loads(capsys.readouterr().out)

    assert [] == [key for key in sorted(_keys(data)) if f"`{key}`" not in section]


def _keys(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    if isinstance(value, dict):
        inner = [_keys(content) for key, content in value.items() if key not in {"allowances", "example"}]
        return set(value).union(*inner)
    return set()
