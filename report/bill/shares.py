"""Parts of a bill as bars: by service, by stack, and one system beside another."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from cost.grouping import grouped, subtotal
from cost.lines import FreeTier
from cost.money import cents
from report.bill.amounts import SHOWN, ZERO_CENTS, ByMode, by_mode, in_modes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cost import Estimate

NAMES = {
    "AWSDataTransfer": "Data transfer",
    "AWSEvents": "EventBridge",
    "AWSLambda": "Lambda",
    "AWSQueueService": "SQS",
    "AWSSecretsManager": "Secrets Manager",
    "AWSXRay": "X-Ray",
    "AmazonApiGateway": "API Gateway",
    "AmazonCloudFront": "CloudFront",
    "AmazonCloudWatch": "CloudWatch",
    "AWSBackup": "Backup",
    "awskms": "KMS",
    "awswaf": "WAF",
}
"""What people call services whose code on the bill is not their name; others lose `AWS` or `Amazon`."""
WHOLE = Decimal(100)


def called(service: str) -> str:
    """What to call a service."""
    return NAMES.get(service) or service.removeprefix("Amazon").removeprefix("AWS")


@dataclass(frozen=True, slots=True)
class Bar:
    """One part under each mode: its amount, its bar in percent of the longest, its share of the total."""

    name: str
    amounts: ByMode
    lengths: ByMode
    shares: ByMode


def bars_by(estimate: Estimate, by: str) -> tuple[Bar, ...]:
    """An estimate's parts, the largest first; they keep their places whatever mode is chosen."""
    groups = grouped(estimate, by)
    amounts = {name: {mode: subtotal(lines, mode) for mode in FreeTier} for name, lines in groups.items()}
    totals = {mode: estimate.total(mode) for mode in FreeTier}
    longest = max((amount for each in amounts.values() for amount in each.values()), default=Decimal(0))
    ranked = sorted(amounts.items(), key=lambda each: (-each[1][SHOWN], -each[1][FreeTier.NONE]))
    return tuple(
        Bar(
            called(name) if by == "service" else name,
            in_modes(each.__getitem__),
            _lengths(each, longest),
            by_mode(lambda mode, of=each: _share(of[mode], totals[mode])),  # type: ignore[misc]  # mypy infers no default
        )
        for name, each in ranked
    )


def percent(amount: Decimal, longest: Decimal) -> str:
    """How long a bar is, in percent with one place."""
    return f"{amount / longest * WHOLE:.1f}" if longest else "0"


def _share(amount: Decimal, whole: Decimal) -> str:
    share = amount / whole * WHOLE if whole else Decimal(0)
    if cents(amount) == ZERO_CENTS:
        return ""
    return f"{share:.0f} %" if share >= 1 else "< 1 %"


@dataclass(frozen=True, slots=True)
class Cell:
    """One system's amount in a row, and the length of its bar under each mode."""

    amounts: ByMode
    lengths: ByMode


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One service in every system."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Comparing:
    """Several bills side by side, by service."""

    names: tuple[str, ...]
    rows: tuple[ComparedRow, ...]
    totals: tuple[Cell, ...]


def comparing(estimates: Sequence[Estimate]) -> Comparing:
    """Bills side by side, the services that cost most first; bars are at one scale in all columns."""
    groups = [grouped(each, "service") for each in estimates]
    services = dict.fromkeys(name for group in groups for name in group)
    amounts = {
        name: [{mode: subtotal(group.get(name, []), mode) for mode in FreeTier} for group in groups]
        for name in services
    }
    longest = max(
        (most for each in amounts.values() for of in each for most in of.values()), default=Decimal(0)
    )
    ranked = sorted(amounts, key=lambda name: -sum(of[FreeTier.NONE] for of in amounts[name]))
    whole = [{mode: each.total(mode) for mode in FreeTier} for each in estimates]
    largest = max((total for each in whole for total in each.values()), default=Decimal(0))
    return Comparing(
        tuple(each.name for each in estimates),
        tuple(
            ComparedRow(called(name), tuple(_cell(of, longest) for of in amounts[name])) for name in ranked
        ),
        tuple(_cell(each, largest) for each in whole),
    )


def _cell(amounts: dict[FreeTier, Decimal], longest: Decimal) -> Cell:
    return Cell(in_modes(amounts.__getitem__), _lengths(amounts, longest))


def _lengths(amounts: Mapping[FreeTier, Decimal], longest: Decimal) -> ByMode:
    return by_mode(lambda mode: percent(amounts[mode], longest))
