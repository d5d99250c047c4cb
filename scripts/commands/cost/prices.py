"""`miyabi cost prices refresh`: the price books against AWS's price list, shown before they are written."""

from __future__ import annotations

import json
import sys
import time
from itertools import groupby
from typing import TYPE_CHECKING

from cost.money import plain
from cost.pricebook import PRICES
from cost.refresh import BookBroken, Books, Folder, ListUnreachable, PriceListApi, refresh
from cost.refresh.changes import Kind, document
from cost.units import called
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from cost.pricebook import Tier
    from cost.refresh import Refreshed
    from cost.refresh.changes import Change
    from cost.refresh.sources import Source

QUIET, QUIET_IN_A_LOG = 1.0, 15.0
"""Seconds that may pass before somebody hears of progress, at a terminal and elsewhere."""
NAMED = 4
"""Members of a family that a line of the table names."""


def run(  # noqa: PLR0913  # the options of the command, one each
    regions: Sequence[str] = (),
    *,
    downloaded: Path | None = None,
    accept_jumps: bool = False,
    dry_run: bool = False,
    yes: bool = False,
    output: str = "table",
    folder: Path = PRICES,
    source: Source | None = None,
    ask: Callable[[str], bool] | None = None,
) -> Exit:
    """Refresh the named books (all when none is named); returns the exit code.

    Args:
        regions: Names of books.
        downloaded: A folder with files of AWS's price list, instead of asking AWS.
        accept_jumps: Take prices that more than doubled or halved.
        dry_run: Show what would change, and write nothing.
        yes: Write without asking.
        output: `table` or `json`.
        folder: Where the books are.
        source: AWS's price list; left out, the downloaded files or AWS itself.
        ask: Puts a question to a person; None where there is nobody to ask.

    """
    books = Books.of(folder)
    names = books.named(regions)
    try:
        origin = source or (Folder(downloaded) if downloaded else PriceListApi.connect())
        refreshed = [
            refresh(books, name, origin, accept_jumps=accept_jumps, tell=Progress()) for name in names
        ]
    except ListUnreachable as error:
        talk(f"miyabi: {error}; nothing was written")
        return Exit.NO_ACCESS
    except BookBroken as error:
        talk(f"miyabi: {error}")
        return Exit.RULE_BROKEN
    show(_as_json(refreshed) if output == "json" else "\n".join(_table(refreshed)))
    return _write(books, refreshed, dry_run=dry_run, yes=yes, ask=ask)


def _write(
    books: Books,
    refreshed: Sequence[Refreshed],
    *,
    dry_run: bool,
    yes: bool,
    ask: Callable[[str], bool] | None,
) -> Exit:
    differing = [each.region for each in refreshed if books.differs(each)]
    if not differing:
        talk("the price books say what AWS lists; there is nothing to write")
        return Exit.DONE
    if dry_run:
        talk(f"nothing was written (--dry-run); {_count(len(differing), 'book')} would change")
        return Exit.DONE
    if not yes and ask is None:
        talk("miyabi: nothing was written: there is nobody to ask; write --yes, or --dry-run to look only")
        return Exit.WRONG_INPUT
    if not yes and ask and not ask(f"Write {_count(len(differing), 'book')} to {books.folder}?"):
        talk("nothing was written")
        return Exit.DONE
    written = books.write(refreshed)
    talk(f"written: {', '.join(path.name for path in written)}")
    return Exit.DONE


class Progress:
    """Tells from time to time how far the reading is."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, say: Callable[[str], None] = talk
    ) -> None:
        self._clock, self._say, self._last = clock, say, clock()
        self._quiet = QUIET if sys.stderr.isatty() else QUIET_IN_A_LOG

    def __call__(self, title: str, count: int) -> None:
        """Say how many prices of an offer were found so far, if it is time to say something."""
        now = self._clock()
        if now - self._last >= self._quiet:
            self._last = now
            self._say(f"{title}, {_count(count, 'price')} found")


def _as_json(refreshed: Iterable[Refreshed]) -> str:
    books = [document(each.region, each.changes, each.not_looked_for) for each in refreshed]
    return json.dumps({"books": books}, indent=2, ensure_ascii=False)


def _table(refreshed: Iterable[Refreshed]) -> Iterator[str]:
    """Each book in one sentence, and under it what is not as it was, one line a price."""
    for each in refreshed:
        counts = {kind: sum(change.kind == kind for change in each.changes) for kind in Kind}
        told = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
        yield f"{each.region}: {told or 'nothing found'}; {len(each.not_looked_for):,} not looked for"
        for kind in Kind:
            if kind != Kind.UNCHANGED:
                yield from _lines(kind, [change for change in each.changes if change.kind == kind])


def _lines(kind: Kind, changes: Iterable[Change]) -> Iterator[str]:
    for (family, reason), group in groupby(changes, lambda change: (_together(change), change.reason)):
        members = list(group)
        if family and len(members) > 1:
            yield f"  {kind:9}{family}: {len(members)} members ({_some(members, family)}){_because(reason)}"
        else:
            yield from (f"  {kind:9}{change.name}: {_told(change)}{_because(reason)}" for change in members)


def _together(change: Change) -> str:
    """The family under which a change is told with others: new and gone members, which may be hundreds."""
    return change.family if change.kind in {Kind.NEW, Kind.GONE} else ""


def _some(members: Sequence[Change], family: str) -> str:
    names = [change.name.removeprefix(family.rstrip("*")) for change in members]
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def _told(change: Change) -> str:
    rates = " → ".join(_rates(tiers) for tiers in (change.old, change.new) if tiers)
    percent = "" if change.percent is None else f" ({change.percent:+} %)"
    return f"{rates} USD per {called(change.unit, 1)}{percent}"


def _rates(tiers: Iterable[Tier]) -> str:
    return " / ".join(
        plain(tier.usd) if tier.up_to is None else f"{plain(tier.usd)} to {tier.up_to:,}" for tier in tiers
    )


def _because(reason: str) -> str:
    return f"; kept as it is: {reason}" if reason else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
