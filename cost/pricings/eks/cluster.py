"""Clusters: hours of the control plane, more once its version is in extended support."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from cost.errors import PropertyRefused
from cost.lines import Charge, Note, NotPriced
from cost.month import HOURS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::EKS::Cluster"
USAGE = ()
PRICES = ("AmazonEKS/cluster_hour", "AmazonEKS/cluster_hour_extended")
STANDARD_SUPPORT_ENDS = {
    23: date(2023, 10, 11),
    24: date(2024, 1, 31),
    25: date(2024, 5, 1),
    26: date(2024, 6, 11),
    27: date(2024, 7, 24),
    28: date(2024, 11, 26),
    29: date(2025, 3, 23),
    30: date(2025, 7, 23),
    31: date(2025, 11, 26),
    32: date(2026, 3, 23),
    33: date(2026, 7, 29),
    34: date(2026, 12, 2),
    35: date(2027, 3, 27),
}
"""Last day of standard support by minor version; newer versions are in it, older ones are past it."""
VERSION = re.compile(r"1\.([0-9]{1,3})")
UPGRADED = "a cluster of the policy STANDARD is upgraded when the standard support of its version ends"
NOT_PRICED = (
    ("ComputeConfig.Enabled", "what Auto Mode adds to the price of each of its machines"),
    ("RemoteNetworkConfig", "vCPUs of hybrid nodes"),
    ("ControlPlaneScalingConfig", "a control plane of a provisioned tier"),
    ("Logging.ClusterLogging.EnabledTypes", "logs of the control plane"),
)
"""Properties that cost more than the cluster's hours."""


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """Hours at one of two prices."""
    for path, reason in NOT_PRICED:
        if context.get(resource, path) not in (None, False, "false", []):
            yield NotPriced(reason)
    extended = _is_past_standard_support(resource, context)
    if extended and context.text(resource, "UpgradePolicy.SupportType", "EXTENDED") == "STANDARD":
        yield Note(UPGRADED)
        extended = False
    name = "cluster_hour_extended" if extended else "cluster_hour"
    yield Charge("cluster hours", HOURS, f"AmazonEKS/{name}")


def _is_past_standard_support(resource: Resource, context: Context) -> bool:
    if context.get(resource, "Version") is None:
        return False
    text = context.text(resource, "Version")
    written = VERSION.fullmatch(text)
    if written is None:
        raise PropertyRefused(resource.logical_id, "Version", repr(text), "a version such as 1.34")
    minor = int(written[1])
    if minor > max(STANDARD_SUPPORT_ENDS):
        return False
    return context.as_of > STANDARD_SUPPORT_ENDS.get(minor, date.min)
