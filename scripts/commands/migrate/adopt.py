"""Prints what comparing a database with the files came to, and what adopting it changes."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

from scripts.commands.migrate.tables import table, verified, where
from scripts.exit_codes import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime.migrator.context import Document

DIGITS: Final = 12
"""Hexadecimal digits of a checksum that a line shows."""
NOTE: Final = (
    "Nothing but the ledger is written. sqlx will go on with these files, and refuse the original ones,\n"
    "whose checksums the ledger no longer has; they are printed when it is done, to go back."
)
_ORDER: Final = ("table", "column", "constraint", "index", "view", "function", "trigger", "enum", "sequence")
"""Kinds of objects in the order in which a person asks for them; others follow."""


def adopted(document: Document) -> str:
    """The comparison, the checksums, and what became of them."""
    return "\n".join([where(document), *_adopted(document)])


def question(document: Document) -> str:
    """What is asked before the ledger is written."""
    shape = any(each["severity"] == "shape" for each in document["compared"]["differences"])
    accepted = ", whose schema is NOT the one of the files" if shape else ""
    what = "add rows of" if document["baseline"] else "replace checksums of"
    return f"Adopt {document['database']}{accepted}, and {what} {_count(document['changes'], 'migration')}?"


def schema(document: Document) -> str:
    """What `verify --schema` came to."""
    compared = document["schema"]
    lines = (
        ["nothing is applied, so there is no schema to compare"] if compared is None else _compared(compared)
    )
    return "\n".join([verified(document), *lines])


def schema_code(document: Document) -> int:
    """The exit code of `verify --schema`."""
    differences = (document["schema"] or {"differences": []})["differences"]
    return Exit.DONE if all(each["accepted"] for each in differences) else Exit.DATABASE_REFUSED


def _adopted(document: Document) -> Iterator[str]:
    outcome = document["outcome"]
    if outcome == "nothing to adopt":
        yield "the ledger has the checksums of these files already; there is nothing to adopt"
        return
    yield from _compared(document["compared"])
    yield ""
    if outcome == "refused":
        yield "refused, and nothing was changed: mend the database, or --accept by name what may differ"
        return
    rows = [
        (
            str(change["version"]),
            change["description"],
            change["recorded"][:DIGITS] if change["recorded"] else "no row",
            change["file"][:DIGITS],
        )
        for change in document["changes"]
    ]
    yield from table(("version", "description", "in the ledger", "of the file"), rows)
    yield ""
    if outcome == "would adopt":
        yield NOTE
    else:
        replaced = [change for change in document["changes"] if change["recorded"]]
        if replaced:
            yield "the ledger had, and sqlx will refuse files of:"
            yield from (f"  {change['version']}  {change['recorded']}" for change in replaced)
        noun, done = ("row", "added") if document["baseline"] else ("checksum", "replaced")
        yield f"adopted, {_count(rows, noun)} {done}; go on by `miyabi migrate plan`"


def _compared(compared: Mapping[str, Any]) -> list[str]:
    counts = compared["objects"]
    kinds = [kind for kind in _ORDER if kind in counts]
    others = sum(count for kind, count in counts.items() if kind not in _ORDER)
    told = ", ".join([*(_count(counts[kind], kind) for kind in kinds), _count(others, "other object")])
    left_out = "".join(f", schema {name}" for name in compared["left_out"])
    lines = [
        f"compared with what the files make up to {compared['until']}: {told}",
        f"not compared: rows{left_out}",
    ]
    for difference in compared["differences"]:
        lines += _difference(difference)
    return [*lines, "the schema is the one of the files"] if not compared["differences"] else lines


def _difference(difference: Mapping[str, Any]) -> Iterator[str]:
    shape = difference["severity"] == "shape"
    accepted = (" (ACCEPTED: another shape)" if shape else " (accepted)") if difference["accepted"] else ""
    yield f"  {difference['severity']:5}  {difference['line']}{accepted}"
    expected, found = difference["expected"], difference["found"]
    if not shape and expected and found and "\n" in expected + found:
        diff = difflib.unified_diff(
            expected.splitlines(), found.splitlines(), "expected", "found", lineterm="", n=2
        )
        yield from (f"         {line}" for line in diff)


def _count(things: Any, noun: str) -> str:
    number = things if isinstance(things, int) else len(things)
    plural = {"index": "indexes"}.get(noun, f"{noun}s")
    return f"{number} {noun if number == 1 else plural}"
