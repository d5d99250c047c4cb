"""Prints how the database is reached, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.migrator.context import Document


def render(document: Document) -> str:
    """One line for each thing that is known, and what to look at."""
    if not document["reached"]:
        return "\n".join([*_way(document), f"not reached ({document['step']}): {document['message']}"])
    tls, connections = document["tls"], document["connections"]
    name = "its name is verified" if document["verified"] else "its name is not verified"
    rows = [
        ("TLS", f"{tls['version']}, {tls['cipher']}; {name} (sslmode={document['sslmode']})"),
        ("server", f"{document['server']}, {_nature(document)}"),
        ("as", f"{document['user']}, who may {'' if document['may_create'] else 'not '}create"),
        ("ledger", document["ledger"] or "not there yet"),
        ("connections", f"{connections['used']} of {connections['most']} in use"),
        ("time", f"{document['connect_ms']:g} ms to connect, {document['round_trip_ms']:g} ms a round trip"),
        ("clock", f"{document['clock_ahead_s']:+.3f} s from ours"),
    ]
    lines = [f"{document['target']} is reached", *_way(document), *(_line(*row) for row in rows)]
    return "\n".join([*lines, *(f"warning: {warning}" for warning in document["warnings"])])


def _way(document: Document) -> list[str]:
    """What the name led to, if it led anywhere."""
    if "addresses" not in document:
        return []
    return [_line("addresses", f"{', '.join(document['addresses'])} ({document['resolve_ms']:g} ms)")]


def _nature(document: Document) -> str:
    if document["replica"]:
        return "a replica"
    return "read-only" if document["read_only"] else "writable"


def _line(name: str, value: str) -> str:
    return f"  {name:<12} {value}"
