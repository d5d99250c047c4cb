"""Figures that remember what is done to them come to what numbers come to, or say that they can't."""

from __future__ import annotations

import math
import operator
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost.formulas import Case, NotExpressible, OutOfRange, Range, Sheet
from cost.formulas.cases import explore
from cost.formulas.figure import KEPT, Tracked
from cost.formulas.formulas import chosen
from cost.formulas.sheet import value

if TYPE_CHECKING:
    from collections.abc import Callable

RANGE = Range(Decimal(0), Decimal("1e12"))
numbers = st.decimals(min_value=0, max_value=10**12, places=4)


def sheet() -> tuple[Sheet, Decimal, Decimal]:
    """A sheet with two figures on it."""
    made = Sheet({"x": RANGE, "y": RANGE})
    return made, Tracked.on(made, 0), Tracked.on(made, 1)


def done_again(calculation: Callable[[Decimal, Decimal], Decimal], x: Decimal, y: Decimal) -> Decimal:
    """What a calculation comes to when its steps are taken with these numbers."""
    made, one, other = sheet()
    tree = explore(made, lambda: calculation(one, other))
    values = made.values({"x": x, "y": y})
    found = chosen(tree, values)
    return values[found.operand] if isinstance(found, Tracked) else value(found, values)


CALCULATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "a share of a sum": lambda x, y: (x + 2 * y) * Decimal("0.001") / 1024**2,
    "more digits than are kept": lambda x, y: x * y / 7 * Decimal("0.0000166667") + x / 3,
    "the larger one": max,
    "what is over a threshold": lambda x, y: max(x - y, Decimal(0)) + min(x, Decimal(730)),
    "whole steps, at least one": lambda x, y: y * max(Decimal(1), (x / 512).to_integral_value(ROUND_CEILING)),
    "something only if there is any": lambda x, y: x / 1000 if y else Decimal(0),
    "from a number": lambda x, y: 10 - x + (1 + y) - (3 - y) * 2,
    "nothing of it": lambda x, y: x * 0 + y * Decimal(0),
    "questions both ways": lambda x, y: Decimal((x > y) + 2 * (x >= y) + 4 * (x != y) + 8 * (x == 5)),
    "by what is never nothing": lambda x, y: x / (y + 1),
}


@pytest.mark.parametrize("name", CALCULATIONS)
@settings(max_examples=40)
@given(numbers, numbers)
def test_the_steps_give_the_same_number_to_the_last_digit(name: str, x: Decimal, y: Decimal) -> None:
    calculation = CALCULATIONS[name]

    assert calculation(x, y) == done_again(calculation, x, y)


@pytest.mark.parametrize("equal", [0, 5, 730])
@pytest.mark.parametrize("name", CALCULATIONS)
def test_nothing_and_what_is_equal_are_followed_too(name: str, equal: int) -> None:
    number = Decimal(equal)

    assert CALCULATIONS[name](number, number) == done_again(CALCULATIONS[name], number, number)


def test_every_method_of_a_decimal_is_either_followed_or_refused() -> None:
    inherited = [name for name in dir(Decimal) if name not in KEPT and name not in vars(Tracked)]

    assert [] == inherited


LOST: dict[str, Callable[[Decimal], object]] = {
    "int": int,
    "float": float,
    "square root": math.sqrt,
    "round": round,
    "abs": abs,
    "hash": hash,
    "neg": operator.neg,
    "power": lambda x: x**2,
    "whole part": lambda x: x // 3,
    "rest": lambda x: x % 3,
    "logarithm": lambda x: x.log10(),
    "in steps": lambda x: x.quantize(Decimal("0.01")),
}


@pytest.mark.parametrize("name", LOST)
def test_what_no_step_can_do_again_is_refused_with_the_figure_that_it_is_about(name: str) -> None:
    _, x, y = sheet()

    with pytest.raises(NotExpressible, match="no formula of x, y can be told"):
        LOST[name](x + y)


def test_rounding_otherwise_than_up_is_refused() -> None:
    _, x, _ = sheet()

    with pytest.raises(NotExpressible, match="rounded by the default"):
        x.to_integral_value()


def test_a_figure_copied_past_its_methods_is_no_number() -> None:
    _, x, _ = sheet()

    assert Decimal(x).is_snan()


def test_a_division_by_what_may_be_nothing_is_refused() -> None:
    _, x, y = sheet()

    with pytest.raises(NotExpressible, match=r"x, y.*may be nothing"):
        x / y


def test_a_step_is_written_once() -> None:
    made, x, y = sheet()

    assert (x + y) * 2 is not (x + y) * 2
    assert ["+", "*"] == [step.operation for step in made.steps]


def test_what_the_ranges_tell_is_no_case() -> None:
    made = Sheet({"x": Range(Decimal(10), Decimal(20))})
    x = Tracked.on(made, 0)

    found = explore(made, lambda: (bool(x), x > 5, x < 5, x == 30, x >= 10, x <= 9))

    assert (True, True, False, False, True, False) == found


def test_the_same_question_has_the_same_answer() -> None:
    made, x, y = sheet()

    found = explore(made, lambda: (x > y, x > y))

    assert isinstance(found, Case)
    assert [(True, True), (False, False)] == [found.then, found.otherwise]


def test_too_many_cases_are_refused() -> None:
    made, x, _ = sheet()

    with pytest.raises(NotExpressible, match="more than 64 cases"):
        explore(made, lambda: [x > number for number in range(100)])


@pytest.mark.parametrize("number", ["-1", "1e13", "0.12345678901234567890123456789"])
def test_no_formula_is_used_beyond_its_range(number: str) -> None:
    made, _, _ = sheet()

    with pytest.raises(OutOfRange, match=r"y is .*choose a number between"):
        made.values({"x": Decimal(1), "y": Decimal(number)})
