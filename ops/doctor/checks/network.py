"""Is the way from the function to its database open: names, VPCs, routes, groups, ACLs, in their order?

By configuration: each check names the rule, table or entry that stops the way, of which the first is the
cause. What a request comes to is the same for all: no answer comes in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED
from ops.doctor.checks.network_mending import attach, open_acls
from ops.doctor.checks.network_stops import attached, fits, stopped, to_database, trouble
from ops.doctor.evidence.troubles import Trouble
from ops.doctor.sign import Sign
from ops.network.stop import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence
    from ops.network.stop import Stop

OVER_INTERNET: Final = (Kind.ROUTE, Kind.GATEWAY)


@check("NET-010", Effect.FAILS, signs=FAILED)
def named_is_gone(evidence: Evidence) -> Answer:
    """By Lambda's own word for it, or by looking for each of them."""
    function, network = evidence.function, evidence.network
    if not network.is_inside:
        return ruled_out(f"{network.outside}, so it names no subnet")
    code = function.configuration.get("StateReasonCode")
    if code in ("InvalidSubnet", "InvalidSecurityGroup"):
        return proved(
            f"Lambda says of function {function.short}: {code}",
            *attach(evidence, anew=True),
            explains=fits(evidence),
        )
    place = network.function
    subnets = [f"subnet {each}" for each in place.subnet_ids if network.subnet(each) is None]
    groups = [f"security group {each}" for each in place.group_ids if network.group(each) is None]
    gone = subnets + groups
    some_left = len(subnets) < len(place.subnet_ids) and len(groups) < len(place.group_ids)
    if gone:
        return proved(
            f"{' and '.join(gone)}, which function {function.short} names, "
            f"{'are' if len(gone) > 1 else 'is'} not there",
            *attach(evidence, anew=True),
            explains=fits(evidence) and not (some_left and evidence.sign is Sign.WELL),
        )
    if stops := network.stops(Kind.SUBNET):
        return proved(stops[0].why, *attach(evidence, anew=True), explains=fits(evidence))
    return ruled_out(f"all subnets and groups of function {function.short} are there")


@check("NET-011", Effect.FAILS, signs=FAILED, ran=True)
def no_names(evidence: Evidence) -> Answer:
    """AWS's DNS can be switched off in a VPC, or another be named that does not know AWS's names."""
    network = evidence.network
    vpc = network.function.vpc_id
    if vpc is None:
        return ruled_out(f"{network.outside}, so no VPC's DNS is asked")
    if stops := network.stops(Kind.NAMES):
        return proved(
            stops[0].why,
            f"aws ec2 modify-vpc-attribute --vpc-id {vpc} --enable-dns-support '{{\"Value\":true}}'",
            explains=fits(evidence, Trouble.NAME),
        )
    if trouble(evidence) is Trouble.NAME and (servers := _own_servers(evidence, vpc)):
        return unknown(
            f"{vpc} has DNS servers of its own by its DHCP options ({', '.join(servers)}), and the "
            "database's name is not resolved",
            decide=f"whether these know the name: dig @{servers[0]} {evidence.database.host}",
        )
    return ruled_out(f"{vpc} has enableDnsSupport on")


@check("NET-002", Effect.FAILS, signs=FAILED, ran=True)
@to_database
def private_database(evidence: Evidence) -> Answer:
    """From outside of its VPC, a private instance's name leads to a private address."""
    said = f"{evidence.network.outside}, and "
    return stopped(evidence, (Kind.PRIVATE,), attached, said=said, outside=True)


@check("NET-007", Effect.FAILS, signs=FAILED, ran=True)
@to_database
def other_vpc(evidence: Evidence) -> Answer:
    """Two VPCs have nothing in common, unless somebody has connected them."""
    network = evidence.network
    if network.is_inside and network.function.vpc_id == network.target.vpc_id:
        return ruled_out(f"function and {network.target.name} are both in {network.target.vpc_id}")
    stops = network.stops(Kind.OTHER_VPC, Kind.ROUTE, Kind.PRIVATE, Kind.GATEWAY)
    if network.is_inside and stops and stops[0].kind is not Kind.OTHER_VPC:
        return proved(
            f"{network.function.name} is in {network.function.vpc_id} and {network.target.name} in "
            f"{network.target.vpc_id}: it is asked over the internet, and {stops[0].why}",
            *attach(evidence),
            explains=fits(evidence),
        )
    return stopped(evidence, (Kind.OTHER_VPC,), attached)


