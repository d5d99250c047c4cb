"""A diagnosis on a page that a tired person can read: what it is, how that is known, what to do."""

from __future__ import annotations

import io
import sys
import textwrap
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.console import Console
from rich.text import Text

from ops.doctor.answer import Verdict
from ops.doctor.diagnosing import State
from ops.doctor.lasting import left_alone
from ops.doctor.sign import Sign
from ops.log_lines import escaped
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ops.doctor.diagnosing import Diagnosis, Finding

WIDTH: Final = 110
"""Columns where nobody says how wide it may be."""
NARROWEST: Final = 30
LABEL: Final = 10
"""Columns of what stands in front of each line."""
STYLES: Final = {State.HEALTHY: "bold green", State.FAULTY: "bold red", State.UNDECIDED: "bold magenta"}
RAN: Final = {
    True: "the function ran",
    False: "the function did not run",
    None: "whether the function ran is not known",
}
BODY: Final = 200


class Row(NamedTuple):
    """A label and its text; a command is never folded, since it is copied."""

    label: str
    text: str
    style: str = ""
    is_command: bool = False


def draw(environment: str, diagnosis: Diagnosis, *, every: bool = False) -> None:
    """Print the page, in colours where there is a terminal that takes them."""
    draw_lines(lambda width: page_of(environment, diagnosis, every=every, width=width))


def draw_lines(lines: Callable[[int], Iterable[Text]]) -> None:
    """Print the lines of a page, which know how wide it is."""
    page, terminal = io.StringIO(), Console(file=sys.stdout)
    console = Console(
        file=page,
        force_terminal=terminal.is_terminal,
        color_system=terminal.color_system if terminal.is_terminal else None,  # type: ignore[arg-type]  # its own
        no_color=terminal.no_color,
        width=terminal.width if terminal.is_terminal else max(terminal.width, WIDTH),
        highlight=False,
    )
    for line in lines(console.width):
        console.print(line, soft_wrap=True)
    show("\n".join(line.rstrip() for line in page.getvalue().splitlines()))


def page_of(
    environment: str, diagnosis: Diagnosis, *, every: bool = False, width: int = WIDTH
) -> Iterator[Text]:
    """The lines of the page, from top to bottom."""
    yield Text.assemble((environment, "bold"), " ", (_headline(diagnosis), STYLES[diagnosis.state]))
    yield Text()
    for row in (*_asked(diagnosis), *_cause(diagnosis)):
        yield from lines_of(row, width)
    for head, findings, with_mending in _groups(diagnosis, every=every):
        if findings:
            listed = (row for each in findings for row in _listed(diagnosis, each, with_mending))
            yield from section(head, listed, width)
    if diagnosis.refused:
        yield from section("Not seen", (Row("", each) for each in dict.fromkeys(diagnosis.refused)), width)
    yield Text()
    yield from (Text(line, "dim") for line in textwrap.wrap(_last_line(diagnosis), max(width, NARROWEST)))


def section(head: str, rows: Iterable[Row], width: int) -> Iterator[Text]:
    """A heading after an empty line, and its rows."""
    yield Text()
    yield Text(head, "bold")
    for row in rows:
        yield from lines_of(row, width)


def lines_of(row: Row, width: int) -> Iterator[Text]:
    """A label and its text, folded into what is beside it."""
    told, room = escaped(row.text), max(width - LABEL, NARROWEST)
    folded = [told]
    if not row.is_command:
        folded = textwrap.wrap(told, room, break_on_hyphens=False, break_long_words=False) or [""]
    for place, line in enumerate(folded):
        yield Text.assemble(("" if place else row.label).ljust(LABEL), (line, row.style))


def _headline(diagnosis: Diagnosis) -> str:
    if diagnosis.cause is not None:
        return f"is faulty: {diagnosis.cause.id}"
    if diagnosis.state is State.HEALTHY:
        if diagnosis.layers:
            return f"is healthy, as far as {' and '.join(diagnosis.layers)} goes"
        return "is healthy, as far as health can tell" if diagnosis.caveats else "is healthy"
    if diagnosis.symptom.sign is None:
        return "can't be asked, and nothing decides why"
    if diagnosis.symptom.sign is Sign.WELL:
        failed = any(each.answer.worries for each in diagnosis.findings)
        return "answers, and " + ("has failed lately" if failed else "not all of it could be seen")
    return "fails, and nothing decides why"


