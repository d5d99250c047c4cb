"""Functions in a VPC reach the services of AWS only as its network lets them, and others as ever."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from ops.network.errors import NetworkRefused
from ops.network.place import OUTSIDE, Place
from twin.aws.clients import session
from twin.aws.local import LocalAws
from twin.databases.asking import Asked, Next
from twin.databases.instance import Verdict
from twin.deployed import Deployed
from twin.services import Caller, ServiceJudge, Services

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "610500000011"
SIGNED = b"POST / HTTP/1.1\r\nauthorization: AWS4 Credential=k/20260101/us-east-1/sqs/aws4_request\r\n"


@pytest.fixture(scope="module")
def local() -> Iterator[LocalAws]:
    with LocalAws(ACCOUNT, "us-east-1") as local:
        yield local


@pytest.fixture(scope="module")
def services(local: LocalAws) -> Iterator[Services]:
    with Services(Deployed(local.aws), lambda: local.endpoint) as services:
        yield services


@pytest.fixture
def place(local: LocalAws) -> Place:
    """A function alone in a VPC, from which no way leads out."""
    ec2 = local.aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.61.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.61.5.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="f", Description="f")["GroupId"]
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.61.5.0/24"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[https])
    return Place("function f", vpc, (subnet,), (group,))


def ask(services: Services, place: Place, service: str, operation: str) -> Any:
    """Ask a service as a function at a place would, that waits for a moment and asks once."""
    config = Config(connect_timeout=0.4, read_timeout=0.4, retries={"total_max_attempts": 1})
    client = session().client(
        service,
        region_name="us-east-1",
        endpoint_url=services.endpoint(place),
        config=config,
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    try:
        return getattr(client, operation)()
    finally:
        client.close()


def with_endpoint(local: LocalAws, place: Place, service: str) -> None:
    """An interface endpoint of a service beside the function, in its group."""
    local.aws.client("ec2").create_vpc_endpoint(
        VpcId=place.vpc_id,
        ServiceName=f"com.amazonaws.us-east-1.{service}",
        VpcEndpointType="Interface",
        SubnetIds=list(place.subnet_ids),
        SecurityGroupIds=list(place.group_ids),
        PrivateDnsEnabled=True,
    )


def test_outside_of_any_vpc_the_local_aws_is_asked_itself(services: Services, local: LocalAws) -> None:
    assert local.endpoint == services.endpoint(OUTSIDE)


def test_nobody_answers_in_a_vpc_without_a_way_out(services: Services, place: Place) -> None:
    assert local_address(services, place) == local_address(services, place)
    with pytest.raises(ConnectTimeoutError):
        ask(services, place, "secretsmanager", "list_secrets")


def local_address(services: Services, place: Place) -> str:
    """Where a place asks; never 127.0.0.1, where the local AWS is."""
    address = services.endpoint(place)
    assert not address.startswith("http://127.0.0.1:")
    return address


def test_an_endpoint_leads_to_its_service_and_to_no_other(
    services: Services, local: LocalAws, place: Place
) -> None:
    """Also for an environment that started before there was one."""
    with pytest.raises(ConnectTimeoutError):
        ask(services, place, "secretsmanager", "list_secrets")
    with_endpoint(local, place, "secretsmanager")
    deadline = time.monotonic() + 5
    while True:
        try:
            found = ask(services, place, "secretsmanager", "list_secrets")
            break
        except ConnectTimeoutError:
            assert time.monotonic() < deadline

    assert [] == found["SecretList"]
    with pytest.raises(ReadTimeoutError):
        ask(services, place, "ssm", "describe_parameters")


def test_a_service_that_boto3_calls_otherwise_has_its_endpoint_too(
    services: Services, local: LocalAws, place: Place
) -> None:
    with_endpoint(local, place, "monitoring")

    assert [] == ask(services, place, "cloudwatch", "describe_alarms")["MetricAlarms"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (b"", Next.READ),
        (SIGNED, Next.READ),
        (SIGNED + b"\r\nbody", Asked("sqs", tls=False)),
        (b"GET / HTTP/1.1\r\nhost: a\r\n\r\nk/20260101/us-east-1/sqs/aws4_request", Asked(None, tls=False)),
    ],
)
def test_the_service_is_read_from_the_signature_once_the_head_is_there(
    services: Services, said: bytes, found: Next | Asked
) -> None:
    judge = ServiceJudge(services._deployed, OUTSIDE, 1, print)

    assert found == Caller(judge, services._relaying).read(said)


def test_what_can_not_be_decided_is_dropped_and_told(services: Services, place: Place) -> None:
    told: list[str] = []

    def refused(*_: object) -> bool:
        raise NetworkRefused("prefix list pl-1", "has addresses of AWS's", "name an address")

    judge = ServiceJudge(services._deployed, place, 1, told.append)

    assert Verdict.DROPPED is judge._verdict(refused)
    assert told[0].startswith("function f is let through to no service of AWS: prefix list pl-1 has")
