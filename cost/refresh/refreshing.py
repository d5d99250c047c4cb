"""A refresh from beginning to end, up to the new books: what to write is decided elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cost.errors import RegionUnknown
from cost.pricebook import EVERYWHERE, PriceBook
from cost.refresh.changes import Change, Kind, compared, refused
from cost.refresh.choosing import Wanted, choose
from cost.refresh.errors import BookBroken, NotTaken
from cost.refresh.finding import Finder, known_skus, queries
from cost.refresh.merging import merged
from cost.refresh.rules import broken
from cost.refresh.selectors import selectors
from cost.refresh.writing import text, write

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from cost.refresh.choosing import Candidate, Found
    from cost.refresh.rules import Broken
    from cost.refresh.selectors import Offer, Selector
    from cost.refresh.sources import Source

    Tell = Callable[[str, int], None]

CLASS = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9-]+$")
"""The class of an instance, `m5.large` or `db.t3.small`."""
FIRST = "us-east-1"
"""The book whose entries are the form of a price that another one lacks."""


@dataclass(frozen=True, slots=True)
class Books:
    """The files of a folder of price books, as they were read."""

    folder: Path
    files: Mapping[str, bytes]

    @classmethod
    def of(cls, folder: Path) -> Books:
        """Read every book of a folder."""
        return cls(folder, {path.stem: path.read_bytes() for path in sorted(folder.glob("*.json"))})

    def named(self, regions: Iterable[str]) -> list[str]:
        """The given books, or all; raises RegionUnknown."""
        names = list(dict.fromkeys(regions)) or list(self.files)
        for name in names:
            if name not in self.files:
                raise RegionUnknown(name, list(self.files))
        return names

    def document(self, region: str) -> dict[str, Any]:
        """A book, read."""
        document: dict[str, Any] = json.loads(self.files[region])
        return document

    def templates(self) -> dict[str, Any]:
        """Entries of all regional books by name, those of the first region before all others."""
        found: dict[str, Any] = {}
        for region in sorted(self.files, key=lambda region: (region != FIRST, region)):
            if region != EVERYWHERE:
                for service, entries in self.document(region)["prices"].items():
                    for key, entry in entries.items():
                        found.setdefault(f"{service}/{key}", entry)
        return found

    def path(self, region: str) -> Path:
        """File of a book."""
        return self.folder / f"{region}.json"

    def write(self, refreshed: Iterable[Refreshed]) -> list[Path]:
        """Write the books that differ from their files, all or none; returns their files."""
        texts = {self.path(each.region): each.text for each in refreshed if self.differs(each)}
        write(texts, {path: self.files[path.stem] for path in texts})
        return list(texts)

    def differs(self, refreshed: Refreshed) -> bool:
        """Whether a refreshed book is another than its file."""
        return refreshed.text.encode() != self.files[refreshed.region]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A book after AWS was asked."""

    region: str
    document: Mapping[str, Any]
    changes: Sequence[Change]
    """What became of each price that was looked for, in the order of names."""
    not_looked_for: Sequence[str]
    """Prices that nothing says how to find, or whose service the source has nothing about."""
    allowances: int = 0
    """Products that say what is free, and were left aside."""

    @property
    def text(self) -> str:
        """The new file."""
        return text(self.document)


@dataclass(slots=True)
class _Search:
    """What was looked for in a book, and what was found."""

    selectors: dict[str, Selector] = field(default_factory=dict)
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)
    allowances: int = 0


def refresh(
    books: Books, region: str, source: Source, *, accept_jumps: bool = False, tell: Tell = lambda *_: None
) -> Refreshed:
    """Ask a source about every price of a book, and return the new book; nothing is written.

    Args:
        books: The folder's books.
        region: Which of them.
        source: AWS's price list.
        accept_jumps: Take prices that more than doubled or halved.
        tell: Called while products are read, with the offer's title and how many it were so far.

    """
    document = books.document(region)
    templates = books.templates()
    old = PriceBook(document)
    search = _search(document, old, source, tell)
    taken: dict[str, tuple[Selector, Found]] = {}
    changes: dict[str, Change] = {}
    for name, selector in _looked_for(search, old):
        found, change = _judged(name, selector, search.candidates.get(name, []), old, templates)
        if change is None:
            continue
        changes[name] = change
        if found and (change.kind != Kind.JUMP or accept_jumps):
            taken[name] = selector, found
    new = _lawful(document, taken, changes, source.title, templates)
    return Refreshed(
        region,
        new,
        [changes[name] for name in sorted(changes)],
        [name for name in old.names() if name not in changes],
        search.allowances,
    )


