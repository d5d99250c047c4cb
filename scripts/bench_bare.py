"""The floors that `make bench` compares the API with: a handler that does nothing, and psycopg alone.

It is copied to where the measured Python finds it, since that one knows nothing of ours. DATABASE_URL names
the database, QUESTION is JSON: a statement and its parameters, of which UUIDs are texts here.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any
from uuid import UUID


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer that it lives."""
    del event, context
    headers = {"content-type": "application/json"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps({"status": "ok", "version": "0.1.0"})}


def ask(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Ask the question, and answer whether there was a row."""
    del event, context
    row = _connection().execute(*_question()).fetchone()
    return {"statusCode": 200 if row else 404}


@cache
def _connection() -> Any:
    """Kept, outside of a transaction, without prepared statements: as the API has it."""
    import psycopg

    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=None)


@cache
def _question() -> tuple[str, dict[str, Any]]:
    statement, parameters = json.loads(os.environ["QUESTION"])
    return statement, {name: _value(value) for name, value in parameters.items()}


def _value(text: str) -> UUID | str:
    try:
        return UUID(text)
    except ValueError:
        return text
