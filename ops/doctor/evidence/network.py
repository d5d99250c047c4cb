"""The network between the function and its database: every way from subnet to subnet, and what stops it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.errors import NotThere
from ops.doctor.operations import READS
from ops.network.errors import NetworkRefused
from ops.network.place import OUTSIDE, Place
from ops.network.reaching import every_pair
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.evidence.whole import Evidence
    from ops.doctor.reading import Reading
    from ops.network.reaching import Pair
    from ops.network.stop import Kind, Stop

    Document = Mapping[str, Any]

THINGS: Final = {
    "DescribeInternetGateways": "the internet gateways",
    "DescribeManagedPrefixLists": "the prefix lists",
    "DescribeNatGateways": "the NAT gateways",
    "DescribeNetworkAcls": "the network ACLs",
    "DescribeRouteTables": "the route tables",
    "DescribeSecurityGroups": "the security groups",
    "DescribeSubnets": "the subnets",
    "DescribeVpcAttribute": "the VPC's DNS",
    "DescribeVpcEndpoints": "the VPC's endpoints",
    "GetManagedPrefixListEntries": "a prefix list",
}


class Read:
    """An account for `ops.network`, which names operations as boto3 does; raises `AccessError`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @property
    def region(self) -> str:
        """Such as `us-east-1`."""
        return self._reading.region

    def call(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        """The answer of an operation that the doctor may call."""
        from botocore import xform_name

        name = next((each for each in READS.get(service, ()) if xform_name(each) == operation), operation)
        found: Mapping[str, Any] = self._reading.call(
            f"{service}:{name}", THINGS.get(name, "the network"), **parameters
        )
        return found


class Network:
    """Function, database and what is between; each attribute raises `NotThere` or `AccessError`."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self.account = Read(evidence.reading)

    @cached_property
    def function(self) -> Place:
        """Where the invoked version of the function is."""
        invoked = self._evidence.function
        place = Place.of_function({**invoked.configuration, "FunctionName": invoked.name})
        if place is OUTSIDE:
            return replace(OUTSIDE, name=f"function {invoked.name} outside of any VPC")
        return place

    @property
    def outside(self) -> str:
        """How a function that is in no VPC is told of."""
        return f"function {self._evidence.function.name} is in no VPC"

    @property
    def is_inside(self) -> bool:
        """Whether the function is in a VPC of the account's."""
        return self.function.vpc_id is not None

    @cached_property
    def target(self) -> Place:
        """Where the proxy is that the URL names, or the instance: its standby is another matter."""
        proxy = self._proxy
        if proxy is not None:
            return Place(
                f"proxy {proxy['DBProxyName']}",
                str(proxy["VpcId"]),
                tuple(proxy.get("VpcSubnetIds") or ()),
                tuple(proxy.get("VpcSecurityGroupIds") or ()),
            )
        return self._placed({**self._instance, "MultiAZ": False})

    @cached_property
    def standby(self) -> Place | None:
        """Where a failover moves the instance; None for one without a standby, or in a zone not told."""
        instance = self._instance
        zone = instance.get("SecondaryAvailabilityZone")
        if self._proxy is not None or not instance.get("MultiAZ") or not zone:
            return None
        place = self._placed({**instance, "MultiAZ": False, "AvailabilityZone": zone})
        return replace(place, name=f"the standby of {place.name}")

    def stops_after_failover(self, kind: Kind) -> list[Stop]:
        """What stops for sure of one kind, wherever the instance is, now or after a failover."""
        anywhere = self.target if self._proxy is not None else self._placed(self._instance)
        pairs = every_pair(self.account, self.function, anywhere, self.port)
        found = (stop for pair in pairs for stop in pair.stops if stop.followed and stop.kind is kind)
        return list(dict.fromkeys(found))

    @cached_property
    def port(self) -> int:
        """Where the instance listens: that the URL names another is another fault."""
        if self._proxy is None:
            listens = (self._instance.get("Endpoint") or {}).get("Port")
            if listens:
                return int(listens)
        return self._evidence.database.port

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Each way from a subnet of the function's to one of the database's."""
        return tuple(every_pair(self.account, self.function, self.target, self.port))

    @cached_property
    def open_elsewhere(self) -> int | None:
        """The port that the URL names, where it is not the instance's, and the way is open at it."""
        try:
            asked = self._evidence.database.port
        except (AccessError, NotThere):
            return None
        if asked == self.port:
            return None
        pairs = every_pair(self.account, self.function, self.target, asked)
        return asked if all(pair.is_open for pair in pairs) else None

    @property
    def is_open(self) -> bool:
        """Whether nothing stops any of them."""
        return all(pair.is_open for pair in self.pairs)

    @property
    def is_partly_open(self) -> bool:
        """Whether some of them are open, and others are stopped for sure."""
        return any(pair.is_open for pair in self.pairs) and any(pair.is_closed for pair in self.pairs)

    @property
    def is_ambiguous(self) -> bool:
        """Whether it hangs on where the database is: one subnet has an open way and a closed one."""
        closed = {pair.source.subnet_ids for pair in self.pairs if pair.is_closed}
        return any(pair.is_open and pair.source.subnet_ids in closed for pair in self.pairs)

    @property
    def unsure(self) -> Stop | None:
        """What is on the way and is not followed, where nothing else decides."""
        ways = [pair for pair in self.pairs if not pair.is_closed]
        return next((stop for pair in ways for stop in pair.stops), None)

    def stops(self, *kinds: Kind) -> list[Stop]:
        """What stops for sure, each once, of these kinds."""
        found = (stop for pair in self.pairs for stop in pair.stops)
        return list(dict.fromkeys(stop for stop in found if stop.followed and stop.kind in kinds))

    def group(self, group_id: str) -> Document | None:
        """A security group; None for one that is not there."""
        filters = [{"Name": "group-id", "Values": [group_id]}]
        found = self.account.call("ec2", "describe_security_groups", Filters=filters)["SecurityGroups"]
        return next(iter(found), None)

    def subnet(self, subnet_id: str) -> Document | None:
        """A subnet; None for one that is not there."""
        filters = [{"Name": "subnet-id", "Values": [subnet_id]}]
        found = self.account.call("ec2", "describe_subnets", Filters=filters)["Subnets"]
        return next(iter(found), None)

    def acl(self, acl_id: str) -> Document:
        """A network ACL."""
        found = self.account.call("ec2", "describe_network_acls", NetworkAclIds=[acl_id])["NetworkAcls"]
        if not found:
            raise NotThere(f"network ACL {acl_id}")
        acl: Document = found[0]
        return acl

    @cached_property
    def _instance(self) -> Document:
        """The one that the URL leads to; the settings' where it can't be read; raises for another host."""
        database = self._evidence.database
        try:
            is_known = database.reached is not None
        except NotThere:
            is_known = True
        if not is_known:
            raise NotThere("database instance of this account at the host in the function's URL")
        return database.instance

    @cached_property
    def _proxy(self) -> Document | None:
        with suppress(AccessError, NotThere):
            return self._evidence.database.proxy
        return None

    def _placed(self, instance: Document) -> Place:
        try:
            return Place.of_database(instance)
        except NetworkRefused:
            name = instance["DBInstanceIdentifier"]
            raise NotThere(f"subnet group of database {name} that tells where it is") from None
