"""What the parts of a system use: databases, by variables and security groups; all else, by roles."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from cfn.errors import CfnError
from cfn.iam import policies_of_role, statements
from cfn.security_groups import SecurityGroups
from cfn.values import many
from report.architecture.folding.table import table
from report.architecture.model import Arrow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cfn.template import Resource
    from report.architecture.folding.facts import Facts
    from report.architecture.folding.owners import Owners

_DATABASES = ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::RDS::DBProxy")
_READS = ("get", "query", "scan", "batchget", "list", "describe", "receive", "head", "select")
_PORTS: Final = {"mysql": 3306, "mariadb": 3306, "aurora-mysql": 3306}
_POSTGRESQL: Final = 5432
_DIGITS_OF_A_PORT: Final = 5
_PREFIXES: Final = {"stepfunctions": "states"}
"""How a service's actions begin, where that is not its name in types."""
_TLS = re.compile(r"sslmode=(require|verify-ca|verify-full)|[?&](ssl|tls)=true", re.IGNORECASE)


class Uses:
    """Finds arrows from what uses something to that."""

    def __init__(self, facts: Facts, owners: Owners) -> None:
        self._facts, self._owners = facts, owners

    def all(self) -> Iterator[Arrow]:
        """Arrows of databases, then those of roles; ends may be the same or stand below."""
        yield from self._databases()
        yield from self._roles()

    def _databases(self) -> Iterator[Arrow]:
        """By a function's variables; else by the rules of the security groups of both."""
        databases = self._facts.of(*_DATABASES)
        if not databases:
            return
        actors = self._facts.of(*table().attached)
        for actor in actors:
            named = [
                database
                for database in self._facts.named(self._facts.get(actor, "Environment"))
                if database in databases
            ]
            for database in named or self._reached(actor, databases):
                is_tls = _TLS.search(_written(self._facts.get(actor, "Environment"))) is not None
                port = f"{'TLS ' if is_tls else ''}{self._port(database)}"
                yield from self._arrow(actor, database, port, "connects, by variables or security groups", 3)

    def _reached(self, actor: Resource, databases: Sequence[Resource]) -> list[Resource]:
        """Databases whose groups let in a group of the actor, by name."""
        rules = self._rules
        if rules is None or (actor.type in _DATABASES and actor.type != "AWS::RDS::DBProxy"):
            return []
        groups = self._groups_of(actor)
        return [
            database
            for database in databases
            if database is not actor
            and any(
                rule.peer in groups for rule in rules.ingress(self._groups_of(database), self._port(database))
            )
        ]

    @cached_property
    def _rules(self) -> SecurityGroups | None:
        """None where a rule can't be read."""
        try:
            return SecurityGroups(self._facts.deployment)
        except (CfnError, TypeError, AttributeError):
            return None

    def _groups_of(self, resource: Resource) -> list[Resource]:
        attachment = table().attached.get(resource.type)
        if attachment is None or not attachment.groups:
            return []
        return self._facts.named(self._facts.get(resource, attachment.groups))

    def _port(self, database: Resource) -> int:
        port = self._facts.text(database, "Port")
        if port.isdecimal() and len(port) <= _DIGITS_OF_A_PORT:
            return int(port)
        return _PORTS.get(self._facts.text(database, "Engine"), _POSTGRESQL)

    def _roles(self) -> Iterator[Arrow]:
        """By what the role of a tile may do to other tiles."""
        for role in self._facts.of("AWS::IAM::Role"):
            source = self._owners.of(role)
            for target, actions in sorted(self._allowed(role).items()):
                if source is not None and source != target:
                    yield Arrow(source, target, _verb(sorted(actions)), ", ".join(sorted(actions)), 2)

    def _arrow(
        self, source: Resource, target: Resource, label: str, full: str, weight: int
    ) -> Iterator[Arrow]:
        ends = self._owners.of(source), self._owners.of(target)
        if ends[0] is not None and ends[1] is not None:
            yield Arrow(ends[0], ends[1], label, full, weight)

    def _allowed(self, role: Resource) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for document in self._documents(role):
            try:
                spoken = statements(document)
            except (CfnError, AttributeError, TypeError):
                continue  # a policy that nobody can read allows nothing that could be drawn
            for statement in spoken:
                if statement.effect == "Allow":
                    for named in self._facts.named(list(statement.resources)):
                        if tile := self._owners.of(named):
                            actions = _meant_for(named.type, [*map(str, statement.actions)])
                            found.setdefault(tile, set()).update(actions)
        return found

    def _documents(self, role: Resource) -> Iterator[Any]:
        try:
            yield from [policy.document for policy in policies_of_role(self._facts.deployment, role)]
        except (CfnError, AttributeError, TypeError):
            return


def _meant_for(kind: str, actions: Sequence[str]) -> Sequence[str]:
    """Those of a statement's actions that are of a type's service; all where none is."""
    service = kind.removeprefix("AWS::").partition("::")[0].lower()
    prefix = _PREFIXES.get(service, service)
    return [each for each in actions if each.partition(":")[0].lower() == prefix] or actions


def _verb(actions: Sequence[str]) -> str:
    """One word or two for what may be done: the action itself where there is one."""
    names = [action.rpartition(":")[2] for action in actions]
    if len(names) == 1 and "*" not in names[0]:
        return names[0]
    reads = [name.lower().startswith(_READS) for name in names]
    if all(reads):
        return "reads"
    return "reads, writes" if any(reads) or "*" in "".join(names) else "writes"


def _written(value: Any) -> str:
    """All plain text within a value."""
    if isinstance(value, dict):
        return " ".join(_written(each) for each in value.values())
    return " ".join(str(each) for each in many(value) if isinstance(each, str))
