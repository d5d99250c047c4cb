"""Do function and server agree on TLS: asked for, offered, by an authority that is trusted, for that name?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.checks.database import FAILED, unsaid
from ops.doctor.errors import NotThere
from ops.doctor.evidence.database import OF_RDS
from ops.doctor.evidence.troubles import Trouble
from ops.doctor.sign import Sign
from runtime.contract import CA_BUNDLE, Function
from runtime.migrator.connection import SAFE_MODES
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

TASK: Final = "/var/task/"
"""Where Lambda unpacks a package."""
SYSTEM: Final = "system"
VERIFIED: Final = ("verify-ca", "verify-full")
SOON: Final = timedelta(days=60)
ENDED: Final = {"rds-ca-2015": "2020-03-05", "rds-ca-2019": "2024-08-22"}
"""Authorities of RDS that have ended, and when ("Using SSL/TLS to encrypt a connection", RDS User Guide)."""
CERTIFICATE: Final = frozenset({Trouble.AUTHORITY, Trouble.EXPIRED})
DEPLOY: Final = f"deploy the service stack, whose URL has sslmode=verify-full and sslrootcert={CA_BUNDLE}"


@check("DB-004", Effect.FAILS, signs=FAILED, ran=True)
def plain(evidence: Evidence) -> Answer:
    """By the URL as our code and libpq read it; by the server's own word."""
    database, function = evidence.database, evidence.function
    if database.trouble is Trouble.PLAIN and not _is_known(evidence):
        return proved("the log says that the server asks for TLS, and the connection is without it")
    mode = database.mode
    said = f"says sslmode={mode}" if "sslmode" in database.url else "says no sslmode"
    told = f"DATABASE_URL of function {function.name} {said}"
    if function.code is not None and mode not in SAFE_MODES:
        return proved(
            f"{told}, by which a connection may be without TLS, and the code refuses that",
            change=DEPLOY,
            explains=database.fits(Trouble.PLAIN),
        )
    if database.trouble is Trouble.PLAIN:
        return proved(f"{told}, and the server asks for TLS, by its own words in the log", change=DEPLOY)
    if mode == "disable" and database.forces_tls:
        return proved(
            f"{told}, and {database.name} takes no connection without TLS (rds.force_ssl)",
            change=DEPLOY,
            explains=database.fits(Trouble.PLAIN),
        )
    return ruled_out(f"{told}, by which the connection is over TLS where the server asks for it")


@check("DB-050", Effect.FAILS, signs=FAILED, ran=True)
def not_offered(evidence: Evidence) -> Answer:
    """RDS always offers it; a pooler, or a server of one's own, may not."""
    if evidence.database.trouble is Trouble.NO_TLS:
        return proved("the server offers no TLS, by the driver's words in the log")
    return unsaid(evidence, Trouble.NO_TLS, "nothing says for the live request that the server offers no TLS")


@check("DB-005", Effect.FAILS, signs=FAILED, ran=True)
def authorities_missing(evidence: Evidence) -> Answer:
    """The file that the URL names, or libpq's own, and whether the package has it."""
    database, function = evidence.database, evidence.function
    if evidence.sign is Sign.WELL and function.code is Function.API:
        return ruled_out("the application has verified the server's certificate, or was not told to")
    if not _is_known(evidence):
        if database.trouble is Trouble.AUTHORITIES:
            return proved("the driver can't read the file of trusted authorities, by its words in the log")
        return ruled_out(f"function {function.name} has no URL that could name authorities")
    return _by_url(evidence)


def _by_url(evidence: Evidence) -> Answer:
    """What the URL says of authorities, and the driver of it."""
    database = evidence.database
    mode, named = database.mode, database.url.get("sslrootcert", "")
    told = f"DATABASE_URL of function {evidence.function.name}"
    why = _why_missing(evidence, mode, named)
    if why and evidence.sign is Sign.WELL:
        return unknown(f"{told} {why}, and the request was well", decide="whether health asks the database")
    if why:
        return proved(f"{told} {why}", change=DEPLOY, explains=_is_told(evidence))
    if database.trouble is Trouble.AUTHORITIES:
        return proved(f"the driver can't read {named or 'the file of authorities'}, by its words in the log")
    asks = f" and names {named}, of which nothing is known to be wrong" if named else ""
    return ruled_out(f"{told} says sslmode={mode}{asks}")


def _is_told(evidence: Evidence) -> bool:
    """Whether the request may have failed by it: where the code ends, its last lines would say so."""
    database = evidence.database
    if not database.fits(Trouble.AUTHORITIES, *CERTIFICATE):
        return False
    if evidence.sign is Sign.APPLICATION_UNAVAILABLE:
        return True
    try:
        return database.trouble is not None or not evidence.trace.lines
    except (AccessError, NotThere):
        return True


def _why_missing(evidence: Evidence, mode: str, named: str) -> str:
    """What the URL says that can't be verified with; empty where nothing."""
    if mode in VERIFIED and not named and evidence.function.code is not None:
        return f"says sslmode={mode} and names no authorities, and Lambda has no ~/.postgresql/root.crt"
    if named == SYSTEM and OF_RDS.search(evidence.database.host):
        return "says sslrootcert=system, and the system's authorities are not those of RDS"
    if named.startswith(TASK) and _is_absent(evidence, named):
        return f"names {named}, and the package has no such file"
    return ""


