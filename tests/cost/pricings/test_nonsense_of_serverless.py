"""Templates that make no sense are refused in a sentence, or priced: functions, APIs, messages, logs."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given

from tests.cost.nonsense import assert_refused_in_a_sentence_or_priced, priced, spoiled_bills
from tests.cost.pricings.test_usage_of_serverless import PROPERTIES

BILLS = json.loads((Path(__file__).parents[1] / "worked_bills" / "serverless.json").read_text("utf-8"))
MORE = [
    {
        "resources": {"It": {"Type": type_, "Properties": properties}},
        "usage": {},
        "region": "us-east-1",
    }
    for type_, several in PROPERTIES.items()
    for properties in several
    if properties
]


@given(spoiled_bills([*BILLS, *MORE]))
def test_nonsense_is_refused_in_a_sentence_or_priced(bill: dict[str, Any]) -> None:
    assert_refused_in_a_sentence_or_priced(partial(priced, bill))
