"""Lets rows go whose time is over: a few at a time, whenever one of their kind is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, tuple_

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

AT_ONCE: Final = 20
"""Rows. One is written each time, so more go than come."""


def discard(connection: Connection, table: Table, over: ColumnElement[bool]) -> None:
    """Delete some of the rows that are over; those that somebody else is deleting are left to them."""
    key = tuple_(*table.primary_key.columns)
    found = select(*table.primary_key.columns).where(over).limit(AT_ONCE).with_for_update(skip_locked=True)
    connection.execute(delete(table).where(key.in_(found)))
