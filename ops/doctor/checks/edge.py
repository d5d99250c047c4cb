"""Does the public name lead to what is before the API, and does that show a certificate for it?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.asking import Failure
from ops.doctor.check import Effect, check
from ops.doctor.checks.gateway import AWAY
from ops.doctor.errors import NotThere
from ops.doctor.sign import Sign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.edge import Edge
    from ops.doctor.evidence.whole import Evidence

NOBODY: Final = frozenset({Sign.NO_ANSWER})
ELSEWHERE: Final = AWAY | {Sign.APPLICATION_REFUSED, Sign.APPLICATION_ERROR}
"""What may come of asking somebody else."""
SOON: Final = timedelta(days=21)
"""ACM renews 60 days before the end; what is not renewed three weeks before needs a person."""
WAITING: Final = ("PENDING_VALIDATION", "FAILED", "PENDING_AUTO_RENEWAL")
CHANGE: Final = "deploy the edge stack, whose records lead the domain to its distribution"


@check("API-040", Effect.FAILS, signs=NOBODY, ran=False)
def name_unknown(evidence: Evidence) -> Answer:
    """The name has a record, and DNS tells it."""
    edge = evidence.edge
    try:
        records = edge.records if edge.is_own_name else None
    except NotThere as missing:
        if evidence.reply.failure is not Failure.NAME:
            return ruled_out(f"{edge.host} is known to DNS")
        return proved(
            f"DNS knows no name {edge.host}, and there is no {missing.what}",
            f"dig +short {edge.host} @8.8.8.8",
            f"miyabi outputs {evidence.environment.name}",
            change="ask the environment's own address, or have whoever keeps the domain lead it there",
        )
    if records == []:
        return proved(
            f"hosted zone {edge.zone} has no record for {edge.host}",
            f"aws route53 list-resource-record-sets --hosted-zone-id {edge.zone} "
            f"--start-record-name {edge.host} --max-items 1",
            change=CHANGE,
        )
    if evidence.reply.failure is not Failure.NAME or edge.is_address:
        return ruled_out(f"{edge.host} is known to DNS, or is an address")
    if records is None:
        return unknown(
            f"{edge.host}, a name that AWS keeps, is not known: what it named is gone, or is not known yet",
            f"dig +short {edge.host} @8.8.8.8",
        )
    return unknown(
        f"hosted zone {edge.zone} has a record for {edge.host}, and DNS does not ask that zone",
        f"dig NS {edge.host.partition('.')[2]}",
    )


@check("API-041", Effect.FAILS, signs=ELSEWHERE)
def record_elsewhere(evidence: Evidence) -> Answer:
    """The name's record leads to our distribution, or to the domain that API Gateway has for it."""
    edge = evidence.edge
    if not edge.is_own_name:
        return ruled_out(f"{edge.host} is a name that AWS keeps")
    wanted, found = _wanted(edge), _led(edge)
    if not found:
        return ruled_out(f"the hosted zone has no record for {edge.host}")
    strange = [each for each in found if each != wanted and not _is_stage(each)]
    if strange:
        return proved(f"the record of {edge.host} leads to {strange[0]}, and not to {wanted}", change=CHANGE)
    return ruled_out(f"the record of {edge.host} leads to {found[0]}")


@check("API-026", Effect.FAILS, signs=ELSEWHERE)
def record_of_stage(evidence: Evidence) -> Answer:
    """A domain's record leads to its regional name, since the stage's address has no certificate for it."""
    edge = evidence.edge
    if not edge.is_own_name:
        return ruled_out(f"{edge.host} is a name that AWS keeps")
    found = _led(edge)
    stage = [each for each in found if _is_stage(each) and each != _wanted(edge)]
    if stage:
        return proved(
            f"the record of {edge.host} leads to {stage[0]}, an API's own address, not to {_wanted(edge)}",
            change=CHANGE,
        )
    return ruled_out(f"the record of {edge.host} leads to no API's own address")


