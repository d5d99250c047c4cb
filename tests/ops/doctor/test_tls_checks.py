"""Does the doctor see why function and server don't agree on TLS?"""

from __future__ import annotations

import io
import zipfile
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from ops.doctor.answer import Verdict
from tests.ops.doctor.databases import HOST, OURS, URL, WELL, answer, evidence, instance, parameters

if TYPE_CHECKING:
    from ops.doctor.evidence.whole import Evidence

NOT_TRUSTED = "no connection: the server's certificate is by no authority that is trusted here"
UNREADABLE = "no connection: the file of trusted authorities can't be read"
OTHERS = "main.handler"


def url(query: str, host: str = HOST) -> str:
    return f"postgresql://app:secret-word@{host}/miyabi{query}"


def packed(whole: Evidence, *names: str) -> Evidence:
    """The same function with a package that has these files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    data = content.getvalue()
    whole.function.configuration = {
        **whole.function.configuration,
        "Version": "1",
        "CodeSha256": b64encode(sha256(data).digest()).decode(),
    }
    whole._fetch = lambda _: data
    return whole


CODE = {"lambda:GetFunction": {"Code": {"Location": "https://package.example.org"}}}


@pytest.mark.parametrize(
    ("query", "handler", "lines", "verdict"),
    [
        ("", OURS, ("DATABASE_URL is refused (it allows a connection without TLS)",), Verdict.PROVED),
        ("?sslmode=disable", OURS, (), Verdict.PROVED),
        ("?sslmode=prefer", OURS, (), Verdict.PROVED),
        ("?sslmode=require", OURS, (), Verdict.RULED_OUT),
        ("?sslmode=disable", OTHERS, (), Verdict.PROVED),
        ("?sslmode=disable", OTHERS, ("no pg_hba.conf entry for host, no encryption",), Verdict.PROVED),
        ("", OTHERS, (), Verdict.RULED_OUT),
        ("?sslmode=allow", OTHERS, (), Verdict.RULED_OUT),
    ],
)
def test_a_connection_without_tls_is_told_where_somebody_refuses_it(
    query: str, handler: str, lines: tuple[str, ...], verdict: Verdict
) -> None:
    assert answer("DB-004", evidence(*lines, url=url(query), handler=handler)).verdict is verdict


def test_a_server_that_does_not_force_tls_takes_what_is_without_it() -> None:
    known = {"rds:DescribeDBParameters": parameters(rds__force_ssl="0")}
    whole = evidence(url=url("?sslmode=disable"), handler=OTHERS, answers=known)
    assert answer("DB-004", whole).verdict is Verdict.RULED_OUT
    assert answer("DB-052", whole).verdict is Verdict.PROVED


@pytest.mark.parametrize(("version", "verdict"), [("14.9", Verdict.PROVED), ("15.4", Verdict.RULED_OUT)])
def test_tls_is_forced_from_postgresql_15_on_where_nobody_says_otherwise(
    version: str, verdict: Verdict
) -> None:
    known = {"rds:DescribeDBParameters": parameters()}
    whole = evidence(database=instance(EngineVersion=version), answers=known)
    assert answer("DB-052", whole).verdict is verdict


@pytest.mark.parametrize(
    ("query", "line", "verdict"),
    [
        ("?sslmode=verify-full", UNREADABLE, Verdict.PROVED),
        ("?sslmode=verify-full&sslrootcert=system", NOT_TRUSTED, Verdict.PROVED),
        ("?sslmode=verify-full&sslrootcert=/opt/ca.pem", UNREADABLE, Verdict.PROVED),
        ("?sslmode=verify-full&sslrootcert=/var/task/there.pem", NOT_TRUSTED, Verdict.RULED_OUT),
        ("?sslmode=verify-full&sslrootcert=/var/task/absent.pem", UNREADABLE, Verdict.PROVED),
        ("?sslmode=require", "", Verdict.RULED_OUT),
    ],
)
def test_authorities_that_the_function_lacks_are_told_by_the_url_and_the_package(
    query: str, line: str, verdict: Verdict
) -> None:
    whole = packed(evidence(line, url=url(query), answers=CODE), "there.pem")
    assert answer("DB-005", whole).verdict is verdict


def test_what_can_not_work_and_was_not_asked_for_is_not_decided() -> None:
    given = url("?sslmode=verify-full&sslrootcert=system")
    assert answer("DB-005", evidence(url=given, handler=OTHERS, found=WELL)).verdict is Verdict.UNKNOWN
    assert answer("DB-005", evidence(url=given, found=WELL)).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(
    ("path", "fault"), [("/var/task/there.pem", "DB-019"), ("/var/task/absent.pem", "DB-005")]
)
def test_who_does_not_trust_whom_is_told_by_the_package(path: str, fault: str) -> None:
    given = url(f"?sslmode=verify-full&sslrootcert={path}")
    whole = packed(evidence(NOT_TRUSTED, url=given, answers=CODE), "there.pem")
    proved = [name for name in ("DB-005", "DB-019") if answer(name, whole).verdict is Verdict.PROVED]
    assert proved == [fault]


def test_a_package_that_can_not_be_seen_leaves_the_drivers_word() -> None:
    assert answer("DB-019", evidence(NOT_TRUSTED)).verdict is Verdict.PROVED
    assert answer("DB-005", evidence(NOT_TRUSTED)).verdict is Verdict.RULED_OUT


def test_another_name_is_told_with_the_name_that_was_asked() -> None:
    whole = evidence(
        "no connection: the server's certificate is for another name",
        url=url("?sslmode=verify-full", "db.example.org"),
    )
    assert "db.example.org" in answer("DB-020", whole).because
    silent = evidence(url=url("?sslmode=verify-full", "db.example.org"))
    assert answer("DB-020", silent).verdict is Verdict.UNKNOWN


def test_a_server_without_tls_is_told() -> None:
    assert answer("DB-050", evidence("no connection: the server offers no TLS")).verdict is Verdict.PROVED


SOON = datetime.now(UTC) + timedelta(days=10)
LATER = datetime.now(UTC) + timedelta(days=400)


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (
            {"CertificateDetails": {"CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": LATER}},
            Verdict.RULED_OUT,
        ),
        ({"CertificateDetails": {"CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": SOON}}, Verdict.PROVED),
        ({"CACertificateIdentifier": "rds-ca-2019"}, Verdict.PROVED),
        ({}, Verdict.UNKNOWN),
    ],
)
def test_a_certificate_that_ends_is_a_risk(told: dict[str, Any], verdict: Verdict) -> None:
    assert answer("DB-051", evidence(found=WELL, database=instance(**told))).verdict is verdict


def test_a_name_that_nobody_checks_is_a_risk_and_by_design_where_the_settings_say_so() -> None:
    given = URL.replace("verify-full", "require")
    assert not answer("DB-053", evidence(url=given)).by_design
    assert answer("DB-053", evidence(url=given, environment="reported")).by_design
    assert answer("DB-053", evidence()).verdict is Verdict.RULED_OUT
