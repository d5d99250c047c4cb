"""What opens the way to the database, as commands: by security groups, never by addresses of anybody."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ops.network.flow import ports_of, same_protocol
from ops.network.opening import lacks, openings
from runtime.migrator.errors import AccessError
from stacks.values import DATABASE_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ops.doctor.evidence.network import Network
    from ops.doctor.evidence.whole import Evidence
    from ops.network.opening import Lack, Opening
    from ops.network.stop import Stop

NEW_GROUP = "$group"
"""The id of a group that the commands make, in a shell's variable."""


def attach(evidence: Evidence, *, anew: bool = False) -> Sequence[str]:
    """Put the function into the database's VPC: into its subnets, under a group that it admits.

    What is not published may be there already: then it is to be published, unless all is wanted `anew`.
    """
    network, function = evidence.network, evidence.function
    target = network.target
    if (
        not anew
        and function.is_alias
        and (function.latest.get("VpcConfig") or {}).get("VpcId") == target.vpc_id
    ):
        return publish(evidence)
    admitted = [each for each in admitted_at(network) if each.startswith("sg-") and network.group(each)]
    group = admitted[0] if admitted else NEW_GROUP
    subnets = ",".join(target.subnet_ids)
    make = (
        f"group=$(aws ec2 create-security-group --group-name {function.name} --vpc-id {target.vpc_id} "
        f"--description 'Function {function.name}' --query GroupId --output text)"
    )
    admit = let_in(target.group_ids[0] if target.group_ids else "GROUP", network.port, group)
    update = (
        f"aws lambda update-function-configuration --function-name {function.name} "
        f"--vpc-config SubnetIds={subnets},SecurityGroupIds={group}"
    )
    commands = [update] if admitted else [make, admit, update]
    return [*commands, *publish(evidence)]


def publish(evidence: Evidence) -> Sequence[str]:
    """Have the alias lead to what was changed, where the function is invoked by one."""
    function = evidence.function
    if not function.is_alias:
        return ()
    return (
        f"aws lambda wait function-updated-v2 --function-name {function.name}",
        (
            f"aws lambda update-alias --function-name {function.name} --name {function.qualifier} "
            f"--function-version $(aws lambda publish-version --function-name {function.name} "
            "--query Version --output text)"
        ),
    )


def open_ingress(evidence: Evidence, stop: Stop) -> Sequence[str]:
    """Let the database's group admit the function's."""
    network = evidence.network
    if not network.is_inside:
        return attach(evidence)
    here = (let_in(stop.thing, network.port, next(iter(network.function.group_ids), "GROUP")),)
    return _own_group(evidence) or here


def open_egress(evidence: Evidence, stop: Stop) -> Sequence[str]:
    """Let the function's group out to the database's."""
    network = evidence.network
    if own := _own_group(evidence):
        return own
    port, target = network.port, next(iter(network.target.group_ids), "GROUP")
    return (
        (
            f"aws ec2 authorize-security-group-egress --group-id {stop.thing} --ip-permissions "
            f"'IpProtocol=tcp,FromPort={port},ToPort={port},UserIdGroupPairs=[{{GroupId={target}}}]'"
        ),
    )


def _own_group(evidence: Evidence) -> Sequence[str]:
    """Give the instance back the group that the network stack has made for it; nothing where it has it.

    What another group in its place lets through is no matter of that group.
    """
    network, database = evidence.network, evidence.database
    own = group = None
    with suppress(AccessError):
        own = evidence.reading.value_or_none(DATABASE_GROUP)
        group = network.group(own) if own else None
    if own is None or group is None or own in network.target.group_ids:
        return ()
    if group["VpcId"] != network.target.vpc_id or database.reached is None:
        return ()
    groups = " ".join([own, *network.target.group_ids])
    return (
        (
            f"aws rds modify-db-instance --db-instance-identifier {database.name} "
            f"--vpc-security-group-ids {groups} --apply-immediately"
        ),
    )


def open_acls(evidence: Evidence, stops: Iterable[Stop]) -> Sequence[str]:
    """Let through, by all ACLs that stop the way, what is asked and what is answered."""
    network = evidence.network
    wanted: dict[str, list[Lack]] = {}
    for stop in stops:
        wanted.setdefault(stop.thing, []).extend(lacks(stop, network.port))
    return [
        _changed(opening)
        for acl, lacking in wanted.items()
        if lacking
        for opening in openings(acl, network.acl(acl)["Entries"], lacking)
    ]


def _changed(opening: Opening) -> str:
    way = "--egress" if opening.egress else "--ingress"
    entry = f"--network-acl-id {opening.acl} {way} --rule-number {opening.number}"
    lack = opening.lack
    if lack is None:
        return f"aws ec2 delete-network-acl-entry {entry}"
    return (
        f"aws ec2 create-network-acl-entry {entry} --protocol tcp "
        f"--port-range From={lack.ports.first},To={lack.ports.last} --cidr-block {lack.network} "
        "--rule-action allow"
    )


def let_in(group: str, port: int, source: str) -> str:
    """Have a group admit another at a port."""
    return (
        f"aws ec2 authorize-security-group-ingress --group-id {group} --protocol tcp --port {port} "
        f"--source-group {source}"
    )


def admitted_at(network: Network) -> list[str]:
    """Whom the database's groups admit at its port: groups other than themselves, and addresses."""
    found: list[str] = []
    for group_id in network.target.group_ids:
        for rule in (network.group(group_id) or {}).get("IpPermissions", ()):
            ports = ports_of(rule["IpProtocol"], rule, "FromPort", "ToPort")
            if same_protocol(rule["IpProtocol"], "tcp") and ports.first <= network.port <= ports.last:
                found += [
                    str(pair["GroupId"]) for pair in rule.get("UserIdGroupPairs", ()) if "GroupId" in pair
                ]
                found += [str(each["CidrIp"]) for each in rule.get("IpRanges", ())]
    return [each for each in dict.fromkeys(found) if each not in network.target.group_ids]
