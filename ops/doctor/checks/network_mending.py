"""What opens the way to the database, as commands: by security groups, never by addresses of anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.network.acls import LAST
from ops.network.flow import ports_of, same_protocol
from ops.network.stop import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.doctor.evidence.network import Network
    from ops.doctor.evidence.whole import Evidence
    from ops.network.stop import Stop

STEP = 10
"""Between the numbers of an ACL's entries, as the console proposes them."""
NEW_GROUP = "$group"
"""The id of a group that the commands make, in a shell's variable."""


def attach(evidence: Evidence) -> Sequence[str]:
    """Put the function into the database's VPC: into its subnets, under a group that it admits.

    What is not published may be there already: then it is to be published.
    """
    network, function = evidence.network, evidence.function
    target = network.target
    if function.is_alias and (function.latest.get("VpcConfig") or {}).get("VpcId") == target.vpc_id:
        return publish(evidence)
    admitted = [each for each in admitted_at(network) if each.startswith("sg-") and network.group(each)]
    group = admitted[0] if admitted else NEW_GROUP
    subnets = ",".join(target.subnet_ids)
    make = (
        f"group=$(aws ec2 create-security-group --group-name {function.name} --vpc-id {target.vpc_id} "
        f"--description 'Function {function.name}' --query GroupId --output text)"
    )
    let_in = _ingress(target.group_ids[0] if target.group_ids else "GROUP", network.port, group)
    update = (
        f"aws lambda update-function-configuration --function-name {function.name} "
        f"--vpc-config SubnetIds={subnets},SecurityGroupIds={group}"
    )
    commands = [update] if admitted else [make, let_in, update]
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
    return (_ingress(stop.thing, network.port, next(iter(network.function.group_ids), "GROUP")),)


def open_egress(evidence: Evidence, stop: Stop) -> Sequence[str]:
    """Let the function's group out to the database's."""
    network = evidence.network
    port, target = network.port, next(iter(network.target.group_ids), "GROUP")
    return (
        (
            f"aws ec2 authorize-security-group-egress --group-id {stop.thing} --ip-permissions "
            f"'IpProtocol=tcp,FromPort={port},ToPort={port},UserIdGroupPairs=[{{GroupId={target}}}]'"
        ),
    )


def open_acl(evidence: Evidence, stop: Stop) -> Sequence[str]:
    """Take away the entry that denies, or add one where nothing allows."""
    way = "--egress" if stop.egress else "--ingress"
    if stop.number is not None and stop.number != LAST:
        return (
            (
                f"aws ec2 delete-network-acl-entry --network-acl-id {stop.thing} {way} "
                f"--rule-number {stop.number}"
            ),
        )
    flow = stop.flow
    if flow is None:
        return ()
    entries = evidence.network.acl(stop.thing)["Entries"]
    taken = {int(each["RuleNumber"]) for each in entries if each["Egress"] == stop.egress} - {LAST}
    stops = [each for each in evidence.network.stops(Kind.ACL) if each.thing == stop.thing]
    place = stops.index(stop) + 1 if stop in stops else 1
    number = (max(taken, default=0) // STEP + place) * STEP
    return (
        (
            f"aws ec2 create-network-acl-entry --network-acl-id {stop.thing} {way} --rule-number {number} "
            f"--protocol tcp --port-range From={flow.ports.first},To={flow.ports.last} "
            f"--cidr-block {flow.target if stop.egress else flow.source} --rule-action allow"
        ),
    )


def _ingress(group: str, port: int, source: str) -> str:
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
