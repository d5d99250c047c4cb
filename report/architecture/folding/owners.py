"""Which tile each resource belongs to: its own, the one it is folded into, or one that many share."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from report.architecture.folding.facts import plain
from report.architecture.folding.table import table

if TYPE_CHECKING:
    from cfn.template import Resource
    from report.architecture.folding.facts import Facts

DEEPEST: Final = 20
"""How long a chain of resources that belong to one another is followed."""
FEW: Final = 3
"""So many resources of a type that the table does not have get tiles of their own; more are one tile."""
MANY: Final = 12
"""From so many such resources on, those of a type are always one tile."""
_LOGS_OF: Final = {"/aws/lambda/": "AWS::Lambda::Function", "/aws/rds/instance/": "AWS::RDS::DBInstance"}
_NAMES: Final = {"AWS::Lambda::Function": "FunctionName", "AWS::RDS::DBInstance": "DBInstanceIdentifier"}


class Owners:
    """The tiles by id, each with its resources; the one that it is named after stands first."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._table = table()
        self._found: dict[Resource, str | None] = {}
        self._strange = Counter(
            resource.type for resource in facts.resources if not self._is_in_table(resource.type)
        )
        self.members: dict[str, list[Resource]] = {}
        for resource in facts.resources:
            tile = self.of(resource)
            if tile is not None:
                self.members.setdefault(tile, []).append(resource)
        for tile, members in self.members.items():
            members.sort(key=lambda each: (str(each) != tile, self._rank(each)))

    def of(self, resource: Resource, depth: int = 0) -> str | None:
        """Id of a resource's tile; None for what is a part of the network."""
        if resource not in self._found:
            self._found[resource] = None  # a circle of resources that name each other ends here
            self._found[resource] = self._owner(resource, depth)
        return self._found[resource]

    def _is_in_table(self, kind: str) -> bool:
        return kind in self._table.kinds or kind in self._table.folded or kind in self._table.network

    def _rank(self, resource: Resource) -> int:
        """What a shared tile is about stands before what belongs to it."""
        kinds = list(self._table.kinds)
        return kinds.index(resource.type) if resource.type in self._table.kinds else len(kinds)

    def _owner(self, resource: Resource, depth: int) -> str | None:
        kind = self._table.kinds.get(resource.type)
        if kind is not None:
            return kind.id if kind.is_shared else str(resource)
        if resource.type in self._table.network:
            return None
        if resource.type in self._table.folded:
            found = self._above(resource, depth) if depth < DEEPEST else None
            lost = self._table.lost.get(resource.type)
            return found or (lost.id if lost else str(resource))
        few = FEW if self._strange.total() <= MANY else 1
        return str(resource) if self._strange[resource.type] <= few else resource.type

    def _above(self, resource: Resource, depth: int) -> str | None:
        """The tile of what a resource says that it belongs to, or else of what names it."""
        for path in self._table.folded[resource.type]:
            for named in self._facts.named(self._facts.get(resource, path)):
                if tile := self.of(named, depth + 1):
                    return tile
        naming = self._facts.referrers.get(resource, [])
        candidates = [*self._by_name(resource), *sorted(naming, key=self._is_shared)]
        for candidate in candidates:
            if tile := self.of(candidate, depth + 1):
                return tile
        return None

    def _is_shared(self, resource: Resource) -> bool:
        kind = self._table.kinds.get(resource.type)
        return kind is not None and kind.is_shared

    def _by_name(self, resource: Resource) -> list[Resource]:
        """Whose log group it is, by the name that AWS gives to theirs."""
        name = plain(self._facts.get(resource, "LogGroupName"))
        for prefix, kind in _LOGS_OF.items():
            if resource.type == "AWS::Logs::LogGroup" and name.startswith(prefix):
                whose = name.removeprefix(prefix).split("/")[0]
                return [
                    each for each in self._facts.of(kind) if self._facts.text(each, _NAMES[kind]) == whose
                ]
        return []