@check("NET-012", Effect.FAILS, signs=FAILED, ran=True)
@to_database
def led_astray(evidence: Evidence) -> Answer:
    """Within a VPC, only a route more specific than the VPC's own can do so."""
    network = evidence.network
    if network.function.vpc_id != network.target.vpc_id:
        return ruled_out("function and database are not in one VPC, where a route could lead astray")
    return stopped(evidence, (Kind.ROUTE,), _look_at_table)


@check("NET-013", Effect.FAILS, signs=FAILED, ran=True)
@to_database
def no_way_from_internet(evidence: Evidence) -> Answer:
    """A public address alone leads nowhere: it takes a gateway, a route to it, and nobody who blocks it."""
    network = evidence.network
    if network.is_inside:
        return ruled_out(f"{network.function.name} is in {network.function.vpc_id}")
    return stopped(evidence, OVER_INTERNET, attached, outside=True)


@check("NET-014", Effect.SHOWS, signs={*FAILED, Sign.WELL}, ran=True)
@to_database
def open_in_part(evidence: Evidence) -> Answer:
    """Lambda takes any of the function's subnets, and nobody chooses which."""
    network = evidence.network
    if network.is_ambiguous:
        return unknown(
            f"{network.target.name} may be in several subnets, and not to all of them the way is open",
            decide=f"which address {evidence.database.host} is resolved to within {network.target.vpc_id}",
        )
    if not network.is_partly_open:
        return ruled_out("all of the function's subnets are alike in this")
    closed = sorted({pair.source.subnet_ids[0] for pair in network.pairs if pair.is_closed})
    return proved(
        f"the way is closed from {' and '.join(closed)} of function {evidence.function.short}, and open from "
        "its other subnets",
        explains=fits(evidence),
    )


@check("NET-015", Effect.RISK)
@to_database
def standby_cut_off(evidence: Evidence) -> Answer:
    """The same look at where the instance would be."""
    from ops.network.reaching import every_pair

    network = evidence.network
    standby = network.standby
    if standby is None:
        return ruled_out(f"{network.target.name} has no standby in a zone of its own")
    if not network.is_open:
        return ruled_out("the way to the instance is closed already")
    pairs = every_pair(network.account, network.function, standby, network.port)
    stops = [stop for pair in pairs for stop in pair.stops if stop.followed]
    if stops:
        commands = open_acls(evidence, [stop for stop in stops if stop.kind is Kind.ACL])
        return proved(f"the way to {standby.name} is closed: {stops[0].why}", *commands)
    return ruled_out(f"the way to {standby.name} is open as well")


def _look_at_table(evidence: Evidence, stop: Stop) -> Sequence[str]:
    del evidence
    return (f"aws ec2 describe-route-tables --route-table-ids {stop.thing}",)


def _own_servers(evidence: Evidence, vpc: str) -> list[str]:
    found = evidence.reading.call("ec2:DescribeVpcs", f"VPC {vpc}", VpcIds=[vpc])["Vpcs"]
    name = str(found[0].get("DhcpOptionsId") or "default") if found else "default"
    if name == "default":
        return []
    options = evidence.reading.call("ec2:DescribeDhcpOptions", f"DHCP options {name}", DhcpOptionsIds=[name])[
        "DhcpOptions"
    ]
    listed = (each for option in options for each in option.get("DhcpConfigurations", ()))
    values = [
        value["Value"] for each in listed if each["Key"] == "domain-name-servers" for value in each["Values"]
    ]
    return [str(each) for each in values if each != "AmazonProvidedDNS"]
