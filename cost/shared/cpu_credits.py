"""CPU credits: what burstable machines in unlimited mode pay for CPU over their baseline."""

from __future__ import annotations

from decimal import Decimal

FAMILIES = {"t2": "t2", "t3": "t3", "t3a": "t3", "t4g": "t4g"}
"""Price of each burstable family; T3a pays as T3 does."""
STANDARD_BY_DEFAULT = {"t2"}
LARGE = {"xlarge": 4, "2xlarge": 8}
TWO_IN_T2 = {"medium", "large"}
"""Smaller T2 classes have one vCPU; all other burstable ones have two."""


def family(class_: str) -> str:
    """`t3` for `t3.medium`."""
    return class_.partition(".")[0]


def is_burstable(class_: str) -> bool:
    """Whether a class earns and spends CPU credits."""
    return family(class_) in FAMILIES


def default_mode(class_: str) -> str:
    """How a burstable class runs where nothing is said."""
    return "standard" if family(class_) in STANDARD_BY_DEFAULT else "unlimited"


def vcpus(class_: str) -> Decimal:
    """Virtual CPUs of a burstable class."""
    size = class_.partition(".")[2]
    small = 1 if family(class_) == "t2" and size not in TWO_IN_T2 else 2
    return Decimal(LARGE.get(size, small))


def price_name(class_: str) -> str:
    """Price of a vCPU's hour of credits."""
    return f"AmazonEC2/cpu_credits_{FAMILIES[family(class_)]}"
