"""The picture of a bill's growth: marks are where the sweep has them, and no text is on another."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.bill.plot import LETTER, LINE, NARROW, WIDE, Mark, Plot, Series, Shape, marks_of
from report.bill.scales import LogScale, apart, bends, power_below
from scripts.commands.cost.kept import environments
from tests.report.bill.pages import bill

if TYPE_CHECKING:
    from cost.sweeping import Sweep


def plots(sweep: Sweep, shape: Shape) -> Plot:
    return Plot(sweep, Series.of(sweep), shape, Decimal(200), marks_of(sweep, Decimal(200)))


@pytest.mark.parametrize("name", environments())
def test_every_flip_and_every_change_of_the_largest_line_is_marked(name: str) -> None:
    for sweep in bill(name).growth.sweeps:
        marks = marks_of(sweep, None)
        flips = [flip.requests for choice in sweep.choices for flip in choice.flips]

        assert sorted(flips) == [mark.requests for mark in marks if mark.kind == "flip"]
        assert [at for at, _ in sweep.largest[1:]] == [m.requests for m in marks if m.kind == "largest"]


def test_the_budget_is_passed_where_the_bill_is_just_above_it() -> None:
    sweep = bill("production").growth.sweeps[1]
    [mark] = [each for each in marks_of(sweep, Decimal(200)) if each.kind == "budget"]

    def usd(requests: Decimal) -> Decimal:
        return sweep.system.month(requests.to_integral_value()).total(sweep.mode)

    assert usd(mark.requests * Decimal("0.99")) < 200 < usd(mark.requests * Decimal("1.01"))
    assert "the bill passes the budget of $200" == mark.text


def test_a_flip_says_what_becomes_cheaper_than_what() -> None:
    texts = [mark.text for mark in marks_of(bill("production").growth.sweeps[1], None)]

    assert "arm64 becomes cheaper than x86_64" in texts


@pytest.mark.parametrize("shape", [WIDE, NARROW], ids=lambda shape: shape.name)
@pytest.mark.parametrize("name", environments())
def test_texts_stay_in_the_picture_and_off_each_other(name: str, shape: Shape) -> None:
    for sweep in bill(name).growth.sweeps:
        plot = plots(sweep, shape)
        labels = [curve.label_y for curve in plot.curves]
        longest = max(len(curve.name) for curve in plot.curves) * LETTER

        assert all(abs(one - other) >= LINE - 0.01 for one, other in combinations(labels, 2))
        assert plot.x.end + 8 + longest <= shape.width
        for each in plot.placed:
            assert 0 < each.text_y < plot.top
            assert plot.x.start <= each.x <= plot.x.end
            assert plot.top <= each.y <= plot.bottom
            if shape.tells:
                assert each.told == each.mark.told
                width = len(each.told) * LETTER
                start = each.text_x - (width if each.anchor == "end" else 0)
                assert 0 <= start <= start + width <= shape.width
        rows = [(each.text_x, each.text_y) for each in plot.placed]
        assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("requests", ["10000", "3e6", "1e9"])
def test_a_text_that_is_too_long_is_cut_where_the_picture_ends(requests: str) -> None:
    sweep = bill("production").growth.sweeps[0]
    mark = Mark(Decimal(requests), f"{'Name' * 60} is the largest", "largest")
    [placed] = Plot(sweep, Series.of(sweep), WIDE, None, (mark,)).placed
    width = len(placed.told) * LETTER

    assert placed.told.endswith("…")
    assert 0 <= placed.text_x - (width if placed.anchor == "end" else 0)
    assert placed.text_x + (width if placed.anchor == "start" else 0) <= WIDE.width


@pytest.mark.parametrize("name", environments())
def test_curves_stay_between_the_axes_and_go_to_the_right(name: str) -> None:
    for sweep in bill(name).growth.sweeps:
        plot = plots(sweep, WIDE)
        for curve in plot.curves:
            points = [tuple(map(float, point.split(","))) for point in curve.points.split()]

            assert all(one[0] < other[0] for one, other in pairwise(points))
            assert all(plot.top - 1 <= y <= plot.bottom + 1 for _, y in points)


def test_the_total_is_drawn_where_it_is() -> None:
    sweep = bill("production").growth.sweeps[0]
    plot = plots(sweep, WIDE)
    x, y, told = plot.now

    assert "now $96.44" == told
    assert plot.x.at(Decimal(1_000_000)) == pytest.approx(x)
    assert plot.y.at(Decimal("96.44")) == pytest.approx(y, abs=0.1)


@pytest.mark.parametrize("shape", [WIDE, NARROW], ids=lambda shape: shape.name)
@pytest.mark.parametrize("name", environments())
def test_what_it_costs_now_is_told_beside_the_curve(name: str, shape: Shape) -> None:
    plot = plots(bill(name).growth.sweeps[1], shape)
    x, y, told = plot.now
    anchor, text_y = plot.now_label

    assert x - len(told) * LETTER >= plot.x.start if anchor == "end" else text_y > y
    assert plot.top < text_y < plot.bottom


@given(st.lists(st.floats(0, 300), max_size=8))
def test_labels_move_as_little_as_they_must(places: list[float]) -> None:
    moved = apart(places, 15, 0, 300)

    assert all(abs(one - other) >= 14.999 for one, other in combinations(moved, 2))
    assert all(-0.001 <= place <= 300.001 for place in moved)
    if all(abs(one - other) >= 15 for one, other in combinations(places, 2)):
        assert places == pytest.approx(moved)


def test_a_line_is_drawn_by_its_bends() -> None:
    straight = [(0.0, 0.0), (1.0, 2.0), (2.0, 4.04), (3.0, 6.0)]
    bent = [(0.0, 0.0), (1.0, 2.0), (2.0, 4.5), (3.0, 6.0)]

    assert [straight[0], straight[-1]] == bends(straight)
    assert bent == bends(bent)
    assert [] == bends([])


def test_a_scale_has_equal_steps_for_equal_factors() -> None:
    scale = LogScale(Decimal(10), Decimal(1000), 0, 200)

    assert [0, 100, 200] == [scale.at(power) for power in scale.powers()]
    assert [Decimal("0.01"), Decimal(10)] == [power_below(Decimal(number)) for number in ("0.05", "99")]
