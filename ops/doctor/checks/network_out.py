"""Gets the function out of its VPC, to AWS's APIs and to the internet, where its code asks for that?

Our API asks nobody but its database; other code is known to ask by what its log says of it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED
from ops.doctor.errors import NotThere
from ops.doctor.evidence.endings import TIMED_OUT
from ops.doctor.evidence.troubles import trouble_in
from ops.doctor.sign import Sign
from ops.network.errors import NetworkRefused
from ops.network.flow import Ports
from ops.network.internet import stopped_on_the_way_out
from ops.network.place import OUTSIDE, Place, Reach
from ops.network.routes import route_to
from ops.network.services import HTTPS, reach_service
from ops.network.stop import Kind
from runtime.migrator.errors import AccessError
from stacks.values import LOGIN_FUNCTION_NAME

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence
    from ops.network.stop import Stop

INTERNET: Final = ""
"""No service's name: what has no endpoint is asked over the internet."""
IN_VAIN: Final = (
    r"ConnectTimeout|Connect timeout on endpoint|Could not connect to the endpoint URL|ReadTimeoutError"
    r"|Max retries exceeded|urlopen error (?:timed out|\[Errno 1(?:01|10|13)\])"
    r"|ETIMEDOUT|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|:443: i/o timeout|dispatch failure"
    r"|error trying to connect: .*timed out|Network is unreachable"
)
"""How HTTP clients say that nobody answers: botocore's, urllib's, requests', Node's, Go's, Rust's."""
SERVICE: Final = r"\b(?P<service>[a-z0-9-]+)\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com"
BY_ENDPOINT: Final = (
    r"is not authorized to perform: (?P<action>[\w-]+:\w+).*no VPC endpoint policy allows"
    r"|is not authorized to perform: (?P<denied>[\w-]+:\w+).*explicit deny in a VPC endpoint policy"
)
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
LOOK: Final = "its last line before it waited, and which host it asked"


@check("NET-016", Effect.SOME, signs=FAILED, ran=True)
def nat_broken(evidence: Evidence) -> Answer:
    """A default route that is there and leads nowhere: somebody has relied on it."""
    network = evidence.network
    if not network.is_inside:
        return ruled_out(f"{network.outside}, so it needs no NAT gateway")
    broken = _broken(evidence)
    if broken:
        about = f"--route-table-ids {broken.thing}" if broken.thing.startswith("rtb-") else _of_vpc(evidence)
        return proved(
            broken.why,
            f"aws ec2 describe-nat-gateways {_of_vpc(evidence, 'filter')} "
            "--query 'NatGateways[].[NatGatewayId,State,FailureCode,FailureMessage,SubnetId]'",
            f"aws ec2 describe-route-tables {about}",
            explains=_waited(evidence) is not None or _is_silent(evidence),
        )
    return ruled_out(f"no route that leads out from {network.function.name} is broken")


@check("NET-017", Effect.FAILS, signs=FAILED, ran=True)
def stopped_by_endpoint(evidence: Evidence) -> Answer:
    """By AWS's own words for its policy, or by the groups of the endpoint that has the service's name."""
    network = evidence.network
    if not network.is_inside:
        return ruled_out(f"{network.outside}, so no endpoint is on its way")
    if found := evidence.trace.said(BY_ENDPOINT):
        action = found["action"] or found["denied"]
        return proved(
            f"AWS refuses {action} to function {evidence.function.short}, and says that no endpoint's policy "
            "allows it",
            f"aws ec2 describe-vpc-endpoints {_of_vpc(evidence)} "
            "--query 'VpcEndpoints[].[VpcEndpointId,ServiceName,PolicyDocument]'",
        )
    waited = _waited(evidence)
    if not waited:
        return ruled_out("the function's log names no service of AWS that did not answer")
    reached = _reached(evidence, waited)
    if reached.through and reached.through.startswith("vpce-") and not reached.allowed and reached.stop:
        source = next(iter(network.function.group_ids), "GROUP")
        lets_in = (
            f"aws ec2 authorize-security-group-ingress --group-id {reached.stop.thing} --protocol tcp "
            f"--port {HTTPS} --source-group {source}"
        )
        is_group = (
            reached.stop.thing.startswith("sg-") and reached.stop.thing not in network.function.group_ids
        )
        return proved(
            f"{waited} is asked through endpoint {reached.through}, and {reached.why}",
            *([lets_in] if is_group else []),
        )
    return ruled_out(f"no endpoint of {network.function.vpc_id} stops what is asked of {waited}")


@check("NET-004", Effect.FAILS, signs=FAILED, ran=True)
def no_way_out(evidence: Evidence) -> Answer:
    """A function in a VPC has no public address, in a public subnet neither."""
    network, short = evidence.network, evidence.function.short
    if not network.is_inside:
        return ruled_out(f"{network.outside}, from where the internet is reached")
    waited = _waited(evidence)
    reached = _reached(evidence, waited or INTERNET)
    if waited is not None:
        return _in_vain(evidence, waited, reached)
    if evidence.function.code is None and not reached.allowed and _is_silent(evidence) and network.is_open:
        return unknown(
            f"{short} has waited until its time was over, and nothing tells for what: it has no way to the "
            f"internet ({reached.why})",
            decide=LOOK,
        )
    return ruled_out(f"the log of {short} names nobody but the database that was waited for")


