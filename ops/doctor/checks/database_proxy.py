"""Does RDS Proxy, where there is one, let the function through?

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.troubleshooting.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED
from ops.doctor.errors import NotThere
from ops.doctor.evidence.database import OF_PROXY
from ops.doctor.evidence.troubles import UNCONNECTED, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence


@check("DB-016", Effect.FAILS, signs=FAILED, ran=True)
def proxy_refuses(evidence: Evidence) -> Answer:
    """Its state, that of its targets, and its own words."""
    database = evidence.database
    if database.trouble is Trouble.PROXY:
        return proved(
            "RDS Proxy refuses the connection, by its own words in the log", *_look(_name(evidence))
        )
    try:
        host = database.host
    except NotThere:
        return ruled_out("the function has no URL that could lead to a proxy")
    if not OF_PROXY.search(host):
        return ruled_out(f"DATABASE_URL of function {evidence.function.name} leads to no RDS Proxy")
    if database.proxy is None:
        return unknown(
            f"proxy endpoint {host} is none of a proxy's own in this account",
            decide="aws rds describe-db-proxy-endpoints",
        )
    return _judged(evidence, database.proxy)


def _judged(evidence: Evidence, proxy: Mapping[str, Any]) -> Answer:
    database = evidence.database
    name, status = str(proxy["DBProxyName"]), str(proxy.get("Status", "available"))
    if status != "available":
        return proved(f"RDS Proxy {name} is {status}", *_look(name), explains=database.fits(*UNCONNECTED))
    if proxy.get("RequireTLS") and database.mode == "disable":
        return proved(
            f"RDS Proxy {name} requires TLS, and DATABASE_URL says sslmode=disable",
            explains=database.trouble is None,
        )
    return _targets(evidence, name)


def _targets(evidence: Evidence, name: str) -> Answer:
    targets = list(
        evidence.reading.pages(
            "rds:DescribeDBProxyTargets", f"targets of proxy {name}", "Targets", DBProxyName=name
        )
    )
    if not targets:
        return proved(f"RDS Proxy {name} has no target", *_look(name), explains=_fits(evidence))
    sick = [each for each in targets if _health(each).get("State", "AVAILABLE") != "AVAILABLE"]
    if len(sick) == len(targets):
        found = _health(sick[0])
        reason = str(found.get("Reason") or found["State"])
        return proved(
            f"no target of RDS Proxy {name} serves ({reason})", *_look(name), explains=_fits(evidence)
        )
    return ruled_out(f"RDS Proxy {name} is available, with {len(targets) - len(sick)} targets")


def _health(target: Mapping[str, Any]) -> Mapping[str, Any]:
    return target.get("TargetHealth") or {}


def _fits(evidence: Evidence) -> bool:
    return evidence.database.fits(*UNCONNECTED, Trouble.PASSWORD)


def _name(evidence: Evidence) -> str:
    try:
        proxy = evidence.database.proxy
    except NotThere:
        proxy = None
    return str(proxy["DBProxyName"]) if proxy else "NAME"


def _look(name: str) -> tuple[str, ...]:
    return (
        f"aws rds describe-db-proxies --db-proxy-name {name}",
        f"aws rds describe-db-proxy-targets --db-proxy-name {name}",
    )
