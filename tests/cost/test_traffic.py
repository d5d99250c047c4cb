"""The figures of [traffic]: any kind of number in, decimals out, nonsense refused by name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cost import Traffic, TrafficRefused


@pytest.mark.parametrize("value", [3, 3.0, "3", Decimal(3)], ids=["int", "float", "text", "decimal"])
def test_a_figure_may_be_any_number(value: object) -> None:
    assert Decimal(3) == Traffic.of({"requests_per_month": value}).requests_per_month


def test_a_float_is_what_it_looks_like() -> None:
    assert Decimal("0.1") == Traffic.of({"cold_start_share": 0.1}).cold_start_share


def test_none_is_left_out() -> None:
    assert Traffic() == Traffic.of({"log_gb": None, "requests_per_month": None})


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("requests_per_month", -1, "it must be 0 or more"),
        ("request_kb", "NaN", "it must be 0 or more"),
        ("request_kb", "Infinity", "it must be 0 or more"),
        ("log_gb", "much", "it must be a number"),
        ("cold_start_share", 1.5, "from 0 to 1"),
        ("request_per_month", 1, "did you mean requests_per_month?"),
        ("zzz", 1, "known are requests_per_month"),
    ],
)
def test_a_figure_that_no_month_can_have_is_refused_by_name(key: str, value: object, allowed: str) -> None:
    with pytest.raises(TrafficRefused) as refused:
        Traffic.of({key: value})

    assert f"traffic: {key} = {value} is refused" in str(refused.value)
    assert allowed in str(refused.value)
