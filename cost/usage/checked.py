"""One usage file for several deployments, of which each may lack what another has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from cost.usage.file import UsageFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cfn.template import Resource


@dataclass(frozen=True)
class CheckedUsage(UsageFile):
    """A usage file that has been held against the resources of all its deployments together."""

    @classmethod
    def of_all(cls, usage: UsageFile, resources: Iterable[Resource]) -> Self:
        """Hold a file against resources of whichever deployment, once; raises UsageRefused."""
        usage.check(resources)
        return cls(usage.name, usage.sections, usage.traffic)

    def check(self, resources: Iterable[Resource]) -> None:
        """Let pass: what is not there is in another deployment."""
