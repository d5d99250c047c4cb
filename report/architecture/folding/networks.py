"""The groups around what is in a network: VPC, subnets, security groups; and which of them a tile is in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cfn.template import Resource
from cfn.values import Unknown, many
from report.architecture.folding.facts import plain
from report.architecture.folding.routes import Routes
from report.architecture.folding.table import Attachment, table
from report.architecture.model import Boundary, Group
from report.architecture.text import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.architecture.folding.facts import Facts

_VPC, _SUBNET, _GROUP = "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"


class Networks:
    """Makes groups as tiles ask for them; `parent` is the group around every network."""

    def __init__(self, facts: Facts, parent: str) -> None:
        self._facts, self._parent = facts, parent
        self._routes = Routes(facts)
        self.groups: dict[str, Group] = {}
        self._by_subnets: dict[tuple[str, ...], Any] = {}

    def around(self, resource: Resource, lane: str) -> str:
        """Id of the innermost group around a resource; the region's where it is in no network.

        A security group or a set of subnets that spans lanes is drawn once in each.
        """
        attachment = table().attached.get(resource.type)
        if attachment is None:
            return self._parent
        groups, subnets, subnet_group = self._where(resource, attachment)
        vpc = self._vpc(resource, attachment, groups, subnets)
        if vpc is None:
            return self._parent
        inner = self._vpc_group(vpc)
        inner = self._subnets_group(subnets, subnet_group, inner, lane)
        return self._security_group(groups, inner, lane)

    def empty(self) -> list[str]:
        """Ids of the groups of VPCs that the templates make and nothing is in."""
        taken = set(self.groups)
        return [made for vpc in self._facts.of(_VPC) if (made := self._vpc_group(vpc)) not in taken]

    def gather(self) -> None:
        """Give every resource of a network to the group of what it names: rules, routes, associations."""
        owners = {name: group for group, each in self.groups.items() for name in each.resources}
        left = [each for each in self._facts.of(*sorted(table().network)) if str(each) not in owners]
        for _ in range(2):  # a route names its table, and that its VPC
            for resource in left:
                named = map(str, self._facts.named(self._facts.properties(resource)))
                group = next((owners[name] for name in named if name in owners), None)
                if group is not None and str(resource) not in owners:
                    owners[str(resource)] = group
                    held = self.groups[group]
                    self.groups[group] = replace(held, resources=(*held.resources, str(resource)))

    def _where(
        self, resource: Resource, attachment: Attachment
    ) -> tuple[list[Any], list[Any], Resource | None]:
        """Security groups, subnets and the subnet group of a resource."""
        facts = self._facts
        groups = _all(facts, facts.get(resource, attachment.groups) if attachment.groups else None)
        subnets = _all(facts, facts.get(resource, attachment.subnets) if attachment.subnets else None)
        subnet_group = None
        if attachment.subnet_group:
            named = facts.named(facts.get(resource, attachment.subnet_group))
            subnet_group = named[0] if named else None
            if subnet_group is not None:
                subnets = _all(facts, facts.get(subnet_group, "SubnetIds"))
        return groups, subnets, subnet_group

    def _vpc(
        self, resource: Resource, attachment: Attachment, groups: Sequence[Any], subnets: Sequence[Any]
    ) -> Any:
        """The VPC as a resource, an id or an Unknown; None where there is none."""
        if resource.type == "AWS::EC2::InternetGateway":
            return self._gateway_vpc(resource)
        if attachment.vpc and (found := self._facts.get(resource, attachment.vpc)) is not None:
            return self._named(found)
        for each in (*groups, *subnets):
            if isinstance(each, Resource) and (found := self._facts.get(each, "VpcId")) is not None:
                return self._known(self._named(found), subnets)
        if not groups and not subnets:
            return None
        return self._known(None, subnets)

    def _known(self, vpc: Any, subnets: Sequence[Any]) -> Any:
        """The VPC of these subnets; one that only its subnets tell is that of others in the same."""
        key = tuple(sorted(map(_key, subnets)))
        if vpc is None:
            return self._by_subnets.get(key, Unknown("the VPC is known by what is in it", "Vpc"))
        self._by_subnets[key] = vpc
        return vpc

    def _gateway_vpc(self, gateway: Resource) -> Any:
        for attachment in self._facts.of("AWS::EC2::VPCGatewayAttachment"):
            if gateway in self._facts.named(self._facts.get(attachment, "InternetGatewayId")):
                return self._named(self._facts.get(attachment, "VpcId"))
        return None

    def _named(self, value: Any) -> Any:
        found = self._facts.named(value)
        return found[0] if found else value

    def _vpc_group(self, vpc: Any) -> str:
        if isinstance(vpc, Resource):
            block = self._facts.text(vpc, "CidrBlock")
            caption = f"VPC {block}" if block else words(vpc.logical_id)
            full = f"VPC {vpc}, {self._count_subnets(vpc)}"
        elif isinstance(vpc, Unknown):
            adopted = vpc.name.lower().startswith("adopted")
            caption, full = ("VPC (adopted)" if adopted else "VPC"), f"VPC: {vpc.reason}"
        else:
            caption = full = f"VPC {plain(vpc)}".strip()
        return self._add(Boundary.VPC, _key(vpc), caption, full, self._parent, [vpc])

    def _count_subnets(self, vpc: Resource) -> str:
        inside = [
            each
            for each in self._facts.of(_SUBNET)
            if vpc in self._facts.named(self._facts.get(each, "VpcId"))
        ]
        return f"{len(inside)} subnets" if len(inside) != 1 else "1 subnet"

    def _subnets_group(
        self, subnets: Sequence[Any], subnet_group: Resource | None, parent: str, lane: str
    ) -> str:
        if not subnets and subnet_group is None:
            return parent
        known = [each for each in subnets if isinstance(each, Resource)]
        zones = {_key(self._zone(each)) for each in known}
        is_public = self._routes.are_public(subnets)
        noun = _noun(len(known), is_public=is_public, is_group=subnet_group is not None)
        where = f", {len(zones)} AZs" if len(zones) > 1 else ""
        names = ", ".join(f"{each} in {plain(self._zone(each)) or 'a zone'}" for each in known)
        reasons = ", ".join(each.reason for each in subnets if isinstance(each, Unknown))
        full = f"{noun}: {names or reasons or 'known by their ids'}"
        key = f"{_key(subnet_group)}|" if subnet_group is not None else ""
        key += "|".join(sorted(map(_key, subnets)))
        members = [*([subnet_group] if subnet_group is not None else []), *known]
        boundary = Boundary.PUBLIC_SUBNETS if is_public else Boundary.SUBNETS
        return self._add(boundary, f"{key}|{lane}", noun + where, full, parent, members)

    def _zone(self, subnet: Resource) -> Any:
        zone = self._facts.get(subnet, "AvailabilityZoneId")
        return zone if zone is not None else self._facts.get(subnet, "AvailabilityZone")

    def _security_group(self, groups: Sequence[Any], parent: str, lane: str) -> str:
        if not groups:
            return parent
        names = [words(each.logical_id) if isinstance(each, Resource) else "" for each in groups]
        caption = " + ".join(filter(None, names)) or "Security group"
        full = "Security group: " + ", ".join(
            f"{each}, {self._facts.text(each, 'GroupDescription')}".rstrip(", ")
            if isinstance(each, Resource)
            else (each.reason if isinstance(each, Unknown) else str(each))
            for each in groups
        )
        key = "|".join(sorted(map(_key, groups)))
        return self._add(Boundary.SECURITY_GROUP, f"{key}|{parent}|{lane}", caption, full, parent, groups)

    def _add(
        self, boundary: Boundary, key: str, caption: str, full: str, parent: str, made_of: Sequence[Any]
    ) -> str:
        group_id = f"{boundary.value}:{key}"
        resources = tuple(str(each) for each in made_of if isinstance(each, Resource))
        self.groups.setdefault(group_id, Group(group_id, boundary, caption, full, parent, resources))
        return group_id


def _noun(count: int, *, is_public: bool | None, is_group: bool) -> str:
    """What subnets are called: whether they are public, where that is known."""
    if is_public is None and is_group:
        return "Subnet group"
    kind = {None: "", True: "public ", False: "private "}[is_public]
    return f"{kind}{'subnet' if count == 1 else 'subnets'}".capitalize()


def _all(facts: Facts, value: Any) -> list[Any]:
    """The resources that a value names; what is named otherwise, as it stands."""
    if value is None:
        return []
    found = facts.named(value)
    return list(found) if found else [each for each in many(value) if each not in (None, "")]


def _key(value: Any) -> str:
    return value.reason if isinstance(value, Unknown) else str(value)
