"""Hundreds of bills that others worked out, on pages and in golden files: ours are the same.

`worked_bills/` has them as data: resources, usage, region, which free allowances the source took off,
and its amounts. Where the source is known to be wrong, `known_error` says why, `right` what it should be
(where that can be said), and the source's own total must not come out.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cfn import Deployment, Template
from cost import Estimate, FreeTier, UsageFile, estimate
from cost.money import cents

FOLDER = Path(__file__).parent / "worked_bills"
BILLS = [bill for path in sorted(FOLDER.glob("*.json")) for bill in json.loads(path.read_text("utf-8"))]
RIGHT = [bill for bill in BILLS if "known_error" not in bill]
WRONG = [bill for bill in BILLS if "known_error" in bill]
A_DAY = date(2026, 11, 22)


def by_id(bill: dict[str, Any]) -> str:
    """A bill's name in the test's."""
    return str(bill["id"])


def priced(bill: dict[str, Any]) -> Estimate:
    """The bill as we work it out."""
    template = Template("bill", {"Resources": bill["resources"]})
    return estimate(
        Deployment("bill", [template], bill["region"], "123456789012"),
        usage=UsageFile.of(bill.get("usage", {})),
        as_of=date.fromisoformat(bill["as_of"]) if "as_of" in bill else A_DAY,
    )


def mode_of(bill: dict[str, Any]) -> FreeTier:
    """Which allowances the source took off."""
    return FreeTier(bill["free_tier"])


def usd(text: str) -> str:
    """An amount of a source as we print ours."""
    return cents(Decimal(text.replace(",", "")))


def test_there_are_hundreds_of_bills_with_names_of_their_own() -> None:
    assert len(RIGHT) > 250
    assert len(BILLS) == len({bill["id"] for bill in BILLS})


@pytest.mark.parametrize("bill", RIGHT, ids=by_id)
def test_a_bill_comes_out_to_the_cent(bill: dict[str, Any]) -> None:
    expected = bill["expected"]

    found = cents(priced(bill).total(mode_of(bill)))

    assert usd(expected.get("total_unrounded_lines", expected["total"])) == found


@pytest.mark.parametrize("bill", RIGHT, ids=by_id)
def test_every_line_of_a_bill_is_among_ours(bill: dict[str, Any]) -> None:
    """A line of theirs is one of ours, or one tier of one of ours."""
    mode = mode_of(bill)
    lines = priced(bill).lines
    ours = {cents(line.amount(mode)) for line in lines}
    ours |= {cents(part.amount) for line in lines for part in line.parts[mode]}

    assert [] == [line for line in bill["expected"]["lines"] if usd(line["usd"]) not in ours | {"0.00"}]


@pytest.mark.parametrize("bill", WRONG, ids=by_id)
def test_a_known_error_of_others_is_not_made_here(bill: dict[str, Any]) -> None:
    found = cents(priced(bill).total(mode_of(bill)))

    if "right" in bill:
        assert usd(bill["right"]) == found
    else:
        assert usd(bill["expected"]["total"]) != found
