"""Virtual CPUs and memory of an instance class, from its name: a rule by size, and the classes that break it.

By AWS's tables of EC2 instance types and of RDS instance classes: `large` has 2 virtual CPUs, `Nxlarge`
4 x N, smaller sizes 1, or 2 in burstable families from T3 on; memory is a fixed share for each of them.
"""

from __future__ import annotations

import re
from decimal import Decimal

SERVICES = ("db.", "cache.", "dax.", "ml.")
XLARGE = re.compile(r"([0-9]*)xlarge|metal-([0-9]+)xl")
SMALL = {"nano", "micro", "small", "medium"}
LARGE_VCPUS, XLARGE_VCPUS = 2, 4
BURSTABLE = {"t3", "t3a", "t4g"}
EXCEPTIONS = {
    "t2.medium": 2,
    "c1.medium": 2,
    "c1.xlarge": 8,
    "m2.xlarge": 2,
    "m2.2xlarge": 4,
    "m2.4xlarge": 8,
    "c4.8xlarge": 36,
    "d2.8xlarge": 36,
    "hs1.8xlarge": 16,
    "hpc6a.48xlarge": 96,
    "hpc6id.32xlarge": 64,
    "mac1.metal": 12,
    "mac2.metal": 8,
}
METAL = {
    16: "a1",
    48: "m5zn x2iezn z1d",
    64: "c6g c6gd c7g c7gd g5g m6g m6gd m7g m7gd r6g r6gd r7g r7gd x2gd",
    72: "c5n i3",
    96: "c5 c5d g4dn i3en m5 m5d m5dn m5n r5 r5b r5d r5dn r5n",
    128: "c6i c6id c6in i4i m6i m6id m6idn m6in r6i r6id r6idn r6in x2idn x2iedn",
    192: "c6a m6a r6a",
}
"""Virtual CPUs of `metal` without a number, by families."""
METAL_OF = {family: count for count, families in METAL.items() for family in families.split()}
BURSTABLE_GB = {
    "nano": "0.5",
    "micro": "1",
    "small": "2",
    "medium": "4",
    "large": "8",
    "xlarge": "16",
    "2xlarge": "32",
}
GB_FOR_EACH = {
    "c3": "1.875",
    "c4": "1.875",
    "m3": "3.75",
    "r3": "7.625",
    "r4": "7.625",
    "i3": "7.625",
    "i3en": "8",
    "i4i": "8",
    "x1": "15.25",
    "x1e": "30.5",
    "x2g": "16",
    "x2gd": "16",
    "x2idn": "16",
    "x2iedn": "32",
    "x2iezn": "32",
    "x8g": "16",
    "z1d": "8",
}
"""Memory for each virtual CPU, of families that differ from `GB_BY_LETTER`."""
GB_BY_LETTER = {"c": "2", "m": "4", "r": "8"}
LETTER = re.compile(r"([cmr])[4-9]")
GB_OF = {"c4.8xlarge": "60", "m4.10xlarge": "160"}
MORE_MEMORY = re.compile(r"\.mem([0-9]+)x")
"""RDS for Oracle sells classes with several times the memory, such as `db.r5.2xlarge.tpc2.mem4x`."""
UNLIKE = {"c5n", "m1", "m2"}
"""Families whose memory follows no rule."""


def vcpus(class_: str) -> Decimal | None:
    """Virtual CPUs of a class, such as `db.t3.large`; None where its name does not tell."""
    family, size = _parts(class_)
    known = EXCEPTIONS.get(f"{family}.{size}") or (METAL_OF.get(family) if size == "metal" else None)
    return Decimal(known) if known else _by_size(family, size)


def memory_gb(class_: str) -> Decimal | None:
    """Memory of a class; None where its name does not tell."""
    family, size = _parts(class_)
    times = MORE_MEMORY.search(class_)
    gigabytes = _memory(family, size, vcpus(class_))
    return gigabytes and gigabytes * (int(times[1]) if times else 1)


def family(class_: str) -> str:
    """`t3` for `db.t3.large`."""
    return _parts(class_)[0]


def _parts(class_: str) -> tuple[str, str]:
    for service in SERVICES:
        class_ = class_.removeprefix(service)
    family, _, size = class_.partition(".")
    return family, size.partition(".")[0]


def _by_size(family: str, size: str) -> Decimal | None:
    xlarge = XLARGE.fullmatch(size)
    if xlarge:
        return Decimal(XLARGE_VCPUS * int(xlarge[1] or xlarge[2] or 1))
    if size in SMALL and family not in BURSTABLE:
        return Decimal(1)
    return Decimal(LARGE_VCPUS) if size == "large" or size in SMALL else None


def _memory(family: str, size: str, count: Decimal | None) -> Decimal | None:
    if family in BURSTABLE or family == "t2":
        return Decimal(BURSTABLE_GB[size]) if size in BURSTABLE_GB else None
    if f"{family}.{size}" in GB_OF:
        return Decimal(GB_OF[f"{family}.{size}"])
    letter = LETTER.match(family)
    each = GB_FOR_EACH.get(family) or (GB_BY_LETTER[letter[1]] if letter and family not in UNLIKE else None)
    return None if each is None or count is None else count * Decimal(each)
