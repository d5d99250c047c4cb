"""Making the new book: what AWS lists in the place of what the book said, everything else as it was."""

from __future__ import annotations

import re
from collections import defaultdict
from copy import deepcopy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cost.money import plain
from cost.refresh.changes import written
from cost.refresh.places import bare

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping

    from cost.refresh.choosing import Found
    from cost.refresh.selectors import Selector

Document = dict[str, Any]
SIZES = ("nano", "micro", "small", "medium", "large", "xlarge")
KEYS = ("unit", "tiers", "source", "date", "confidence", "rate_codes", "usage_type", "cross_checks", "notes")
"""Order of an entry's keys in the files."""


def merged(
    book: Document, taken: Mapping[str, tuple[Selector, Found]], title: str, templates: Document
) -> Document:
    """Return a book with the prices that were taken in it, by name; the given book stays as it is.

    Args:
        book: The document of a price book.
        taken: Prices from AWS's list, by their names, each with the selector that found it.
        title: What their source begins with.
        templates: Entries of other books by name: the form of a price that this one lacked.

    """
    new = deepcopy(book)
    sources = _Sources(new["sources"], title)
    families: defaultdict[str, dict[str, Found]] = defaultdict(dict)
    for name, (selector, found) in taken.items():
        service, _, key = name.partition("/")
        entries = new["prices"].setdefault(service, {})
        if selector.member and key not in entries and len(found.tiers) == 1:
            families[selector.name][_member(key, selector.key)] = found
        else:
            form = entries.get(key) or _blank(templates.get(name) or templates[selector.name])
            entries[key] = _entry(form, found, sources, selector)
    for name, members in families.items():
        _put_family(new, name, members, sources, templates)
    new["missing"] = [name for name in new.get("missing", []) if name not in taken and name not in families]
    _settle(new, book)
    return new


class _Sources:
    """The sources of a book, with one for each version of a service's list."""

    def __init__(self, texts: MutableMapping[str, str], title: str) -> None:
        self._texts, self._title = texts, title

    def of(self, found: Found) -> str:
        """Id of the source that a price from the list has."""
        product = found.product
        text = f"{self._title}, {product.service}, version {product.version}"
        known = next((id_ for id_, other in self._texts.items() if other == text), None)
        if known is None:
            known = f"price-list-{product.service.lower()}-{product.version}"
            self._texts[known] = text
        return known


def _blank(template: Mapping[str, Any]) -> Document:
    """What a price that a book lacked has in common with the same price elsewhere."""
    return {"unit": template["unit"]}


def _entry(form: Mapping[str, Any], found: Found, sources: _Sources, selector: Selector) -> Document:
    tiers = written(found.tiers)
    facts = {
        **{key: form[key] for key in ("unit", "notes") if key in form},
        "tiers": tiers,
        "source": sources.of(found),
        "date": found.product.published,
        "confidence": "high",
        "rate_codes": list(found.rate_codes),
        "usage_type": bare(found.product.usage_type, selector.offer.region),
    }
    # What confirmed another figure says nothing about this one.
    if form.get("tiers") == tiers and "cross_checks" in form:
        facts["cross_checks"] = form["cross_checks"]
    return {key: facts[key] for key in KEYS if key in facts}


def _put_family(
    book: Document, name: str, members: Mapping[str, Found], sources: _Sources, templates: Document
) -> None:
    """Write members into their family; one that AWS no longer lists keeps its old source, by itself."""
    service, _, key = name.partition("/")
    entries = book["prices"][service]
    old = entries.get(key) or {**templates[name], "of": {}}
    newest = max(members.values(), key=lambda found: (found.product.published, found.product.version))
    for member, rate in old["of"].items():
        if member not in members:
            entries[key.replace("*", member)] = _alone(old, rate)
    names = [member for member in old["of"] if member in members]
    added = [member for member in members if member not in old["of"]]
    names = sorted([*names, *added], key=rank) if added else names
    entries[key] = {
        "unit": old["unit"],
        "source": sources.of(newest),
        "date": newest.product.published,
        "confidence": "high",
        **({"usage_type": old["usage_type"]} if "usage_type" in old else {}),
        "of": {
            member: [plain(members[member].tiers[0].usd), *members[member].rate_codes] for member in names
        },
    }


def _alone(family: Mapping[str, Any], rate: list[str]) -> Document:
    usd, *codes = rate
    facts = {
        **{key: family[key] for key in ("unit", "source", "date", "confidence")},
        "tiers": [{"up_to": None, "usd": usd}],
        **({"rate_codes": codes} if codes else {}),
    }
    return {key: facts[key] for key in KEYS if key in facts}


def _settle(new: Document, old: Document) -> None:
    """Keep sorted what was sorted, and drop the sources that nothing names any longer."""
    for service, entries in new["prices"].items():
        before = list(old["prices"].get(service, {}))
        if before == sorted(before):
            new["prices"][service] = dict(sorted(entries.items()))
    used = {source for source in _used(new) if source in new["sources"]}
    unused_before = set(old["sources"]) - set(_used(old))
    new["sources"] = {
        id_: new["sources"][id_] for id_ in sorted(new["sources"]) if id_ in used or id_ in unused_before
    }


def _used(book: Document) -> Iterable[str]:
    for entries in book["prices"].values():
        for entry in entries.values():
            yield entry["source"]
            yield from entry.get("cross_checks", ())


def _member(key: str, family: str) -> str:
    head, _, tail = family.partition("*")
    return key.removeprefix(head).removesuffix(tail)


def rank(member: str) -> tuple[Any, ...]:
    """Order of a family's members: by family of machines, generation and size; caches by their GB."""
    size_in_gb = re.fullmatch(r"([\d.]+)GB", member)
    if size_in_gb:
        return "", 0, "", (Decimal(size_in_gb[1]), 0), member
    *_, machines, size = ("", *member.split("."))
    letters, generation, rest = re.fullmatch(r"([a-z]*)(\d*)(.*)", machines).groups()  # type: ignore[union-attr]
    many = re.match(r"(\d+)xlarge", size)
    place = (SIZES.index(size), 0) if size in SIZES else (5, int(many[1])) if many else (9, 0)
    return letters, int(generation or 0), rest, place, member
