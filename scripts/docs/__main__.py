"""Writes every document anew: `python -m scripts.docs`, or looks whether that is needed: `--check`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scripts.docs.documents import ROOT, documents
from scripts.docs.parts import renewed
from scripts.exit_codes import Exit
from scripts.talk import talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def main() -> None:
    """Write every document anew, or with --check exit with 4 if one is out of date."""
    stale = {path: made for path, made in _made() if _kept(path) != made}
    if "--check" in sys.argv[1:]:
        for path in stale:
            talk(f"{path.relative_to(ROOT)} is out of date; `make docs` writes it anew")
        sys.exit(Exit.RULE_BROKEN if stale else Exit.DONE)
    for path, made in stale.items():
        path.write_text(made, encoding="utf-8")
        talk(f"{path.relative_to(ROOT)} written anew")


def _made() -> Iterator[tuple[Path, str]]:
    """Everything that is generated, as it should be: parts of documents, and the API's own document."""
    from runtime.api import openapi

    yield openapi.PLACE, openapi.text(openapi.make_document())
    yield from ((path, renewed(path)) for path in documents())


def _kept(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    main()
