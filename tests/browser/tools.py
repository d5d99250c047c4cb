"""What these tests need of the machine: a Chromium, Node, and what npm installs."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE: Final = Path(__file__).parent
MODULES: Final = HERE / "node_modules"
AXE: Final = MODULES / "axe-core" / "axe.min.js"
CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome")
"""Programs that are Chromium, by the names that Debian, Ubuntu and Google give them."""
REQUIRED_BY: Final = ("1", "true")
"""What CI says of itself in the variable `CI`."""


class Missing(Exception):
    """Something that is needed isn't installed; says what, and what installs it."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs that are used, by their paths."""

    chromium: str
    node: str


def find(environment: Mapping[str, str] = os.environ, modules: Path = MODULES) -> Tools:
    """The tools, `CHROMIUM` before what the path holds; raises `Missing` for the first that isn't there."""
    found = Tools(_chromium(environment), _node(environment, modules))
    if find_spec("playwright") is None:
        raise Missing("playwright is not installed; `make test-browser` does it, by pip")
    return found


def _chromium(environment: Mapping[str, str]) -> str:
    named = environment.get("CHROMIUM")
    for name in (named,) if named else CHROMIUMS:
        if found := shutil.which(name, path=environment.get("PATH", "")):
            return found
    if named:
        raise Missing(f"CHROMIUM names {named}, which is no program; name one, or leave CHROMIUM out")
    raise Missing("no Chromium was found; install one (Debian: chromium), or name its program in CHROMIUM")


def _node(environment: Mapping[str, str], modules: Path) -> str:
    found = shutil.which("node", path=environment.get("PATH", ""))
    if found is None:
        raise Missing("no Node was found; install it, 18.19 or later, with npm (Debian: nodejs, npm)")
    if not (modules / "html-validate").is_dir():
        raise Missing("axe-core and html-validate are not installed; `make test-browser` does it, by npm")
    return found


def required(*, option: bool, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a missing tool is a failure, as it is in CI, and not a reason to skip."""
    return option or environment.get("CI", "").lower() in REQUIRED_BY
