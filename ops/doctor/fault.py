"""The faults that the doctor knows: what each is, where on a request's path, and how it is mended.

find_fault("API-001").title
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "faults"


class Layer(StrEnum):
    """Where on a request's path a fault is; in the order in which a request meets them.

    What follows the schema is beside the path: it takes nothing from a request, and hides or threatens.
    """

    OPERATOR = "operator"
    STACKS = "stacks"
    EDGE = "edge"
    GATEWAY = "gateway"
    PERMISSION = "permission"
    FUNCTION = "function"
    PACKAGE = "package"
    CONFIGURATION = "configuration"
    APPLICATION = "application"
    NETWORK = "network"
    DATABASE = "database"
    TLS = "tls"
    CREDENTIALS = "credentials"
    SCHEMA = "schema"
    LOGS = "logs"
    QUOTAS = "quotas"
    COST = "cost"


ORDER: Final = tuple(Layer)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault; `place` orders all of them as a request meets them."""

    id: str
    title: str
    layer: Layer
    mend: str
    sources: tuple[str, ...]
    place: tuple[int, int]


@cache
def faults() -> dict[str, Fault]:
    """All faults by id, in the order in which a request meets them: by layer, then as their file has them."""
    found = [
        Fault(name, entry["title"], layer, entry["mend"], tuple(entry["sources"]), (number, place))
        for number, layer in enumerate(ORDER)
        for place, (name, entry) in enumerate(_read(layer).items())
    ]
    return {fault.id: fault for fault in found}


def find_fault(name: str) -> Fault:
    """The fault of that id; raises KeyError for none, which is a bug."""
    return faults()[name]


def _read(layer: Layer) -> dict[str, dict[str, str]]:
    path = FOLDER / f"{layer}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
