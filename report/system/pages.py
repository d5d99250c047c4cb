"""The report as one page that needs nothing else."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from cost.money import cents
from ops.status.part import Standing
from report.page.rendering import Entry, Page, render, templates
from report.system.model import Source
from report.system.sizes import size
from report.system.states import PROGRESS

if TYPE_CHECKING:
    from report.system.facts import Component, Item
    from report.system.model import Report

HERE: Final = Path(__file__).parent
SOURCES: Final = {
    Source.TEMPLATES: "the templates alone",
    Source.ACCOUNT: "the account",
    Source.TWIN: "a twin on this machine",
}
"""What the facts are from, in words."""
STEPS: Final = "Those of the status report of 2025-11-26."
MEANINGS: Final = (
    "What is built stands in the templates. What is to run is a command; whether it was run is not known."
)
"""How far a step can be, in words."""


def to_html(
    report: Report, bill: Markup | None = None, styles: tuple[str, ...] = (), scripts: tuple[str, ...] = ()
) -> str:
    """The page; `bill` is the cost page's part, with its styles and scripts."""
    found = templates(HERE)
    given = {
        "report": report,
        "groups": groups(report),
        "inventory": inventory(report),
        "unnamed": UNNAMED,
        "live": report.subject.source is not Source.TEMPLATES,
        "applied": any(one.state.standing is not Standing.UNASKED for one in report.migrations.rows),
        "bill": bill,
        "cents": cents,
        "steps": f"{STEPS} {MEANINGS}",
        "badges": PROGRESS,
        "size": size,
        "source": SOURCES[report.subject.source],
    }
    parts = {
        name: Markup(found.get_template(f"{name}.html.j2").render(given))  # noqa: S704  (templates escape)
        for name in ("header", "report", "footer")
    }
    style = (HERE / "report.css").read_text(encoding="utf-8")
    return render(
        Page(
            title=f"{report.subject.name} · {report.subject.project}",
            header=parts["header"],
            main=parts["report"],
            contents=contents(report),
            footer=parts["footer"],
            styles=(style, *styles),
            scripts=scripts,
        )
    )


def cost_page(report: Report, bill: Markup, styles: tuple[str, ...], scripts: tuple[str, ...]) -> str:
    """The cost page alone: the same head, and the bill."""
    found = templates(HERE)
    given = {"report": report, "source": SOURCES[report.subject.source]}
    header, footer = (
        Markup(found.get_template(f"{name}.html.j2").render(given))  # noqa: S704  (templates escape)
        for name in ("cost_header", "footer")
    )
    style = (HERE / "report.css").read_text(encoding="utf-8")
    return render(
        Page(
            title=f"What {report.subject.name} costs · {report.subject.project}",
            header=header,
            main=Markup('<div class="sections">{}</div>').format(bill),
            footer=footer,
            styles=(style, *styles),
            scripts=scripts,
        )
    )


def groups(report: Report) -> list[tuple[str, list[Component]]]:
    """Components by their groups, in the order in which the first of each comes."""
    found: dict[str, list[Component]] = {}
    for one in report.components:
        found.setdefault(one.group, []).append(one)
    return list(found.items())


def inventory(report: Report) -> list[tuple[str, str, list[Item]]]:
    """Resources by stack and type."""
    kinds = groupby(report.items, key=lambda one: (one.stack, one.type))
    return [(stack, kind, list(rows)) for (stack, kind), rows in kinds]


def contents(report: Report) -> tuple[Entry, ...]:
    """The sections, each with its state where that is one to look at."""
    states = {
        "issues": report.issues.state,
        "migrations": report.migrations.state,
        "alarms": report.alarms.state,
        "invariants": report.invariants.state if report.invariants else None,
    }
    there = {
        "diagram": bool(report.drawing),
        "build": bool(report.deployment),
        "cost": report.cost is not None or bool(report.unpriced),
        "migrations": bool(report.migrations.rows),
        "invariants": report.invariants is not None,
        "steps": bool(report.subject.environment),
        "files": bool(report.files),
        "unknown": bool(report.gaps),
    }
    entries = []
    for anchor, title in SECTIONS:
        if there.get(anchor, True):
            state = states.get(anchor)
            if state and state.standing is Standing.UNASKED:
                state = None  # what is not known is told where it belongs; here it would be noise
            entries.append(
                Entry(anchor, title, state.standing.value, state.word) if state else Entry(anchor, title)
            )
    return tuple(entries)


UNNAMED: Final = frozenset({"AWS::ApiGatewayV2::Route", "AWS::SSM::Parameter"})
"""Types whose ids nobody looks for; `--format json` has them."""
SECTIONS: Final = (
    ("overview", "Overview"),
    ("diagram", "Diagram"),
    ("components", "Components"),
    ("build", "Build and deployment"),
    ("issues", "Current issues"),
    ("cost", "Cost"),
    ("migrations", "Migrations"),
    ("alarms", "Alarms"),
    ("invariants", "Rules"),
    ("steps", "Next steps"),
    ("files", "Configuration"),
    ("links", "Quick links"),
    ("commands", "Monitoring"),
    ("unknown", "Not known"),
)
"""Id and title of each, in their order."""
