"""The form of the files in cost/prices: one line a price, one line a member of a family; and writing them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cost.refresh.errors import BookChanged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def text(book: Mapping[str, Any]) -> str:
    """Write a book as its file has it; what was read from a file comes out the same, byte for byte."""
    return "\n".join(_lines(book)) + "\n"


def _lines(book: Mapping[str, Any]) -> Iterator[str]:
    yield "{"
    yield f' "currency": {_one(book["currency"])},'
    yield f' "region": {_one(book["region"])},'
    missing = [f"  {_one(name)}" for name in book["missing"]]
    yield ' "missing": [' + ("\n" + ",\n".join(missing) + "\n " if missing else "") + "],"
    yield ' "sources": {'
    yield ",\n".join(f"  {_one(id_)}: {_one(source)}" for id_, source in book["sources"].items())
    yield " },"
    yield ' "prices": {'
    yield ",\n".join(_service(service, entries) for service, entries in book["prices"].items())
    yield " }"
    yield "}"


def _service(service: str, entries: Mapping[str, Any]) -> str:
    rows = ",\n".join(_row(key, entry) for key, entry in entries.items())
    return f"  {_one(service)}: {{\n{rows}\n  }}"


def _row(key: str, entry: Mapping[str, Any]) -> str:
    if "of" not in entry:
        return f"   {_one(key)}: {_one(entry)}"
    head = _one({name: value for name, value in entry.items() if name != "of"})[:-1]
    members = ",\n".join(f"    {_one(member)}: {_one(rate)}" for member, rate in entry["of"].items())
    return f'   {_one(key)}: {head}, "of": {{\n{members}\n   }}}}'


def _one(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def write(texts: Mapping[Path, str], before: Mapping[Path, bytes]) -> None:
    """Replace files, all or none: what was replaced before a failure is put back.

    Args:
        texts: What to write, by file.
        before: What the files held when they were read; raises BookChanged where one no longer does.

    """
    for path, content in before.items():
        if path.read_bytes() != content:
            raise BookChanged(str(path))
    drafts = {path: path.with_name(f".{path.name}.new") for path in texts}
    replaced: list[Path] = []
    try:
        for path, draft in drafts.items():
            draft.write_text(texts[path], encoding="utf-8")
        for path, draft in drafts.items():
            draft.replace(path)
            replaced.append(path)
    except BaseException:
        for path in replaced:
            path.write_bytes(before[path])
        raise
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