@check("DB-019", Effect.FAILS, signs=FAILED, ran=True)
def other_authority(evidence: Evidence) -> Answer:
    """The driver's word, where the authorities are there; RDS's word where the certificate has ended."""
    database = evidence.database
    if database.trouble not in CERTIFICATE:
        said = "nothing says for the live request that the server's certificate is not trusted"
        return unsaid(evidence, Trouble.AUTHORITY, said)
    named = database.url.get("sslrootcert", "") if _is_known(evidence) else ""
    if named == SYSTEM or (named.startswith(TASK) and _is_absent(evidence, named)):
        return ruled_out(f"it is the function that has no authorities of RDS ({named})")
    authority, ends = _certificate(evidence)
    known = f"; RDS says that {database.name} has one by {authority}" if authority else ""
    until = f", good until {ends:%Y-%m-%d}" if ends else ""
    said = (
        "has ended"
        if database.trouble is Trouble.EXPIRED
        else "is by no authority that it trusts, or has ended"
    )
    return proved(
        f"the server's certificate {said}, by the driver's words in the log"
        f"{f' (authorities: {named})' if named else ''}{known}{until}",
        f"aws rds describe-db-instances --db-instance-identifier {database.name} --query "
        "'DBInstances[0].CertificateDetails'",
        change="pack the present bundle (`miyabi package` does), and deploy; a certificate that has ended is "
        f"renewed by `aws rds modify-db-instance --db-instance-identifier {database.name} "
        "--ca-certificate-identifier rds-ca-rsa2048-g1 --apply-immediately`",
    )


@check("DB-020", Effect.FAILS, signs=FAILED, ran=True)
def other_name(evidence: Evidence) -> Answer:
    """The driver's word; a name of one's own is in no certificate of RDS."""
    database = evidence.database
    host = database.host if _is_known(evidence) else ""
    own = bool(host) and not OF_RDS.search(host)
    if database.trouble is Trouble.OTHER_NAME:
        why = (
            f"{host} is a name that RDS knows nothing of" if own else f"it was asked as {host or 'its host'}"
        )
        return proved(
            f"the server's certificate is for another name, by the driver's words in the log; {why}",
            change="deploy the service stack, whose URL has the instance's own endpoint",
        )
    if own and database.mode == "verify-full" and database.trouble is None and evidence.sign is not Sign.WELL:
        return unknown(
            f"DATABASE_URL names {host}, which is no endpoint of RDS and so in no certificate of it",
            decide="the driver's words in the function's log",
        )
    said = "nothing says for the live request that the server's certificate is for another name"
    return unsaid(evidence, Trouble.OTHER_NAME, said)


@check("DB-051", Effect.RISK)
def certificate_ends(evidence: Evidence) -> Answer:
    """When the instance's certificate ends, by RDS."""
    database = evidence.database
    authority, ends = _certificate(evidence)
    mend = (
        f"aws rds modify-db-instance --db-instance-identifier {database.name} "
        "--ca-certificate-identifier rds-ca-rsa2048-g1 --apply-immediately"
    )
    if authority in ENDED:
        return proved(
            f"the authority {authority} of {database.name} has ended on {ENDED[authority]}: who verifies it "
            "is not let in",
            mend,
        )
    if ends is None:
        return unknown(
            f"RDS does not tell when the certificate of {database.name} ends",
            decide=f"aws rds describe-db-instances --db-instance-identifier {database.name}",
        )
    if ends - datetime.now(UTC) < SOON:
        return proved(f"the certificate of {database.name} ends on {ends:%Y-%m-%d}", mend)
    return ruled_out(f"the certificate of {database.name} is good until {ends:%Y-%m-%d}")


@check("DB-052", Effect.RISK)
def not_forced(evidence: Evidence) -> Answer:
    """Whether the server takes what is not encrypted."""
    database = evidence.database
    if database.forces_tls:
        return ruled_out(f"{database.name} takes no connection without TLS")
    given = database.parameters.get("rds.force_ssl")
    why = (
        f"rds.force_ssl is {given}" if given else f"PostgreSQL {database.major} does not ask for it by itself"
    )
    return proved(
        f"{database.name} takes connections without TLS: {why} in parameter group {database.group}",
        f"aws rds modify-db-parameter-group --db-parameter-group-name {database.group} --parameters "
        "ParameterName=rds.force_ssl,ParameterValue=1,ApplyMethod=immediate",
        change="deploy the database stack, whose DatabaseParameterGroup asks for TLS",
    )


@check("DB-053", Effect.RISK)
def name_unchecked(evidence: Evidence) -> Answer:
    """`require` takes any certificate, whoever shows it."""
    database, settings = evidence.database, evidence.environment.database
    mode = database.mode
    if mode == "verify-full":
        return ruled_out("the function verifies the server's name")
    return proved(
        f"DATABASE_URL of function {evidence.function.name} says sslmode={mode}: whoever stands between may "
        "show a certificate of his own",
        change='leave [database] tls out of the settings, which is "verify-full" then, and deploy',
        by_design=mode == settings.tls,
    )


def _certificate(evidence: Evidence) -> tuple[str, datetime | None]:
    """The instance's authority, and when its certificate ends, where RDS tells."""
    instance = evidence.database.instance
    details = instance.get("CertificateDetails") or {}
    authority = details.get("CAIdentifier") or instance.get("CACertificateIdentifier") or ""
    return str(authority), details.get("ValidTill")


def _is_known(evidence: Evidence) -> bool:
    try:
        return bool(evidence.database.url)
    except (AccessError, NotThere):
        return False


def _is_absent(evidence: Evidence, path: str) -> bool:
    """Whether the package is known not to have a file."""
    try:
        package = evidence.package
        return (
            not package.has_layers
            and package.seen.inspection is not None
            and (path.removeprefix(TASK) not in package.seen.files)
        )
    except (AccessError, NotThere):
        return False
