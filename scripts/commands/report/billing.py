"""The cost page's part of a report: priced once, and kept while nothing changes that it hangs on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cost import estimate
from scripts.commands.cost.kept import environments
from scripts.commands.cost.targets import every_environment, find
from scripts.commands.report.keeping import kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from cost import Estimate
    from scripts.commands.cost.targets import Target


@dataclass(frozen=True, slots=True)
class BillPage:
    """The sections of the cost page, with their style and script."""

    section: Markup
    style: str
    script: str


def bill_page(word: str, as_of: date) -> BillPage:
    """What the cost page tells of an environment, beside the others, or of templates; raises CostError."""
    target = find(word)
    found = kept("bill", word, _parts(target, as_of), lambda: _made(word, target, as_of))
    return BillPage(Markup(found["section"]), found["style"], found["script"])  # noqa: S704  (made below)


def _made(word: str, target: Target, as_of: date) -> dict[str, str]:
    from report.bill import Bill, script, section, style

    others = _others(as_of) if word in environments() or word.endswith(".toml") else []
    bill = Bill.of(target.deployment, target.traffic, name=target.name, as_of=as_of, others=others)
    return {"section": str(section(bill)), "style": style(), "script": script()}


def _others(as_of: date) -> list[Estimate]:
    """Every environment, to compare with."""
    return [estimate(one.deployment, one.traffic, name=one.name, as_of=as_of) for one in every_environment()]


def _parts(target: Target, as_of: date) -> Iterator[str]:
    yield as_of.isoformat()
    yield target.name
    yield target.deployment.region
    yield repr(target.traffic)
    bodies: list[Any] = [template.body for template in target.deployment.templates]
    yield json.dumps(bodies, sort_keys=True, default=str)
