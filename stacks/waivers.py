"""Waivers: which rule an environment breaks, where, why, and until when that was looked at."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stacks.errors import WaiverInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stacks.findings import Finding

WAIVERS = Path(__file__).parent / "waivers.toml"
KEYS = {"rule": str, "environment": str, "logical_id": str, "reason": str, "review_by": date}


@dataclass(frozen=True, slots=True)
class Waiver:
    """One rule that one resource of one environment may break."""

    rule: str
    environment: str
    logical_id: str
    reason: str
    review_by: date

    def __str__(self) -> str:
        """How a sentence names it."""
        return f"waiver {self.rule} for {self.environment}/{self.logical_id}"

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is the one that is waived."""
        return (self.rule, self.environment, self.logical_id) == (
            finding.rule,
            finding.environment,
            finding.logical_id,
        )

    def expired(self, as_of: date) -> bool:
        """Whether somebody should have looked again by now."""
        return as_of > self.review_by


def load_waivers(path: Path = WAIVERS) -> list[Waiver]:
    """Read the waiver file; raises WaiverInvalid naming the entry."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("waiver", [])
    except OSError as error:
        raise WaiverInvalid(path, f"can't be read ({error.strerror})") from None
    except tomllib.TOMLDecodeError as error:
        raise WaiverInvalid(path, f"is not TOML: {error}") from None
    waivers = [_waiver(path, number, entry) for number, entry in enumerate(entries, start=1)]
    _refuse_repetition(path, waivers)
    return waivers


def _waiver(path: Path, number: int, entry: dict[str, Any]) -> Waiver:
    for key in entry.keys() - KEYS.keys():
        raise WaiverInvalid(path, f"waiver {number} has an unknown key {key!r}; known are {', '.join(KEYS)}")
    for key, kind in KEYS.items():
        if type(entry.get(key)) is not kind:
            raise WaiverInvalid(
                path, f"waiver {number} needs {key} as {'a date' if kind is date else 'a text'}"
            )
    return Waiver(**entry)


def _refuse_repetition(path: Path, waivers: Sequence[Waiver]) -> None:
    seen = set()
    for waiver in waivers:
        key = (waiver.rule, waiver.environment, waiver.logical_id)
        if key in seen:
            raise WaiverInvalid(
                path, f"{waiver.rule} is waived twice for {waiver.environment}/{waiver.logical_id}; keep one"
            )
        seen.add(key)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Findings of one environment, told apart by the waivers."""

    standing: tuple[Finding, ...]
    """Not waived: the environment may not be written."""
    waived: tuple[tuple[Finding, Waiver], ...]
    unused: tuple[Waiver, ...]
    """They cover nothing any more and must go."""
    expired: tuple[Waiver, ...]


def judge(findings: Iterable[Finding], waivers: Iterable[Waiver], environment: str, as_of: date) -> Judgement:
    """Match an environment's findings with its waivers; those of external tools are not judged here."""
    mine = [
        waiver for waiver in waivers if waiver.environment == environment and not is_external(waiver.rule)
    ]
    standing, waived, used = [], [], set()
    for finding in sorted(findings):
        waiver = next((waiver for waiver in mine if waiver.covers(finding)), None)
        if waiver is None:
            standing.append(finding)
        else:
            waived.append((finding, waiver))
            used.add(waiver)
    return Judgement(
        tuple(standing),
        tuple(waived),
        tuple(waiver for waiver in mine if waiver not in used),
        tuple(waiver for waiver in mine if waiver.expired(as_of)),
    )


def is_external(identifier: str) -> bool:
    """Whether a rule is one of checkov's, which is run by hand and not by synth."""
    return identifier.startswith("CKV")


def is_cfn_lint(identifier: str) -> bool:
    """Whether a rule is one of cfn-lint's: a letter and four digits."""
    return len(identifier) == 5 and identifier[0] in "EWI" and identifier[1:].isdigit()  # noqa: PLR2004
