"""Tables fit where they are printed, and no figure is cut on the way."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console

from cost import Traffic, estimate
from cost.fitting import Fitting
from cost.table import render
from cost.tabling import add, columns
from tests.cost.systems import REPORTED_TRAFFIC, deploy, reported, resource

FIGURE = re.compile(r"(?<= )[\d,]+\.\d\d(?= )")
LONG = "MyServiceTaskDefinitionContainerLogGroup8F1A2B3C"


def printed(part: Fitting | object, width: int, *, is_terminal: bool = True) -> list[str]:
    """What stands on so many columns."""
    page = StringIO()
    Console(file=page, width=width, force_terminal=is_terminal, color_system=None).print(part, crop=False)
    return page.getvalue().splitlines()


def bill(width: int) -> list[str]:
    """The lines of the reported system's bill, down to its total."""
    lines = printed(render(estimate(reported(), Traffic.of(REPORTED_TRAFFIC))), width)
    return lines[: next(number for number, line in enumerate(lines) if line.startswith("Total")) + 1]


@pytest.mark.parametrize("width", [70, 80, 100, 120, 160])
def test_a_bill_fits_a_terminal_with_every_amount_whole(width: int) -> None:
    lines = bill(width)

    assert max(map(len, lines)) <= width
    assert "…" not in "".join(lines)
    assert {"26.28", "8.33", "1.67", "43.19", "34.90"} <= set(FIGURE.findall("\n".join(lines)))


@pytest.mark.parametrize(
    ("width", "headings"), [(80, "List Free Source"), (120, "List price Free tier Source")]
)
def test_little_room_leaves_unit_prices_out(width: int, headings: str) -> None:
    [heading] = [" ".join(line.split()) for line in bill(width) if line.startswith("Resource")]

    assert heading.endswith(headings)
    assert ("Unit price" in heading) == (width > 80)


def test_a_terminal_too_narrow_for_anything_gets_whole_figures_nevertheless() -> None:
    assert {"26.28", "43.19"} <= set(FIGURE.findall("\n".join(bill(30))))


def test_names_are_folded_where_there_is_no_room_for_them() -> None:
    lines = printed(render(estimate(deploy({LONG: resource("AWS::KMS::Key")}))), 80)

    assert max(map(len, lines)) <= 80
    assert LONG in "".join(
        line[:80].split("  ")[1] if line.startswith("  ") else line.strip() for line in lines
    )


def test_a_pipe_has_room_for_every_name() -> None:
    lines = printed(render(estimate(deploy({LONG: resource("AWS::KMS::Key")}))), 80, is_terminal=False)

    assert [f"{LONG} key 1 key $1.00 1.00 1.00 1"] == [
        " ".join(line.split()) for line in lines if LONG in line
    ][:1]


def test_words_are_wrapped_before_names_are_folded() -> None:
    table = columns("Resource", "Component", ">Amount")
    add(table, "Distribution", "data to the origin", "1.00")

    lines = printed(Fitting([table]), 32)

    assert ["Distribution", "data", "to", "1.00"] == lines[2].split()
