"""From the resources of templates to an architecture: tiles, the groups around them, and arrows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from report.architecture.folding import wording
from report.architecture.folding.connections import USERS, Connections, spoken
from report.architecture.folding.facts import Facts
from report.architecture.folding.networks import Networks
from report.architecture.folding.owners import Owners
from report.architecture.folding.table import UNKNOWN_ICON, Kind, table
from report.architecture.model import Architecture, Arrow, Boundary, Group, Lane, Tile
from report.architecture.text import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cfn.deployment import Deployment
    from cfn.template import Resource

ACCOUNT: Final = "account"
REGION: Final = "region"
_FUNCTION_URL: Final = "AWS::Lambda::Url"
_ENTRANCES: Final = {
    "distribution": "HTTPS",
    "http-api": "HTTPS",
    "rest-api": "HTTPS",
    "names": "DNS",
}


def architecture_of(deployment: Deployment) -> Architecture:
    """Fold the resources of a deployment's templates into an architecture.

    A type that is not known becomes a tile of its own. Raises CfnError where a template has no resources
    that can be read.
    """
    return _Folding(deployment).architecture()


class _Folding:
    """What is worked out on the way."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._facts = Facts(deployment)
        self._owners = Owners(self._facts)
        self._networks = Networks(self._facts, REGION)
        self._kinds = {tile: _kind(tile, members) for tile, members in self._owners.members.items()}
        self._counts = Counter(kind.id for kind in self._kinds.values() if kind)

    def architecture(self) -> Architecture:
        lanes = {tile: self._lane(tile) for tile in self._owners.members}
        below = {tile for tile, lane in lanes.items() if lane.is_below}
        arrows = Connections(self._facts, self._owners, below).all()
        lanes = {tile: self._fronted(tile, lane, arrows) for tile, lane in lanes.items()}
        self._see_networks(lanes)
        tiles = [self._tile(tile, lanes[tile]) for tile in sorted(self._owners.members)]
        tiles += [_empty_vpc(self._networks, group) for group in self._networks.empty()]
        self._networks.gather()
        outside, outward = self._outside(tiles, arrows)
        return Architecture(
            self._deployment.name,
            self._deployment.region,
            self._deployment.account,
            (*outside, *tiles),
            (*self._around(), *self._networks.groups.values()),
            (*outward, *arrows),
            len(self._facts.resources),
        )

    def _around(self) -> tuple[Group, Group]:
        account = self._deployment.account
        caption = f"Account {account}" if account else "AWS account"
        region = self._deployment.region
        return (
            Group(ACCOUNT, Boundary.ACCOUNT, caption, f"AWS account {account or 'of the deployment'}"),
            Group(REGION, Boundary.REGION, region, f"region {region}", ACCOUNT),
        )

    def _lane(self, tile: str) -> Lane:
        """Where a tile stands; what only alarms or logs go to stands with them."""
        kind, members = self._kinds[tile], self._owners.members[tile]
        if kind is None:
            return Lane.OTHER
        naming = {each.type for each in self._facts.referrers.get(members[0], ())}
        if kind.id == "topic" and naming & {"AWS::CloudWatch::Alarm", "AWS::Budgets::Budget"}:
            return Lane.OBSERVABILITY
        if kind.id == "bucket" and self._keeps_logs(members[0]):
            return Lane.OBSERVABILITY
        return kind.lane

    def _keeps_logs(self, bucket: Resource) -> bool:
        places = (
            ("AWS::CloudFront::Distribution", "DistributionConfig.Logging"),
            ("AWS::S3::Bucket", "LoggingConfiguration"),
            ("AWS::CloudTrail::Trail", "S3BucketName"),
            ("AWS::EC2::FlowLog", "LogDestination"),
        )
        return any(
            bucket in self._facts.named(self._facts.get(each, path))
            for kind, path in places
            for each in self._facts.of(kind)
        )

    def _see_networks(self, lanes: dict[str, Lane]) -> None:
        """Ask once in advance, so that what tells its VPC comes before what only shares its subnets."""
        for tile, members in self._owners.members.items():
            self._networks.around(members[0], lanes[tile].name.lower())
        self._networks.groups.clear()

    def _fronted(self, tile: str, lane: Lane, arrows: Sequence[Arrow]) -> Lane:
        """A bucket that a distribution serves stands beside the API."""
        sources = [self._kinds.get(arrow.source) for arrow in arrows if arrow.target == tile]
        is_served = any(kind is not None and kind.id == "distribution" for kind in sources)
        return Lane.API if lane is Lane.DATA and is_served else lane

    def _tile(self, tile: str, lane: Lane) -> Tile:
        members, kind = self._owners.members[tile], self._kinds[tile]
        around = ACCOUNT
        if lane is not Lane.EDGE and not lane.is_below:
            around = self._networks.around(members[0], lane.name.lower())
        told = wording.details(self._facts, kind.id, members) if kind else None
        return Tile(
            tile,
            kind.icon if kind else UNKNOWN_ICON,
            lane,
            self._title(members, kind),
            told if told is not None else wording.strange_details(members),
            f"{self._title(members, kind)}: {_told(members)}",
            around,
            tuple(str(each) for each in members),
            wording.satellites(self._facts, members) if lane is Lane.COMPUTE else (),
            kind.id if kind else "",
        )

    def _title(self, members: Sequence[Resource], kind: Kind | None) -> str:
        if kind is None:
            several = f"{len(members)} × {wording.type_name(members[0].type)}"  # noqa: RUF001  (the sign for times)
            return words(members[0].logical_id) if len(members) == 1 else several
        if kind.is_shared:
            count = sum(each.type == members[0].type for each in members)
            return kind.noun if count == 1 else f"{count} {_within(kind.plural)}"
        if kind.is_named or self._counts[kind.id] > 1:
            return words(members[0].logical_id)
        return kind.noun

    def _outside(self, tiles: Sequence[Tile], arrows: Sequence[Arrow]) -> tuple[list[Tile], list[Arrow]]:
        """Users, and the systems of others; with what leads from and to them."""
        found: dict[str, Tile] = {}
        drawn: list[Arrow] = []
        behind = {arrow.target for arrow in arrows if not arrow.is_aside}
        for tile in tiles:
            label = self._entrance(tile)
            if label is not None and tile.id not in behind:
                found[USERS] = Tile(USERS, "users", Lane.USERS, "Users", (), "users of the system")
                drawn.append(Arrow(USERS, tile.id, label, "requests of users", weight=5))
        for tile in tiles:
            for name in self._called(tile):
                other = f"outside:{name}"
                found[other] = Tile(other, "outside", Lane.USERS, name, (), f"{name}, a system of others")
                drawn.append(Arrow(tile.id, other, "HTTPS", f"calls {name}", is_aside=True))
        return list(found.values()), drawn

    def _entrance(self, tile: Tile) -> str | None:
        """What users speak to a tile; None where they don't."""
        kind = self._kinds.get(tile.id)
        members = self._owners.members.get(tile.id, [])
        if kind is not None and kind.id == "balancer":
            return self._answers(members)
        if kind is not None and kind.id in _ENTRANCES:
            return _ENTRANCES[kind.id]
        return "HTTPS" if any(each.type == _FUNCTION_URL for each in members) else None

    def _answers(self, balancer: Sequence[Resource]) -> str | None:
        """What a load balancer listens to; None where it is an internal one."""
        if self._facts.text(balancer[0], "Scheme") == "internal":
            return None
        listeners = (each for each in balancer if each.type == "AWS::ElasticLoadBalancingV2::Listener")
        return ", ".join(sorted({spoken(self._facts, each) for each in listeners}))

    def _called(self, tile: Tile) -> list[str]:
        names: dict[str, None] = {}
        for member in self._owners.members.get(tile.id, ())[:1]:
            variables = self._facts.get(member, "Environment.Variables")
            for prefix, name in table().outside.items():
                if isinstance(variables, dict) and any(str(each).startswith(prefix) for each in variables):
                    names[name] = None
        return list(names)


def _kind(tile: str, members: Sequence[Resource]) -> Kind | None:
    """The kind of a tile; None for one of a type that the table does not have."""
    shared = table().by_id.get(tile)
    return shared or table().kinds.get(members[0].type)


def _within(noun: str) -> str:
    """A noun as it stands within a line: `Alarms` is small there, `RDS events` is not."""
    return noun if noun[1:2].isupper() else f"{noun[:1].lower()}{noun[1:]}"


def _told(members: Sequence[Resource]) -> str:
    """All resources of a tile, by type."""
    kinds = Counter(each.type for each in members)
    rest = ", ".join(f"{count} {kind}" if count > 1 else kind for kind, count in kinds.items())
    return f"{members[0]} ({rest})"


def _empty_vpc(networks: Networks, group: str) -> Tile:
    caption = networks.groups[group].full
    return Tile(
        f"{group} tile", "group-vpc", Lane.DATA, "VPC", (caption.rpartition(", ")[2],), caption, group
    )
