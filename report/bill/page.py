"""The cost page as a fragment of HTML, with the style and the script that belong to it."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from cost import FreeTier
from cost.free_tier import WORDS
from cost.lines import total
from cost.money import cents
from cost.sweeping.wording import largest, outcome
from cost.table import assumptions, left_out
from cost.what_if import document
from report.bill.amounts import CLASSES, LABELS, SHOWN, ByMode, by_mode, dollars, in_modes, large, signed
from report.bill.lines import lines_table
from report.bill.moving import moved
from report.bill.plot import NARROW, WIDE, Plot, Series, marks_of
from report.bill.shares import bars_by, called, comparing, percent
from report.page.rendering import script_json, templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cost.sweeping import Sweep
    from cost.what_if import WhatIf
    from report.bill.bill import Bill, Compared

HERE: Final = Path(__file__).parent
NOTHING: Final = Decimal(0)
MOST_SOURCES: Final = 30
"""So many sources are shown while they are pointed at; beyond, their numbers lead to the list alone."""
SHOWN_SOURCE: Final = (
    "{ position: fixed; inset: auto calc(var(--space) * 4) calc(var(--space) * 4); z-index: 3; "
    "max-width: 60rem; margin-inline: auto; padding: calc(var(--space) * 3) calc(var(--space) * 4); "
    "list-style-position: inside; border: 1px solid var(--line); border-left: 4px solid var(--accent); "
    "border-radius: var(--radius); background: var(--paper); }"
)
OF_ASSUMPTION: Final = ("name", "label", "unit", "now", "low", "high")
SCRIPTS: Final = ("arithmetic.js", "formulas.js", "script.js")


def section(bill: Bill) -> Markup:
    """The sections of the cost page, headings from `<h2>` on; style() and script() belong with them."""
    template = templates(HERE).get_template("bill.html.j2")
    return Markup(template.render(_context(bill)))  # noqa: S704  (the template escapes what it is given)


@cache
def style() -> str:
    """What the sections look like, in the colours and sizes of the shell."""
    return _packed("style.css") + _sources_shown()


def _sources_shown() -> str:
    """A source is shown at the window's foot while its number at a line is pointed at, or has the focus."""
    shown = ",\n".join(
        f'.bill:has([href="#bill-source-{number}"]:is(:hover, :focus-visible)) #bill-source-{number}'
        for number in range(1, MOST_SOURCES + 1)
    )
    return f"@media screen {{\n{shown} {SHOWN_SOURCE}\n}}\n"


@cache
def script() -> str:
    """Filters and the what-if, in a scope of their own; without it the page can be read all the same."""
    return f'(() => {{\n"use strict";\n{"".join(map(_packed, SCRIPTS))}}})();'


def _packed(name: str) -> str:
    """A file of ours without indentation, empty lines and lines that are comments alone."""
    lines = (line.strip() for line in (HERE / name).read_text(encoding="utf-8").splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith(("//", "/*")))


def _context(bill: Bill) -> dict[str, Any]:
    estimate = bill.estimate
    return {
        "bill": bill,
        "estimate": estimate,
        "modes": [(mode.value, LABELS[mode]) for mode in FreeTier],
        "shown": SHOWN.value,
        "labels": by_mode(LABELS.__getitem__),
        "in_words": by_mode(WORDS.__getitem__),
        "totals": in_modes(estimate.total),
        "lows": None if estimate.low is None else in_modes(estimate.low.total),
        "years": in_modes(lambda mode: 12 * estimate.total(mode)),
        "budget": _budget(bill),
        "services": bars_by(estimate, "service"),
        "stacks": bars_by(estimate, "stack"),
        "table": lines_table(estimate),
        "growths": [_growth(sweep, bill.budget) for sweep in bill.growth.sweeps],
        "choices": _choices(bill.growth.sweeps),
        "comparing": comparing(bill.others) if bill.others else None,
        "documents": [_document(each) for each in bill.documents],
        "moved": moved(bill.what_if) if bill.what_if else (),
        "what_if": bill.what_if and script_json(_what_if(bill.what_if)),
        "assumptions": list(assumptions(estimate)),
        "left_out": list(left_out(estimate)),
        "large": large,
    }


def _budget(bill: Bill) -> dict[str, Any] | None:
    """The bar of the total beside the budget: lengths in percent of the longer of the two."""
    if bill.budget is None:
        return None
    usd, total_of = bill.budget, bill.estimate.total
    longest = max(usd, *map(total_of, FreeTier))
    return {
        "usd": dollars(usd),
        "at": percent(usd, longest),
        "lengths": by_mode(lambda mode: percent(total_of(mode), longest)),
        "over": by_mode(lambda mode: percent(max(total_of(mode) - usd, NOTHING), longest)),
        "shares": by_mode(lambda mode: f"{percent(total_of(mode), usd)} % of"),
    }


def _growth(sweep: Sweep, budget: Decimal | None) -> dict[str, Any]:
    marks, series = marks_of(sweep, budget), Series.of(sweep)
    return {
        "mode": CLASSES[sweep.mode],
        "in_words": WORDS[sweep.mode],
        "plots": [Plot(sweep, series, shape, budget, marks) for shape in (WIDE, NARROW)],
        "marks": marks,
        "points": [
            (large(requests), cents(month.total(sweep.mode)))
            for requests, month in zip(sweep.points, sweep.months, strict=True)
        ],
        "largest": list(largest(sweep)),
    }


def _choices(sweeps: Sequence[Sweep]) -> list[dict[str, Any]]:
    """Every choice, with what comes of it under each mode."""
    return [
        {
            "now": of_modes[0].variant.instead_of,
            "instead": of_modes[0].variant.name,
            "changes": of_modes[0].variant.sentence,
            "differences": ByMode(tuple("" if each.now is None else signed(each.now) for each in of_modes)),
            "outcomes": ByMode(tuple(map(outcome, of_modes))),
        }
        for of_modes in zip(*(sweep.choices for sweep in sweeps), strict=True)
    ]


def _document(compared: Compared) -> dict[str, Any]:
    comparison = compared.comparison
    ours = total(row.ours() for row in comparison.rows)
    return {
        "name": compared.name,
        "document": comparison.document,
        "rows": [
            {
                "name": row.name,
                "theirs": None if row.theirs is None else cents(row.theirs),
                "list": cents(row.ours()),
                "ours": in_modes(row.ours),
                "difference": signed(row.difference),
                "why": row.why,
            }
            for row in comparison.rows
        ],
        "theirs": cents(comparison.total),
        "list": cents(ours),
        "ours": in_modes(lambda mode: total(row.ours(mode) for row in comparison.rows)),
        "difference": signed(ours - comparison.total),
    }


def _what_if(what_if: WhatIf) -> dict[str, Any]:
    """The data of the what-if as far as the page needs it, with what it calls the services."""
    data = document(what_if)
    return {key: data[key] for key in ("digits", "steps", "resources", "root")} | {
        "assumptions": [{key: each[key] for key in OF_ASSUMPTION} for each in data["assumptions"]],
        "lines": [{"price": line["price"]} for line in data["lines"]],
        "prices": [
            {"service": called(price["service"]), "pool": price["pool"], "tiers": price["tiers"]}
            for price in data["prices"]
        ],
        "allowances": {
            mode: [{"quantity": each["quantity"], "lines": each["lines"]} for each in found]
            for mode, found in data["allowances"].items()
        },
    }
