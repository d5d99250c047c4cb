"""Prints what taking a migration back does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.commands.migrate.tables import duration, where

if TYPE_CHECKING:
    from runtime.migrator.context import Document


def reverted(document: Document) -> str:
    """Which migration, by which file, and what to know before."""
    if document["outcome"] == "nothing to revert":
        return f"{where(document)}\nno migration is applied; there is nothing to revert"
    migration = f"{document['version']} {document['description']}"
    lines = [where(document), *(f"warning: {warning}" for warning in document["warnings"])]
    if document["outcome"] == "reverted":
        lines.append(f"{migration}: reverted by {document['file']} in {duration(document['seconds'])}")
    else:
        lines.append(f"{migration}: would be reverted by {document['file']}, and its row deleted")
    return "\n".join(lines)


def question(document: Document) -> str:
    """What is asked before."""
    return f"Revert migration {document['version']} of {document['database']}?"
