"""cfn-lint with informational rules on, its results kept so that an unchanged template costs nothing."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from stacks.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from cfnlint.runner import Runner

CHECKS = ("I",)
"""Rule families beyond cfn-lint's default: I3011 is the database's life insurance."""
A_WEEK = 7 * 24 * 3600


def lint(
    environment: str, stack: str, text: str, region: str, *, cache: Path | None, today: date
) -> list[Finding]:
    """Findings of cfn-lint in one template.

    Some of its rules judge by the day (deprecated runtimes), so a kept result is good for the same
    template, release of cfn-lint, region and day.
    """
    key = hashlib.sha256(
        "\0".join((version("cfn-lint"), region, today.isoformat(), *CHECKS, text)).encode()
    ).hexdigest()
    kept = cache / f"{key}.json" if cache else None
    rows = _read(kept)
    if rows is None:
        rows = _run(text, region)
        _keep(kept, rows)
    return [Finding(environment, stack, logical_id, rule, found) for logical_id, rule, found in rows]


def _read(kept: Path | None) -> list[list[str]] | None:
    """The kept rows; a file that is missing or damaged is as good as none."""
    with suppress(OSError, ValueError):
        if kept:
            rows: list[list[str]] = json.loads(kept.read_text(encoding="utf-8"))
            return rows
    return None


def _keep(kept: Path | None, rows: Sequence[Sequence[str]]) -> None:
    """Keep the rows; where the folder can't be written, linting again is no harm."""
    with suppress(OSError):
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_suffix(".part")
            part.write_text(json.dumps(rows), encoding="utf-8")
            part.replace(kept)
            _prune(kept.parent)


def _prune(cache: Path) -> None:
    """Results of other days are never asked for again."""
    for old in cache.iterdir():
        if old.stat().st_mtime < time.time() - A_WEEK:
            old.unlink(missing_ok=True)


def _run(text: str, region: str) -> list[list[str]]:
    # Imported late: cfn-lint takes half a second, and most runs find every result kept.
    from cfnlint.decode.decode import decode_str

    template, errors = decode_str(text)
    if template is None:
        return [["template", "E0000", "is not a template"]]
    matches = errors or _runner(region).validate_template(template)
    return sorted([_place(vars(match).get("path", ())), match.rule.id, match.message] for match in matches)


@cache
def _runner(region: str) -> Runner:
    """One for all templates, as in cfn-lint's own program: to load its rules takes a third of a second."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    # An empty configuration file: those of the project and of the user's home are for people's own calls.
    options = ["--config-file", os.devnull]
    return Runner(ConfigMixIn(options, include_checks=list(CHECKS), regions=[region]))


def _place(path: Sequence[object]) -> str:
    """Logical id of the resource a finding is about, else the part of the template."""
    parts = [str(part) for part in path]
    return parts[1] if len(parts) > 1 and parts[0] == "Resources" else "/".join(parts[:2]) or "template"
