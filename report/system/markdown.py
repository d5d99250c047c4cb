"""The report as Markdown, for a repository or a ticket; the same facts as on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cost.money import cents
from report.system.markdown_text import code, plain, prose
from report.system.model import Progress, Source
from report.system.pages import MEANINGS, SOURCES, STEPS, groups
from report.system.sizes import size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from report.system.facts import Fact, Row, State, Value
    from report.system.model import Broken, Issue, Report

MARKS: Final = {Progress.BUILT: "built", Progress.COMMAND: "to run", Progress.OPEN: "open, answered by"}
"""What stands between a step and what answers it."""


def to_markdown(report: Report) -> str:
    """All of it."""
    parts = (
        _head,
        _overview,
        _diagram,
        _components,
        _build,
        _issues,
        _cost,
        _migrations,
        _alarms,
        _invariants,
        _steps,
        _files,
        _links,
        _commands,
        _gaps,
    )
    lines = [line for part in parts for line in part(report)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(report: Report) -> Iterator[str]:
    subject = report.subject
    yield f"# {plain(subject.project)}: {plain(subject.name)}, infrastructure status report"
    yield ""
    yield f"**Status**: {_state(report.state)}"
    yield ""
    yield f"- **Date**: {subject.at}"
    yield f"- **Region**: {plain(subject.region)}"
    yield f"- **AWS account**: {plain(subject.account) or 'any'}"
    yield f"- **Facts from**: {SOURCES[subject.source]}"
    yield ""


def _overview(report: Report) -> Iterator[str]:
    yield from ("## Overview", "", "| what | how far | state |", "|---|---|---|")
    for one in report.measures:
        figure = f"{one.figure}, {one.note}" if one.note else one.figure
        state = _state(one.state) if one.state else ""
        yield _row(plain(one.name), "" if state.startswith(plain(figure)) else plain(figure), state)
    yield ""
    if report.subject.source is Source.TEMPLATES and report.subject.environment:
        yield (
            "What is not known from templates says so: "
            + code(f"miyabi report {report.subject.environment} --live")
            + " tells it."
        )
        yield ""


def _diagram(report: Report) -> Iterator[str]:
    if report.drawing:
        yield from ("## Diagram", "", "![The architecture](infrastructure-diagram.svg)", "")
        yield "`infrastructure-diagram.drawio` is the same, to be opened in draw.io."
        yield ""


def _components(report: Report) -> Iterator[str]:
    yield from ("## Deployed components", "")
    for group, rows in groups(report):
        for one in rows:
            yield f"### {plain(one.kind)}: {plain(one.name)}"
            yield ""
            yield f"{plain(group)}. **Status**: {_state(one.state)}"
            yield ""
            yield from (_fact(each, report) for each in one.facts)
            yield ""


def _build(report: Report) -> Iterator[str]:
    if not report.deployment:
        return
    yield from ("## Build and deployment", "")
    for one in report.packages:
        less = round(100 - 100 * one.zipped / one.unzipped) if one.unzipped else 0
        sizes = f"{size(one.zipped)}, from {size(one.unzipped)} unpacked ({less} % less)"
        yield f"- {code(one.file)}: {one.architecture}, {one.runtime}, {sizes}"
    yield ""
    for number, step in enumerate(report.deployment, 1):
        yield f"{number}. {plain(step.text)}: {_state(step.state)}, {code(step.command)}"
    yield ""


def _issues(report: Report) -> Iterator[str]:
    yield from ("## Current issues", "", _state(report.issues.state), "")
    if report.invariants and report.invariants.waived:
        yield from (
            f"Of the templates: {plain(report.invariants.state.sentence)} They stand under Rules.",
            "",
        )
    yield from (_fact(each, report) for each in report.issues.asked)
    yield ""
    for group in report.issues.groups:
        yield from (f"### {plain(group.title)}", "", plain(group.intro), "")
        for issue in group.issues:
            yield from _issue(issue)
        yield ""
    if report.issues.suspicions:
        yield from ("### What the document suspects, by its own facts", "")
        for one in report.issues.suspicions:
            verdict = f"ruled out: else {plain(one.why_not)}" if one.why_not else "may be"
            yield f"- {plain(one.text)} ({', '.join(one.faults)}): {verdict}"
        yield ""


def _issue(issue: Issue) -> Iterator[str]:
    name = f"**{plain(issue.id)}** " if issue.id else ""
    yield f"- {name}{plain(issue.title)} ({plain(issue.state.word)})"
    for word, text in (("", issue.because), ("to decide: ", issue.decide), ("for good: ", issue.change)):
        if text:
            yield f"  - {word}{prose(text)}"
    for command in issue.mend:
        yield f"  - {code(command)}"


def _cost(report: Report) -> Iterator[str]:
    cost = report.cost
    if cost is None and not report.unpriced:
        return
    yield from ("## Cost", "")
    if cost is None:
        yield from (f"There is no bill: {prose(report.unpriced)}.", "")
        return
    yield f"${cents(cost.total)} a month at list price, ${cents(cost.free)} with what is free for everybody."
    yield ""
    if cost.rows:
        yield from (f"Beside {plain(cost.document)}, in USD a month:", "")
        yield from ("| row | document | list price | free tier | why |", "|---|---:|---:|---:|---|")
        for row in cost.rows:
            theirs = "none" if row.theirs is None else cents(row.theirs)
            yield _row(plain(row.name), theirs, cents(row.ours), cents(row.free), prose(row.why))
        theirs = "" if cost.theirs is None else cents(cost.theirs)
        yield _row("**Total**", f"**{theirs}**", f"**{cents(cost.total)}**", f"**{cents(cost.free)}**", "")
    else:
        yield from ("| stack | list price | free tier |", "|---|---:|---:|")
        for name, total, free in cost.stacks:
            yield _row(plain(name), cents(total), cents(free))
        yield _row("**Total**", f"**{cents(cost.total)}**", f"**{cents(cost.free)}**")
    yield ""


def _migrations(report: Report) -> Iterator[str]:
    if not report.migrations.rows:
        return
    yield from ("## Migrations", "", _state(report.migrations.state), "")
    yield from ("| no. | file | size | what for | state |", "|---:|---|---:|---|---|")
    for number, row in enumerate(report.migrations.rows, 1):
        yield _row(str(number), code(row.file), size(row.size), prose(row.purpose), plain(row.state.word))
    yield ""


def _alarms(report: Report) -> Iterator[str]:
    yield from ("## Alarms", "", _state(report.alarms.state), "")
    if report.alarms.rows:
        yield from ("| alarm | state | metric | rings at | what to do |", "|---|---|---|---|---|")
        for row in report.alarms.rows:
            yield _row(*map(plain, (row.name, row.state.word, row.metric, row.rings)), prose(row.todo))
        yield ""


def _invariants(report: Report) -> Iterator[str]:
    rules = report.invariants
    if rules is None:
        return
    yield from ("## Rules", "")
    yield f"{rules.kept} of {rules.total} rules of the house are kept everywhere. {_state(rules.state)}"
    yield ""
    for title, rows in (("Broken", rules.broken), ("Accepted, with a reason", rules.waived)):
        if rows:
            yield from (f"### {title}", "", "| rule | where | why | review by |", "|---|---|---|---|")
            yield from map(_rule, rows)
            yield ""


def _rule(one: Broken) -> str:
    overdue = " (overdue)" if one.is_expired else ""
    review = f"{one.review_by or 'at once'}{overdue}"
    return _row(
        f"{plain(one.rule)}: {prose(one.sentence)}", code(one.where), prose(one.reason or one.found), review
    )


def _steps(report: Report) -> Iterator[str]:
    if not report.subject.environment:
        return
    yield from ("## Next steps", "", f"{STEPS} {MEANINGS}", "")
    for group in report.steps:
        yield from (f"### {plain(group.title)}", "")
        for step in group.steps:
            mark = "x" if step.progress is Progress.BUILT else " "
            yield f"- [{mark}] {plain(step.text)}: {MARKS[step.progress]}: {prose(step.by)}"
        yield ""


def _files(report: Report) -> Iterator[str]:
    if report.files:
        yield from ("## Configuration files", "", "| where | made by | what it is |", "|---|---|---|")
        for row in report.files:
            yield _row(code(row.name), _value(row.value, report), prose(row.note))
        yield ""


def _links(report: Report) -> Iterator[str]:
    yield from ("## Quick links", "")
    for row in report.links:
        path = f" ({code(row.note)})" if row.note and not row.value.is_known else ""
        yield f"- {plain(row.name)}: {_value(row.value, report)}{path}"
    yield ""


def _commands(report: Report) -> Iterator[str]:
    yield from ("## Monitoring", "")
    yield from (_command(row) for row in report.commands)
    yield ""


def _command(row: Row) -> str:
    return f"- {plain(row.name)}: {code(row.value.text)}"


def _gaps(report: Report) -> Iterator[str]:
    if not report.gaps:
        return
    yield from ("## Not known", "", "| of | what | what tells it |", "|---|---|---|")
    for gap in report.gaps:
        yield _row(plain(gap.where), plain(gap.fact), plain(gap.source))


def _fact(fact: Fact, report: Report) -> str:
    return f"- **{plain(fact.name)}**: {', '.join(_value(one, report) for one in fact.values)}"


def _value(value: Value, report: Report) -> str:
    if not value.is_known:
        why = "not known from templates" if report.subject.source is Source.TEMPLATES else "not known"
        return f"{why}: {code(value.source)} tells it"
    shown = code(value.text) if value.is_code else plain(value.text)
    return f"[{shown}](<{value.link.replace('<', '%3C').replace('>', '%3E')}>)" if value.link else shown


def _state(state: State) -> str:
    sentence = f": {prose(state.sentence)}" if state.sentence else ""
    return f"{plain(state.word)}{sentence}"


def _row(*cells: Sequence[str] | str) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"
