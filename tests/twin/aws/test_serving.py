"""The local AWS over HTTP, asked by boto3 and, where boto3 would not, by hand."""

from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from twin.aws import serving
from twin.aws.local import LocalAws
from twin.aws.serving import MOST_BODY, Served
from twin.errors import PortTaken

if TYPE_CHECKING:
    from collections.abc import Iterator


SCOPE = "local/20261122/{region}/{service}/aws4_request"
MISTAKES = (
    ("ssm", "get_parameter", {"Name": "/none"}),
    ("iam", "get_role", {"RoleName": "none"}),
    ("ec2", "describe_vpcs", {"VpcIds": ["vpc-00000000"]}),
    ("lambda", "get_function", {"FunctionName": "none"}),
    ("route53", "get_hosted_zone", {"Id": "none"}),
    ("s3", "get_object", {"Bucket": "none-such", "Key": "none"}),
    ("cloudformation", "describe_stacks", {"StackName": "none"}),
)
"""One of each protocol: JSON 1.1, query, EC2's, REST with JSON, REST with XML twice, and our own service."""

UNSIGNABLE = [row for row in MISTAKES if row[0] in ("ssm", "iam", "lambda", "s3")]


ACCOUNT = "100000000018"
"""Of this file alone; its tests share one server, since each new client takes as long as many requests."""


@pytest.fixture(scope="module")
def log() -> list[Served]:
    """All that the server has told of its requests."""
    return []


@pytest.fixture
def served(log: list[Served]) -> list[Served]:
    """What the server tells of the requests of one test."""
    log.clear()
    return log


@pytest.fixture(scope="module")
def local(log: list[Served]) -> Iterator[LocalAws]:
    """A server."""
    with LocalAws(ACCOUNT, "us-east-1", on_served=log.append) as local:
        yield local


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    """Makes clients that know nothing of this machine."""
    return boto3.Session("local", "local", region_name="us-east-1")


def mistake(client: Any, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The error that a client reads, with the answer's status."""
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**arguments)
    error: dict[str, Any] = caught.value.response["Error"]
    status = caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    return {"Code": error["Code"], "Message": error["Message"], "Status": status}


def client_of(local: LocalAws, session: boto3.Session, service: str, **options: Any) -> Any:
    """A client that gives up at once."""
    config = Config(retries={"total_max_attempts": 1}, **options)
    return session.client(service, endpoint_url=local.endpoint, config=config)


def signed(local: LocalAws, service: str) -> dict[str, str]:
    """The header by which a request says for whom it is."""
    scope = SCOPE.format(region=local.region, service=service)
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


def ask(
    local: LocalAws,
    method: str,
    path: str,
    headers: dict[str, str],
    body: Any = None,
    *,
    chunked: bool = False,
) -> tuple[int, bytes]:
    """Status and body of the answer to a request that is written by hand."""
    connection = http.client.HTTPConnection(local.endpoint.removeprefix("http://"))
    connection.request(method, path, body, headers, encode_chunked=chunked)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def test_what_is_written_over_http_is_read_within_the_process_and_back(
    local: LocalAws, served: list[Served]
) -> None:
    local.client("ssm").put_parameter(Name="/a", Value="b", Type="String")
    local.aws.client("ssm").put_parameter(Name="/a", Value="c", Overwrite=True)

    assert "c" == local.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"]
    assert local.endpoint.startswith("http://127.0.0.1:")
    assert [("ssm", "PutParameter", 200), ("ssm", "GetParameter", 200)] == [
        (each.service, each.action, each.status) for each in served
    ]


