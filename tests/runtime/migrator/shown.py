"""What docs/migrator-function.md shows, to hold against what the function answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parent.parent.parent.parent / "docs" / "migrator-function.md"


def shown(heading: str) -> Any:
    """The JSON under a heading."""
    text = DOCUMENT.read_text(encoding="utf-8")
    found = re.search(rf"^#+ {heading}\n.*?^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return json.loads(found[1])


def shape(value: Any) -> Any:
    """The keys of objects, at every depth; of a list, those of its first item, which a text has not."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list) and value and not isinstance(value[0], str):
        return [shape(value[0])]
    return None
