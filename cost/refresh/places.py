"""How AWS's price list writes a region: a code, in older files a name, and a prefix of usage types."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NOWHERE = "aws-other"
"""What AWS calls the place of products that belong to no region: edge locations, dashboards, hosted zones."""

PREFIXES: Mapping[str, tuple[str, ...]] = {
    "us-east-1": ("USE1-", ""),
    "us-east-2": ("USE2-",),
    "us-west-1": ("USW1-",),
    "us-west-2": ("USW2-",),
    "ca-central-1": ("CAN1-",),
    "eu-west-1": ("EU-", "EUW1-"),
    "eu-west-2": ("EUW2-",),
    "eu-central-1": ("EUC1-",),
    "ap-northeast-1": ("APN1-",),
    "ap-southeast-1": ("APS1-",),
    "ap-southeast-2": ("APS2-",),
    # Mumbai is APS3, Singapore APS1: the numbers don't follow the codes.
    "ap-south-1": ("APS3-",),
    NOWHERE: ("",),
}
"""Prefixes of usage types; the region itself is one more (`eu-west-1-KMS-Keys`)."""

LOCATIONS: Mapping[str, str] = {
    "US East (N. Virginia)": "us-east-1",
    "US East (Ohio)": "us-east-2",
    "US West (N. California)": "us-west-1",
    "US West (Oregon)": "us-west-2",
    "Canada (Central)": "ca-central-1",
    "EU (Ireland)": "eu-west-1",
    "Europe (Ireland)": "eu-west-1",
    "EU (London)": "eu-west-2",
    "Europe (London)": "eu-west-2",
    "EU (Frankfurt)": "eu-central-1",
    "Europe (Frankfurt)": "eu-central-1",
    "Asia Pacific (Tokyo)": "ap-northeast-1",
    "Asia Pacific (Singapore)": "ap-southeast-1",
    "Asia Pacific (Sydney)": "ap-southeast-2",
    "Asia Pacific (Mumbai)": "ap-south-1",
}
"""Names of regions; AWS has two for some, and files of before 2021 have nothing else."""


def prefixes(region: str) -> tuple[str, ...]:
    """Every prefix that a usage type of the region may have."""
    return (*PREFIXES.get(region, ("",)), *([] if region == NOWHERE else [f"{region}-"]))


def bare(usage_type: str, region: str) -> str:
    """Return a usage type without its region's prefix: `APN1-Request` of Tokyo is `Request`.

    A type of another region, or of all (`Global-Request`), keeps its prefix, and so is no region's own.
    """
    for prefix in sorted(prefixes(region), key=len, reverse=True):
        if usage_type.startswith(prefix):
            return usage_type.removeprefix(prefix)
    return usage_type