@check("API-025", Effect.FAILS, signs=NOBODY, ran=False)
def certificate_wrong(evidence: Evidence) -> Answer:
    """The certificate is for the name, and its time is not over."""
    edge = evidence.edge
    if not edge.is_own_name:
        return ruled_out(f"{edge.host} has a certificate of AWS's")
    certificate = edge.certificate
    if certificate is None:
        if evidence.reply.failure is Failure.TLS:
            return proved(
                f"nothing before the API has a certificate for {edge.host}", change="set edge.certificate_arn"
            )
        return ruled_out("no certificate of this account serves the name")
    mend = f"aws acm describe-certificate --certificate-arn {certificate['CertificateArn']}"
    if fault := _certificate_fault(certificate, edge.host):
        return proved(fault, mend, change="set edge.certificate_arn to one that is issued for the domain")
    if evidence.reply.failure is Failure.TLS:
        return unknown(
            f"the certificate in ACM is right, and {edge.host} shows another, or TLS failed otherwise",
            f"openssl s_client -connect {edge.host}:443 -servername {edge.host}",
        )
    return ruled_out(f"the certificate of {edge.host} is right")


def _certificate_fault(certificate: Mapping[str, Any], host: str) -> str:
    """What makes a certificate of no use for a name; empty where nothing does."""
    names = {certificate["DomainName"], *certificate.get("SubjectAlternativeNames", ())}
    ends, status = certificate.get("NotAfter"), certificate.get("Status", "ISSUED")
    if not any(_covers(name.lower(), host) for name in names):
        return f"the certificate is for {', '.join(sorted(names))}, and not for {host}"
    if ends is not None and ends <= datetime.now(UTC):
        return f"the certificate of {host} has ended at {ends:%Y-%m-%d %H:%M} UTC"
    return "" if status == "ISSUED" else f"the certificate of {host} is {status}"


@check("API-042", Effect.RISK)
def renewal_stuck(evidence: Evidence) -> Answer:
    """ACM renews in time what it can validate; what was imported is renewed by nobody."""
    edge = evidence.edge
    certificate = edge.certificate if edge.is_own_name else None
    if certificate is None:
        return ruled_out("no certificate of ours serves the name")
    status = (certificate.get("RenewalSummary") or {}).get("RenewalStatus", "")
    ends = certificate.get("NotAfter")
    is_soon = ends is not None and ends - datetime.now(UTC) < SOON
    if status in WAITING[:2] or (is_soon and status != "SUCCESS"):
        until = f", and it ends at {ends:%Y-%m-%d}" if ends else ""
        kind = f"its renewal is {status}" if status else "nothing renews it"
        return proved(
            f"the certificate of {edge.host} waits: {kind}{until}",
            f"aws acm describe-certificate --certificate-arn {certificate['CertificateArn']} "
            "--query 'Certificate.DomainValidationOptions'",
        )
    return ruled_out(f"the certificate of {edge.host} needs nobody yet")


def _wanted(edge: Edge) -> str:
    """The name to which the record has to lead; raises `NotThere`."""
    if edge.domain is not None:
        return str(edge.domain["DomainNameConfigurations"][0]["ApiGatewayDomainName"]).lower()
    return str(edge.distribution["DomainName"]).lower()


def _led(edge: Edge) -> list[str]:
    """The names to which the records lead."""
    found: list[Any] = []
    for record in edge.records:
        found.append((record.get("AliasTarget") or {}).get("DNSName"))
        found += [each["Value"] for each in record.get("ResourceRecords", ()) if record["Type"] == "CNAME"]
    return [str(each).rstrip(".").lower().removeprefix("dualstack.") for each in found if each]


def _is_stage(name: str) -> bool:
    """An API's own address, whose first part is its id; a regional domain's begins with `d-`."""
    return ".execute-api." in name and not name.startswith("d-")


def _covers(pattern: str, host: str) -> bool:
    """As certificates name hosts: `*` is one part."""
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return pattern == host


@check("API-068", Effect.FAILS, signs={Sign.APPLICATION_REFUSED})
def past_the_edge(evidence: Evidence) -> Answer:
    """A function that wants the origin's secret serves nobody who asks the API itself."""
    host, own = evidence.edge.host, urlsplit(evidence.gateway.endpoint).hostname
    if host != own:
        return ruled_out(f"{host} is not the API's own address")
    if "ORIGIN_SECRET" not in evidence.function.variables:
        return ruled_out("the function serves those too who come without the edge's header")
    return proved(
        f"{host} is the API's own address, and function {evidence.function.name} serves what came through "
        "CloudFront alone",
        f"miyabi outputs {evidence.environment.name}",
        change="ask the public address, or set edge.require_origin_header to false and deploy",
    )
