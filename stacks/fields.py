"""The kinds of value that a setting may have: AWS's own spellings, and what RDS offers."""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from stacks.postgresql import MEMORY_GIB, creatable_versions

RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
"""The only values, in days, that CloudWatch Logs takes."""
LogLevel = Literal["DEBUG", "INFO", "WARN", "ERROR"]
Runtime = Literal["python3.12", "python3.13", "python3.14", "provided.al2", "provided.al2023"]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$")]
"""Lower-case letters, digits and hyphens, 2 to 32 characters: fits every AWS name it becomes part of."""
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
DomainName = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")
]
ClockWindow = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
WeekWindow = Annotated[
    str,
    StringConstraints(
        pattern=r"^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d"
        r"-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$"
    ),
]
Plain = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Amount = Annotated[Decimal, Field(ge=0, le=Decimal("1e12"), allow_inf_nan=False)]


def _known_class(value: str) -> str:
    if value not in MEMORY_GIB:
        nearest = get_close_matches(value, MEMORY_GIB, n=3, cutoff=0)
        raise ValueError(f"it is not a class we know; near it are {', '.join(nearest)}")
    return value


def _known_version(value: str) -> str:
    if value not in creatable_versions():
        raise ValueError(f"RDS does not create it; allowed are {', '.join(creatable_versions())}")
    return value


InstanceClass = Annotated[str, AfterValidator(_known_class)]
EngineVersion = Annotated[str, AfterValidator(_known_version)]
