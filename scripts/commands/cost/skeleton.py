"""`miyabi cost usage`: a usage file to start from, on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost import PriceBook
from cost.estimate import context_of
from cost.usage.skeleton import skeleton
from scripts.commands.cost.targets import find
from scripts.exit_codes import Exit
from scripts.talk import show

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(
    word: str, *, region: str | None = None, parameters: Sequence[str] = (), output: str = "toml"
) -> Exit:
    """Print the skeleton of what a word means; returns the exit code."""
    target = find(word, region=region, parameters=parameters)
    prices = None if region is None else PriceBook.of(region)
    show(skeleton(context_of(target.deployment, target.traffic, prices=prices), word, output))
    return Exit.DONE
