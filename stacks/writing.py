"""Writes JSON that a person can review: sorted, and on one line what fits on one line."""

from __future__ import annotations

import json
from typing import Any

WIDTH = 110
_flat = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


def dumps(value: Any) -> str:
    """JSON text with a final newline; the same value always gives the same bytes."""
    return _layout(value, "") + "\n"


def _layout(value: Any, indent: str) -> str:
    flat = _flat(value)
    if len(indent) + len(flat) <= WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + " "
    if isinstance(value, dict):
        parts = [f"{_flat(key)}: {_layout(value[key], inner)}" for key in sorted(value)]
        return "{\n" + ",\n".join(inner + part for part in parts) + "\n" + indent + "}"
    return "[\n" + ",\n".join(inner + _layout(item, inner) for item in value) + "\n" + indent + "]"
