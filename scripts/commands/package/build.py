"""`miyabi package`: build the zips, tell how large they are, and write them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ops.package.building import build
from ops.package.delivering import document, write
from ops.package.errors import AccessMissing, PackageError
from ops.package.interpreters import find_python
from ops.package.locks import LAMBDA_LOCK
from ops.package.sizes import excesses, table
from ops.package.sources import left_out, own_entries
from ops.package.target import LAMBDA
from ops.package.wheels import fetch
from scripts.exit_codes import Exit
from scripts.talk import show, talk

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ops.package.building import Package
    from ops.package.target import Target


def run(architecture: str | None, *, region: str, folder: Path, as_of: date, as_json: bool) -> Exit:
    """Build for the architecture that is named, or for all; returns the exit code."""
    try:
        packages = built([LAMBDA[architecture]] if architecture else [*LAMBDA.values()], region, as_of)
    except PackageError as error:
        talk(f"miyabi: {error}")
        return Exit.NO_ACCESS if isinstance(error, AccessMissing) else Exit.WRONG_INPUT
    if complaints := [sentence for package in packages for sentence in excesses(package)]:
        for sentence in complaints:
            talk(sentence)
        talk("nothing was written")
        return Exit.RULE_BROKEN
    changed = write(packages, region, folder)
    show(json.dumps(document(packages, region), indent=2) if as_json else table(packages))
    for package in packages:
        talk(f"{'written' if changed else 'unchanged'}: {folder / package.file}")
    return Exit.DONE


def built(targets: list[Target], region: str, as_of: date) -> list[Package]:
    """The packages, side by side: what takes long, compiling and deflating, leaves Python alone.

    Raises `PackageError`.
    """
    own = own_entries(region, as_of)
    for stray in left_out():
        talk(f"left out: {stray}")
    compiler = find_python(targets[0].python)
    if not compiler:
        talk(
            f"warning: no Python {targets[0].version} was found, so the package has no bytecode and each "
            "cold start works 4.4 times as much; install one, or name it in PYTHON313"
        )
    wheels = [fetch(LAMBDA_LOCK, target, say=talk) for target in targets]
    talk(f"building for {' and '.join(target.machine for target in targets)}")
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda target, found: build(target, found, own, compiler), targets, wheels))
