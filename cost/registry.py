"""Finds the pricing of a CloudFormation type by the type's own name.

`AWS::RDS::DBInstance` is priced by the module `cost/pricings/rds/db_instance.py`, and so for every type:
nothing is registered anywhere. A pricing is a module with four names:

    TYPE    the CloudFormation type
    USAGE   the usage keys that it asks for
    PRICES  the prices that it may charge, as patterns: "AmazonRDS/storage_*"
    price   a function of a resource and a Context that yields what the resource costs
"""

from __future__ import annotations

import importlib
import re
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item
    from cost.usage.key import Key

PACKAGE = "cost.pricings"
FOLDER = Path(__file__).parent / "pricings"
PARTS = 3
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Pricing(Protocol):
    """What a module of `cost/pricings/` offers."""

    TYPE: str
    USAGE: tuple[Key, ...]
    PRICES: tuple[str, ...]

    def price(self, resource: Resource, context: Context) -> Iterator[Item]:
        """Yield what a resource costs, notes on it, and what of it is not priced."""


@cache
def pricing_of(type_: str) -> Pricing | None:
    """The pricing of a type; None where it has none."""
    name = module_name(type_)
    if name is None or not (FOLDER / f"{name.replace('.', '/')}.py").is_file():
        return None
    return cast("Pricing", importlib.import_module(f"{PACKAGE}.{name}"))


def priced_types() -> list[str]:
    """All types that have a pricing, sorted."""
    names = [path.relative_to(FOLDER).with_suffix("").parts for path in FOLDER.glob("*/*.py")]
    modules = [importlib.import_module(".".join((PACKAGE, *name))) for name in names if name[1] != "__init__"]
    return sorted(module.TYPE for module in modules)


def module_name(type_: str) -> str | None:
    """`rds.db_instance` for `AWS::RDS::DBInstance`; None for what is no type of AWS's."""
    parts = type_.split("::")
    if len(parts) != PARTS or parts[0] != "AWS" or not all(part.isalnum() for part in parts):
        return None
    service = parts[1].lower()
    return f"{service}_.{snake_case(parts[2])}" if iskeyword(service) else f"{service}.{snake_case(parts[2])}"


def snake_case(name: str) -> str:
    """`db_instance` for `DBInstance`."""
    return WORDS.sub("_", name).lower()
