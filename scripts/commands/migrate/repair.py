"""Prints what repairing a row of the ledger changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.commands.migrate.tables import where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.migrator.context import Document


def repaired(document: Document) -> str:
    """What is wrong with the row, and what becomes of it."""
    return "\n".join([where(document), *_repaired(document)])


def question(document: Document) -> str:
    """What is asked before the row is written."""
    return f"Let the ledger of {document['database']} say so of migration {document['version']}?"


def _repaired(document: Document) -> Iterator[str]:
    migration = f"{document['version']} {document['description']}"
    if document["outcome"] == "nothing to repair":
        yield f"{migration}: the ledger has the checksum of its file; there is nothing to repair"
        return
    yield from _checksum(document) if document["mends"] == "checksum" else _unfinished(document)
    if document["outcome"] == "repaired":
        yield f"{migration}: repaired; see `miyabi migrate status`"


def _checksum(document: Document) -> Iterator[str]:
    yield document["explanation"]
    yield from document["diff"].splitlines()
    yield f"  in the ledger  {document['recorded']}"
    yield f"  of the file    {document['file']}"


def _unfinished(document: Document) -> Iterator[str]:
    of = f" of {document['statements']}" if document["statements"] is not None else ""
    yield f"begun and not finished: {document['done']}{of} statements are known to be done"
    for index in document["invalid_indexes"]:
        yield f"  invalid index, which serves no query and costs every write: {index}"
    if document["says"] == "applied":
        yield "its row is marked as applied, as if every statement were done"
    else:
        yield "its row is deleted, and the next `up` runs all of its statements again"
