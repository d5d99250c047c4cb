"""How much memory and how many virtual CPUs an instance class has.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_BURSTABLE_GIB: Final = {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
_BURSTABLE: Final = re.compile(r"db\.t[34]g?\.(\w+)")
_OTHERS: Final = re.compile(r"db\.([cmrx])\d+\w*\.(large|(\d*)xlarge)")
_GIB_FOR_EACH_CPU: Final = {"c": 2, "m": 4, "r": 8, "x": 16}
_USABLE_PERCENT: Final = 80
"""Share of the memory in `DBInstanceClassMemory`: an assumption, since RDS does not say what it takes."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a class is made of."""

    memory_gib: int
    cpus: int

    @property
    def usable_bytes(self) -> int:
        """What RDS calls `DBInstanceClassMemory`.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html
        """
        return self.memory_gib * 2**30 * _USABLE_PERCENT // 100


def size_of(instance_class: str) -> Size | None:
    """For example of `db.t4g.micro`; None for a class whose name does not tell."""
    if (found := _BURSTABLE.fullmatch(instance_class)) and found[1] in _BURSTABLE_GIB:
        gib = _BURSTABLE_GIB[found[1]]
        return Size(gib, max(2, gib // 4))
    if found := _OTHERS.fullmatch(instance_class):
        cpus = 2 if found[2] == "large" else 4 * int(found[3] or 1)
        return Size(cpus * _GIB_FOR_EACH_CPU[found[1]], cpus)
    return None