@check("NET-019", Effect.SOME)
def login_shut_in(evidence: Evidence) -> Answer:
    """Health does not ask it: whoever wants to log in is the first to know."""
    name = evidence.reading.value_or_none(LOGIN_FUNCTION_NAME)
    if name is None:
        return ruled_out("no login is deployed")
    told = evidence.reading.call("lambda:GetFunctionConfiguration", f"function {name}", FunctionName=name)
    place = Place.of_function(told)
    if place.vpc_id is None:
        return ruled_out(f"function {name} is in no VPC, from where the internet is reached")
    out = _reach(evidence, place, INTERNET)
    if out.allowed or not out.followed:
        return ruled_out(f"the way from function {name} to the internet is not stopped")
    return proved(
        f"function {name} is in {place.vpc_id}, and asks GitHub: {out.why}",
        f"aws lambda update-function-configuration --function-name {name} "
        "--vpc-config SubnetIds=[],SecurityGroupIds=[]",
        change="deploy the service stack, whose login is in no VPC",
    )


def _in_vain(evidence: Evidence, service: str, reached: Reach) -> Answer:
    """Where the log names somebody who was waited for."""
    short, asked = evidence.function.short, f"{service} of AWS" if service else "the internet"
    waits = f"{short} waits for {asked} in vain, by its own log"
    if reached.allowed:
        return unknown(f"{waits}, and the way there is open", decide=LOOK)
    if not reached.followed:
        return unknown(f"{waits}, and {reached.why}", decide=LOOK)
    if (reached.through or "").startswith("vpce-") or _broken(evidence):
        return ruled_out(f"there is a way to {asked}, which is stopped: {reached.why}")
    return proved(
        f"{waits}: {reached.why}{_routeless(evidence, reached)}",
        *_way_out(evidence, service, reached),
        change="have the function's template say what it asks for, or take it out of the VPC",
    )


def _routeless(evidence: Evidence, reached: Reach) -> str:
    """What is missing besides, where something before the route stops already."""
    network = evidence.network
    if reached.stop and reached.stop.kind is Kind.ROUTE:
        return ""
    names = [
        subnet
        for subnet in network.function.subnet_ids
        if route_to(network.account, str(network.function.vpc_id), subnet, OUTSIDE.network) is None
    ]
    return f", and no route leads there from {' and '.join(names)} either" if names else ""


def _way_out(evidence: Evidence, service: str, reached: Reach) -> list[str]:
    function = evidence.network.function
    subnets, group = " ".join(function.subnet_ids), next(iter(function.group_ids), "GROUP")
    if not service:
        return [f"aws ec2 describe-nat-gateways {_of_vpc(evidence, 'filter')}"]
    itself = f"--group-id {group} --protocol tcp --port {HTTPS} --source-group {group}"
    out = (
        f"aws ec2 authorize-security-group-egress --group-id {group} --ip-permissions "
        f"'IpProtocol=tcp,FromPort={HTTPS},ToPort={HTTPS},UserIdGroupPairs=[{{GroupId={group}}}]'"
    )
    is_shut = reached.stop is not None and reached.stop.kind is Kind.EGRESS
    return [
        f"aws ec2 authorize-security-group-ingress {itself}",
        *([out] if is_shut else []),
        (
            f"aws ec2 create-vpc-endpoint --vpc-id {function.vpc_id} --vpc-endpoint-type Interface "
            f"--service-name com.amazonaws.{evidence.reading.region}.{service} --subnet-ids {subnets} "
            f"--security-group-ids {group} --private-dns-enabled"
        ),
    ]


def _of_vpc(evidence: Evidence, option: str = "filters") -> str:
    return f"--{option} Name=vpc-id,Values={evidence.network.function.vpc_id}"


def _waited(evidence: Evidence) -> str | None:
    """The service that was waited for in vain, by the log; empty for none of AWS's, None for nobody."""
    host = ""
    with suppress(AccessError, NotThere):
        host = evidence.database.host
    try:
        lines = evidence.trace.lines
    except (AccessError, NotThere):
        return None
    found = [line for line in lines if re.search(IN_VAIN, line) and trouble_in([line], host) is None]
    if not found:
        return None
    return next((match["service"] for line in found if (match := re.search(SERVICE, line))), INTERNET)


def _is_silent(evidence: Evidence) -> bool:
    """Whether the function has waited until its time was over, and has not said for what."""
    if evidence.sign not in (Sign.GATEWAY_ERROR, Sign.GATEWAY_UNAVAILABLE):
        return False
    try:
        return TIMED_OUT in evidence.trace.error_types and evidence.database.trouble is None
    except (AccessError, NotThere):
        return False


def _broken(evidence: Evidence) -> Stop | None:
    """What is wrong with the way out, where a route is there that wants to be one."""
    network = evidence.network
    for place in network.function.spread():
        [subnet] = place.subnet_ids
        route = route_to(network.account, str(place.vpc_id), subnet, OUTSIDE.network)
        if route is None or (route.active and not route.target.startswith("nat-")):
            continue
        ports = Ports(HTTPS, HTTPS)
        with suppress(NetworkRefused):
            stop = stopped_on_the_way_out(network.account, place, OUTSIDE, ports, "tcp").stop
            if stop and stop.followed and stop.kind in (Kind.ROUTE, Kind.GATEWAY):
                return stop
    return None


def _reached(evidence: Evidence, service: str) -> Reach:
    return _reach(evidence, evidence.network.function, service)


def _reach(evidence: Evidence, place: Place, service: str) -> Reach:
    try:
        return reach_service(evidence.network.account, place, service)
    except NetworkRefused as refused:
        return Reach(allowed=False, why=str(refused), followed=False)
