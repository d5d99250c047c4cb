"""Templates that make no sense are refused in a sentence, or priced: machines, networks, containers."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given

from tests.cost.nonsense import assert_refused_in_a_sentence_or_priced, priced, spoiled_bills

BILLS = json.loads((Path(__file__).parents[1] / "worked_bills" / "compute.json").read_text("utf-8"))


@given(spoiled_bills(BILLS))
def test_nonsense_is_refused_in_a_sentence_or_priced(bill: dict[str, Any]) -> None:
    assert_refused_in_a_sentence_or_priced(partial(priced, bill))
