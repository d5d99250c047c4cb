"""Writes the report of a system, from templates alone or from its account."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from cost import CostError
from report.system.markdown import to_markdown
from report.system.model import Source
from report.system.pages import cost_page, to_html
from report.system.reporting import report_of
from scripts.commands.cost.targets import find
from scripts.commands.report.billing import bill_page
from scripts.commands.report.drawing import beside, drawn, inline
from scripts.commands.report.gathering import bill, given, is_environment
from scripts.commands.report.writing import write
from scripts.ending import ended
from scripts.errors import ProgramError
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from report.architecture.drawing import Drawing
    from report.system.model import Report
    from report.system.reporting import Given

BUILD: Final = Path("build/report")


class NothingToAsk(ProgramError):
    """An account is to be asked about what is no environment."""

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(
            f"{word} is no environment, so there is no account to ask; leave out --live, or name one"
        )


class NotTogether(ProgramError):
    """Two options of which one would be passed over."""

    def __init__(self, option: str, other: str, remedy: str) -> None:
        self.option, self.other = option, other
        super().__init__(f"{option} and {other} don't go together; {remedy}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    word: str
    live: bool = False
    address: str | None = None
    migrations: bool = True
    only: str | None = None
    output: Path | None = None
    form: str = "both"
    as_of: date | None = None


def run(wish: Wish, *, as_json: bool = False) -> int:
    """Write it; returns the exit code."""
    return ended(lambda: _run(wish, as_json=as_json), as_json=as_json)


def _require_possible(wish: Wish) -> None:
    """Refuse what would be passed over; raises NotTogether or NothingToAsk."""
    if wish.only and wish.live:
        raise NotTogether("--only cost", "--live", "the bill is of the templates: leave out --live")
    if wish.only and wish.form == "json":
        remedy = "`miyabi cost ENV --json` prints the bill as data"
        raise NotTogether("--only cost", "--format json", remedy)
    if wish.address and not wish.live:
        raise NotTogether("--api-address", "a report of templates", "add --live")
    if wish.live and not is_environment(wish.word):
        raise NothingToAsk(wish.word)


def _run(wish: Wish, *, as_json: bool) -> int:
    _require_possible(wish)
    day = wish.as_of or datetime.now(UTC).date()
    found = given(wish.word, day)
    if wish.live:
        found = _lived(found, wish)
    drawing, made = _made(found)
    if wish.form == "json":
        show(json.dumps(made.document(), indent=2, ensure_ascii=False))
        return Exit.DONE
    folder = wish.output or BUILD / folder_of(found.name) / (wish.only or "")
    if wish.only == "cost":
        texts = _cost_alone(made, found, wish, day)
    else:
        texts = files(made, wish.word, day, wish.form) | beside(drawing)
    _tell(made, write(folder, texts), as_json=as_json)
    return Exit.DONE


def write_report(found: Given, word: str, folder: Path) -> list[Path]:
    """Write all files of a report; raises ResultUnwritable."""
    drawing, made = _made(found)
    return write(folder, files(made, word, datetime.now(UTC).date()) | beside(drawing))


def files(made: Report, word: str, day: date, form: str = "both") -> dict[str, str]:
    """The page and the Markdown of a report by their names."""
    texts = {}
    if form in ("both", "html"):
        texts["index.html"] = _page(made, word, day)
    if form in ("both", "markdown"):
        texts["report.md"] = to_markdown(made)
    return texts


def _page(made: Report, word: str, day: date) -> str:
    """The page, with the cost page's part where there is one."""
    if made.cost is None:
        return to_html(made)
    try:
        bill = bill_page(word, day)
    except CostError as error:
        return to_html(replace(made, unpriced=str(error)))
    return to_html(made, bill.section, (bill.style,), (bill.script,))


def folder_of(name: str) -> str:
    """A name as that of a folder: of a file or a path, its last part."""
    return Path(name).name or "system"


def _made(found: Given) -> tuple[Drawing, Report]:
    """The report, with the diagram in it."""
    drawing = drawn(found.deployment, found.diagnosis, is_live=found.observed is not None)
    return drawing, report_of(replace(found, drawing=Markup(inline(drawing))))  # noqa: S704  (our own SVG)


def _cost_alone(made: Report, found: Given, wish: Wish, day: date) -> dict[str, str]:
    """The cost page, and the bill as Markdown; raises CostError."""
    from cost.sheet import to_markdown as bill_as_markdown

    texts = {}
    if wish.form in ("both", "html"):
        page = bill_page(wish.word, day)
        texts["index.html"] = cost_page(made, page.section, (page.style,), (page.script,))
    if wish.form in ("both", "markdown"):
        texts["cost.md"] = bill_as_markdown([found.estimate or bill(find(wish.word), day)]) + "\n"
    return texts


def _tell(made: Report, paths: list[Path], *, as_json: bool) -> None:
    if as_json:
        state = {"report": made.subject.name, "state": made.state.standing.value, "word": made.state.word}
        show(json.dumps(state | {"files": [str(path) for path in paths]}, indent=2, ensure_ascii=False))
    else:
        show("\n".join(str(path) for path in paths))


def _lived(found: Given, wish: Wish) -> Given:
    """What the account says besides; raises AccessError."""
    from ops.doctor.diagnosing import diagnose
    from ops.doctor.evidence.whole import Evidence
    from ops.doctor.reading import Reading
    from ops.live import Live
    from scripts.commands.report.asking import asked
    from stacks.loading import load_environment

    environment = load_environment(wish.word)
    talk(f"asking AWS about {environment.name} in {environment.region}")
    diagnosis = diagnose(Evidence(Reading(environment), address=wish.address))
    return asked(
        found,
        Live(environment),
        diagnosis,
        Source.ACCOUNT,
        address=wish.address,
        with_migrations=wish.migrations,
    )