def _search(document: Mapping[str, Any], old: PriceBook, source: Source, tell: Tell) -> _Search:
    search = _Search()
    known = known_skus(old)
    wanted = selectors(document["region"], document["prices"], document.get("missing", ()))
    for offer, group in by_offer(wanted.values()).items():
        if not source.has(offer):
            continue
        finder = Finder(offer, group, known)
        title = f"{document['region']}: {offer.service}"
        for count, product in enumerate(source.products(offer, queries(group), finder.wants), start=1):
            finder.take(product)
            tell(title, count)
        search.selectors.update({selector.name: selector for selector in group})
        for name, candidates in finder.candidates.items():
            search.candidates.setdefault(name, []).extend(candidates)
        search.allowances += finder.allowances
    return search


def by_offer(wanted: Iterable[Selector]) -> dict[Offer, list[Selector]]:
    """Selectors by the offer in which they look, in their order."""
    groups: dict[Offer, list[Selector]] = {}
    for selector in wanted:
        groups.setdefault(selector.offer, []).append(selector)
    return groups


def _looked_for(search: _Search, old: PriceBook) -> Iterator[tuple[str, Selector]]:
    """Each price of the book that was looked for, and each other that was found, with its selector."""
    names = dict.fromkeys([*old.names(), *search.selectors, *search.candidates])
    for name in names:
        selector = search.selectors.get(name) or _family_of(name, search.selectors)
        if selector and not name.endswith("*"):
            yield name, selector


def _family_of(name: str, known: Mapping[str, Selector]) -> Selector | None:
    """The selector of the family that a price is a member of, the one with the longest name."""
    families = [
        selector
        for key, selector in known.items()
        if selector.member and name.startswith(key.partition("*")[0])
    ]
    return max(families, key=lambda selector: len(selector.key), default=None)


def _judged(
    name: str,
    selector: Selector,
    candidates: Sequence[Candidate],
    old: PriceBook,
    templates: Mapping[str, Any],
) -> tuple[Found | None, Change | None]:
    """What is taken for a price, and what that changes; neither where a price is neither here nor there."""
    before = old.price(name) if old.has(name) else None
    form = templates.get(name) or templates.get(selector.name)
    if before is None and (not candidates or form is None):
        return None, None
    unit = before.unit if before else form["unit"]  # type: ignore[index]
    family = selector.name if selector.member else ""
    tiers = before.tiers if before else ()
    if not candidates:
        return None, Change(Kind.GONE, name, unit, tiers, reason="AWS doesn't list it", family=family)
    try:
        found = choose(candidates, Wanted(unit, _first_free(before, form)))
    except NotTaken as refusal:
        return None, Change(Kind.REFUSED, name, unit, tiers, reason=refusal.reason, family=family)
    return found, compared(name, unit, before, found.tiers, family)


def _first_free(before: Any, form: Mapping[str, Any] | None) -> bool:
    """Whether the first tier of a price costs nothing in the books, and so belongs to it."""
    if before:
        return not before.tiers[0].usd
    return bool(form and form.get("tiers", [{"usd": ""}])[0]["usd"] == "0")


def _whole_families(
    document: Mapping[str, Any], taken: dict[str, tuple[Selector, Found]], changes: dict[str, Change]
) -> None:
    """Leave a family as it is where a member of it isn't taken, unless its members are classes of instances.

    A class that AWS no longer lists stands by itself from then on; a size of cache by itself would be a price
    that other books lack.
    """
    for name, selector in [(name, selector) for name, (selector, _) in taken.items() if selector.member]:
        service, key = selector.offer.service, selector.key
        members = document["prices"].get(service, {}).get(key, {}).get("of", {})
        lacking = [
            m for m in members if f"{service}/{key.replace('*', m)}" not in taken and not CLASS.search(m)
        ]
        if lacking:
            del taken[name]
            changes[name] = refused(changes[name], f"{', '.join(lacking)} of its family is not taken")


def _lawful(
    document: dict[str, Any],
    taken: dict[str, tuple[Selector, Found]],
    changes: dict[str, Change],
    title: str,
    templates: dict[str, Any],
) -> dict[str, Any]:
    """Return the new book without prices that break a rule; raises BookBroken if it breaks one even so."""
    _whole_families(document, taken, changes)
    before = {each.sentence for each in broken(PriceBook(document))}
    for each in _newly_broken(merged(document, taken, title, templates), before):
        for name in each.names:
            if name in taken and changes[name].kind != Kind.UNCHANGED:
                del taken[name]
                changes[name] = refused(changes[name], each.sentence)
    _whole_families(document, taken, changes)
    new = merged(document, taken, title, templates)
    for each in _newly_broken(new, before):
        raise BookBroken(document["region"], each.sentence)
    return new


def _newly_broken(document: Mapping[str, Any], before: Collection[str]) -> list[Broken]:
    return [each for each in broken(PriceBook(document)) if each.sentence not in before]