def _asked(diagnosis: Diagnosis) -> Iterator[Row]:
    """What the request came to."""
    symptom, reply = diagnosis.symptom, diagnosis.symptom.reply
    if reply is None:
        yield Row("asked", f"nothing: {symptom.unasked}")
        return
    yield Row("asked", f"{reply.url}, which led to {reply.landed}" if reply.landed else reply.url)
    if reply.status is None:
        yield Row("got", f"no answer in {reply.seconds:.1f} s: {reply.failure} ({reply.detail})")
        return
    body = " ".join(reply.body.split())[:BODY]
    yield Row("got", f"{reply.status} {body}" + (f" in {reply.seconds:.2f} s" if reply.seconds else ""))
    if diagnosis.state is not State.HEALTHY:
        yield Row("", f"{symptom.sign}; {RAN[symptom.ran]}")
    if symptom.well_before:
        yield Row("", f"{symptom.well_before} before it were well: it comes and goes")
    for place, caveat in enumerate(diagnosis.caveats):
        yield Row("" if place else "but", caveat)


def _cause(diagnosis: Diagnosis) -> Iterator[Row]:
    """The root cause: its id, how it is known, and how it is mended."""
    cause = diagnosis.cause
    if cause is None:
        return
    yield Row("", "")
    yield Row("cause", f"{cause.id} {cause.check.fault.title}", "bold")
    yield Row("because", cause.answer.because)
    yield from _mending(cause)
    yield from _lasting(diagnosis, cause)


def _lasting(diagnosis: Diagnosis, finding: Finding) -> Iterator[Row]:
    """That a deployment alone would mend nothing: once on the page, under the first that it is true of."""
    told = (cause for cause in (diagnosis.cause, *diagnosis.next, *diagnosis.others) if cause is not None)
    first = next((each for each in told if left_alone(diagnosis, each)), None)
    if finding is first:
        yield Row("", left_alone(diagnosis, finding))


def _mending(finding: Finding) -> Iterator[Row]:
    answer = finding.answer
    for place, command in enumerate(answer.commands):
        yield Row("" if place else "mend", command, "bold", is_command=True)
    if answer.change:
        yield Row("for good" if answer.commands else "mend", answer.change)
    if not answer.commands and not answer.change:
        yield Row("mend", finding.check.fault.mend)


def _groups(diagnosis: Diagnosis, *, every: bool) -> Iterator[tuple[str, Sequence[Finding], bool]]:
    """A heading, what stands under it, and whether it is told how each is mended."""
    if diagnosis.state is State.UNDECIDED:
        yield "May be the cause; look in this order", diagnosis.undecided, False
    yield "How it shows", diagnosis.consequences, False
    yield "What comes next, once that is mended", diagnosis.next, True
    is_well = diagnosis.symptom.sign is Sign.WELL
    yield "Wrong besides" + ("" if is_well else ", and not why the request failed"), diagnosis.others, True
    yield "Risks, by which nothing fails yet", diagnosis.risks, False
    if every:
        yield "Not known", _answered(diagnosis, Verdict.UNKNOWN), False
        yield "Ruled out", _answered(diagnosis, Verdict.RULED_OUT), False


def _answered(diagnosis: Diagnosis, verdict: Verdict) -> list[Finding]:
    """The findings of that verdict that stand nowhere else on the page."""
    told = diagnosis.undecided if diagnosis.state is State.UNDECIDED else ()
    return [each for each in diagnosis.findings if each.answer.verdict is verdict and each not in told]


def _listed(diagnosis: Diagnosis, finding: Finding, with_mending: bool) -> Iterator[Row]:
    yield Row(finding.id, finding.check.fault.title)
    yield Row("", finding.answer.because)
    if finding.answer.decide:
        yield Row("", f"to decide: {finding.answer.decide}")
    if with_mending:
        for row in (*_mending(finding), *_lasting(diagnosis, finding)):
            yield row._replace(label="")


def _last_line(diagnosis: Diagnosis) -> str:
    counts = {
        verdict: sum(each.answer.verdict is verdict for each in diagnosis.findings) for verdict in Verdict
    }
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return f"{len(diagnosis.findings)} faults were looked for: {told}"