@pytest.mark.parametrize(("service", "operation", "arguments"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_a_mistake_reads_the_same_over_http_as_within_the_process(
    local: LocalAws, session: boto3.Session, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    expected = mistake(local.aws.client(service), operation, arguments)

    assert expected == mistake(client_of(local, session, service), operation, arguments)


@pytest.mark.parametrize(
    ("service", "operation", "arguments"), UNSIGNABLE, ids=[row[0] for row in UNSIGNABLE]
)
def test_a_request_that_is_not_signed_is_refused_in_words_that_its_client_reads(
    local: LocalAws, session: boto3.Session, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    told = mistake(client_of(local, session, service, signature_version=UNSIGNED), operation, arguments)

    assert ("MissingAuthenticationToken", 403) == (told["Code"], told["Status"])
    assert "the request is not signed; sign it" in told["Message"]


def test_a_signature_that_names_no_service_is_refused(local: LocalAws) -> None:
    status, content = ask(local, "GET", "/", {"Authorization": "Bearer of-nothing"})

    assert 403 == status
    assert b"<Code>IncompleteSignature</Code>" in content


def test_a_service_that_is_not_there_is_named(local: LocalAws, session: boto3.Session) -> None:
    told = mistake(client_of(local, session, "translate"), "list_languages", {})

    assert ("NotImplemented", 501) == (told["Code"], told["Status"])
    assert "https://translate.us-east-1.amazonaws.com/" in told["Message"]


def test_a_region_that_no_partition_has_is_refused(local: LocalAws, session: boto3.Session) -> None:
    told = mistake(
        session.client("ssm", region_name="moon-1", endpoint_url=local.endpoint),
        "get_parameter",
        {"Name": "/a"},
    )

    assert 400 == told["Status"]
    assert "ssm in moon-1" in told["Message"]


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [(KeyError("lost"), "InternalFailure", 500), (NotImplementedError("not that"), "NotImplemented", 501)],
    ids=["fault", "not implemented"],
)
def test_what_fails_within_is_told_to_the_client_without_its_traceback(
    local: LocalAws,
    session: boto3.Session,
    served: list[Served],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: str,
    status: int,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(serving, "dispatch", fail)

    told = mistake(client_of(local, session, "ssm"), "get_parameter", {"Name": "/a"})

    assert (code, status) == (told["Code"], told["Status"])
    assert str(error) in told["Message"]
    assert "Traceback" not in told["Message"]
    assert (status == 500) == ("Traceback" in served[-1].fault)


def test_nobody_asks_for_another_account(local: LocalAws) -> None:
    headers = {
        **signed(local, "sts"),
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Moto-Account-Id": "999999999999",
    }
    status, content = ask(local, "POST", "/", headers, b"Action=GetCallerIdentity&Version=2011-06-15")

    assert 200 == status
    assert f"<Account>{local.account}</Account>".encode() in content


def test_objects_travel_whole_by_every_way_that_clients_send_them(local: LocalAws) -> None:
    s3, content = local.client("s3"), bytes(range(256)) * 8
    chunks = b"100\r\n" + content[:256] + b"\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    streaming = {
        "Content-Encoding": "aws-chunked",
        "X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "X-Amz-Decoded-Content-Length": "256",
    }
    s3.create_bucket(Bucket="ways-of-sending")
    s3.put_object(Bucket="ways-of-sending", Key="plain", Body=content, Metadata={"made-by": "a test"})

    own = signed(local, "s3")
    parts = iter([content[:9], content[9:]])
    by_chunks = ask(local, "PUT", "/ways-of-sending/chunked", own, parts, chunked=True)
    by_stream = ask(local, "PUT", "/ways-of-sending/streamed", own | streaming, chunks)

    assert (200, 200) == (by_chunks[0], by_stream[0])
    bodies = {
        key: s3.get_object(Bucket="ways-of-sending", Key=key)["Body"].read()
        for key in ("plain", "chunked", "streamed")
    }
    assert {"plain": content, "chunked": content, "streamed": content[:256]} == bodies
    head = s3.head_object(Bucket="ways-of-sending", Key="plain")
    assert (len(content), {"made-by": "a test"}) == (head["ContentLength"], head["Metadata"])


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_presigned_address_needs_no_other_signature(
    local: LocalAws, session: boto3.Session, version: str
) -> None:
    s3 = client_of(local, session, "s3", signature_version=version)
    s3.create_bucket(Bucket=f"presigned-{version}")
    s3.put_object(Bucket=f"presigned-{version}", Key="a b/ä", Body=b"content")
    url = s3.generate_presigned_url("get_object", {"Bucket": f"presigned-{version}", "Key": "a b/ä"})

    assert (200, b"content") == ask(local, "GET", url.removeprefix(local.endpoint), {})


def test_a_body_that_is_too_long_is_refused_before_it_is_sent(local: LocalAws) -> None:
    headers = {**signed(local, "s3"), "Content-Length": str(MOST_BODY + 1)}
    status, content = ask(local, "PUT", "/some-bucket/large", headers, b"")

    assert 413 == status
    assert b"<Code>EntityTooLarge</Code>" in content


def test_a_connection_serves_one_request_after_the_other(local: LocalAws) -> None:
    connection = http.client.HTTPConnection(local.endpoint.removeprefix("http://"))
    headers = {
        **signed(local, "ssm"),
        "X-Amz-Target": "AmazonSSM.DescribeParameters",
        "Content-Type": "application/x-amz-json-1.1",
    }
    answers = []
    for _ in range(2):
        connection.request("POST", "/", "{}", headers)
        answers.append(json.load(connection.getresponse())["Parameters"])
        assert connection.sock, "the server closed the connection"
    connection.close()

    assert 2 == len(answers)


def test_many_ask_at_once(local: LocalAws) -> None:
    ssm = local.client("ssm")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: ssm.put_parameter(Name=f"/many/{n}", Value="v", Type="String"), range(20)))

    pages = local.aws.client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/many")
    assert 20 == len([each for page in pages for each in page["Parameters"]])


def test_a_port_that_is_taken_is_told(local: LocalAws) -> None:
    port = int(local.endpoint.rpartition(":")[2])

    with pytest.raises(PortTaken, match=f"port {port} can't be listened on"):
        LocalAws("000000000001", "us-east-1", port=port).__enter__()
