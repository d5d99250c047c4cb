"""The schemas of the CloudFormation registry, as cfn-lint ships them."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from cfn.schema import Schema


@cache
def schema_of(resource_type: str, region: str) -> Schema | None:
    """The schema of a resource type in a region; None for a type that the region does not have."""
    name = _names(region).get(resource_type)
    if name is None:
        return None
    return Schema(_read(f"resources/{name}.json"))


def cfn_lint_data() -> Path:
    """Folder of cfn-lint's data, found without importing cfn-lint (which takes half a second)."""
    spec = importlib.util.find_spec("cfnlint")
    assert spec is not None and spec.origin is not None  # noqa: S101, PT018  (an installed dependency)
    return Path(spec.origin).parent / "data"


@cache
def _names(region: str) -> dict[str, str]:
    """Which file holds the schema of which type."""
    if not (cfn_lint_data() / f"schemas/providers/{region}.json").exists():
        return {}
    names: dict[str, str] = _read(f"providers/{region}.json")
    return names


def _read(path: str) -> Any:
    return json.loads((cfn_lint_data() / "schemas" / path).read_text(encoding="utf-8"))
