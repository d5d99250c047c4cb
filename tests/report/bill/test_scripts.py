"""The page's program works out bills as `miyabi cost` does; held against it in Node.js where that is."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from cost import FreeTier
from cost.money import cents, plain
from cost.what_if import document
from report.bill import script
from report.bill.page import HERE
from scripts.commands.cost.kept import environments
from tests.report.bill.pages import bill

if TYPE_CHECKING:
    from pathlib import Path

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed: the page's program is not held")
POINTS = 40
LARGEST = Decimal("1e20")
"""No bill is larger."""
SEED = 20_251_126
TOTALS = """
const { bills, points } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const found = bills.map((data, place) => {
  const bill = prepared(data);
  return points[place].map((figures) => {
    const numbers = Object.fromEntries(Object.entries(figures).map(([name, text]) => [name, decimal(text)]));
    return Object.keys(data.allowances).map((mode) => {
      const { total } = billOf(bill, numbers, mode);
      return [plain(total), cents(total)];
    });
  });
});
console.log(JSON.stringify(found));
"""
SUMS = """
const { numbers } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const sizeless = (number) => (number.units < 0n ? negated(number) : number);
const told = (number) => (sizeOf(number.units) + number.places > 20 ? "" : cents(sizeless(number)));
console.log(JSON.stringify(numbers.map((pair) => {
  const [one, other] = pair.map(decimal);
  return [
    ...[added, subtracted, multiplied, divided].map((operation) => plain(operation(one, other))),
    plain(ceiling(one)), told(one), compared(one, other),
  ];
})));
"""


def run(program: str, given: Any) -> Any:
    """What a program prints that is put after the page's arithmetic and formulas."""
    parts = [(HERE / name).read_text(encoding="utf-8") for name in ("arithmetic.js", "formulas.js")]
    done = subprocess.run(
        [str(NODE), "-e", "\n".join(("'use strict';", *parts, program))],
        input=json.dumps(given), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "" == done.stderr
    return json.loads(done.stdout)


def month(chance: random.Random, name: str) -> dict[str, Decimal]:
    """Figures of any size within their ranges."""
    found = bill(name).what_if
    assert found is not None
    figures = {}
    for each in found.offered:
        wild = Decimal(chance.randrange(10**9)).scaleb(chance.randrange(-9, 3))
        number = chance.choice((found.now[each.name], Decimal(0), wild))
        figures[each.name] = min(number, each.range.high)
    return figures


def test_hundreds_of_months_cost_what_they_cost_here_to_the_last_digit() -> None:
    chance = random.Random(SEED)  # noqa: S311  (points to look at, no secret)
    names = environments()
    months = [[month(chance, name) for _ in range(POINTS)] for name in names]
    what_ifs = [found for name in names if (found := bill(name).what_if) is not None]

    found = run(
        TOTALS,
        {
            "bills": [json.loads(json.dumps(document(each))) for each in what_ifs],
            "points": [[{key: plain(of[key]) for key in of} for of in each] for each in months],
        },
    )

    expected = [
        [_totals(what_if.month(**figures)) for figures in each]
        for what_if, each in zip(what_ifs, months, strict=True)
    ]
    assert len(names) == len(what_ifs)
    assert expected == found


def _totals(of: Any) -> list[list[str]]:
    return [[plain(of.total(mode)), cents(of.total(mode))] for mode in FreeTier]


def test_its_decimals_are_ours() -> None:
    chance = random.Random(SEED)  # noqa: S311  (as above)
    pairs = [(_number(chance), _number(chance) or Decimal(3)) for _ in range(500)]
    pairs += [
        (Decimal("0.005"), Decimal(1)),
        (Decimal("1.005"), Decimal(7)),
        (Decimal(-1) / 3, Decimal("-0.5")),
    ]

    expected = [
        [
            *(plain(number + 0) for number in (one + other, one - other, one * other, one / other)),
            plain(one.to_integral_value("ROUND_CEILING") + 0),
            cents(abs(one)) if abs(one) < LARGEST else "",
            (one > other) - (one < other),
        ]
        for one, other in pairs
    ]

    found = run(SUMS, {"numbers": [[plain(one), plain(other)] for one, other in pairs]})
    assert expected == found


def _number(chance: random.Random) -> Decimal:
    digits = chance.choice((1, 5, 15, 28))
    return Decimal(chance.randrange(-(10**digits), 10**digits)).scaleb(chance.randrange(-20, 8))


TYPED = """
const { texts } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const read = (text) => { try { return plain(typed(text)); } catch { return null; } };
console.log(JSON.stringify(texts.map(read)));
"""


def test_a_number_is_read_as_it_is_meant_or_not_at_all() -> None:
    """A comma before decimals would make ten times as much of it: it is refused."""
    meant = {
        "1,000": "1000", "1,000,000.5": "1000000.5", "5_000_000": "5000000", "1\u202f000\u00a0000": "1000000",
        "1e9": "1000000000", " .5 ": "0.5", "-5": "-5", "-0": "0", "1e-7": "0.0000001",
        "1,5": None, "0,5": None, "1,00": None, "1.000,5": None, "1.000.000": None, "1,000e3": None,
        "abc": None, "": None, ".": None, "1e": None, "0x10": None, "NaN": None, "Infinity": None,
    }  # fmt: skip

    assert [*meant.values()] == run(TYPED, {"texts": [*meant]})


def test_the_whole_program_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "page.js"
    file.write_text(script(), encoding="utf-8")

    done = subprocess.run([str(NODE), "--check", str(file)], capture_output=True, text=True, check=False)

    assert ("", 0) == (done.stderr, done.returncode)
