"""The clients of the local AWS: boto3's own, without what only a service far away would look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.utils import parse_timestamp

from twin.aws.clients import Aws, _moment

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

ACCOUNT = "423581236551"


@pytest.mark.parametrize(
    ("service", "operation", "scope"),
    [
        ("ssm", "describe_parameters", "eu-central-1/ssm"),
        ("iam", "list_roles", "us-east-1/iam"),
        ("logs", "describe_log_groups", "eu-central-1/logs"),
    ],
)
def test_a_request_names_the_service_and_region_that_it_would_be_signed_for(
    service: str, operation: str, scope: str
) -> None:
    client = Aws(ACCOUNT, "eu-central-1").client(service)
    sent: list[str] = []

    def seen(request: AWSPreparedRequest, **_: Any) -> None:
        sent.append(bytes(request.headers["Authorization"]).decode())

    client.meta.events.register_first("before-send", seen)
    getattr(client, operation)()

    assert [
        f"AWS4-HMAC-SHA256 Credential=local/20260101/{scope}/aws4_request, SignedHeaders=host, Signature=0"
    ] == sent


def test_an_address_that_is_given_away_is_signed() -> None:
    address = (
        Aws(ACCOUNT, "eu-central-1")
        .client("s3")
        .generate_presigned_url("get_object", Params={"Bucket": "a-bucket", "Key": "a-key"})
    )

    assert {"X-Amz-Signature", "Signature"} & parse_qs(urlsplit(address).query).keys()


@pytest.mark.parametrize(
    "told",
    [
        "2026-11-22T10:11:12.345Z",
        "2026-11-22T10:11:12Z",
        "2026-11-22T10:11:12+02:00",
        "2026-11-22T10:11:12",
        "2026-11-22",
        "Sun, 22 Nov 2026 10:11:12 GMT",
        "1795342272",
        1795342273,
        1795342272.5,
    ],
)
def test_a_time_is_read_as_botocore_reads_it(told: object) -> None:
    assert parse_timestamp(told) == _moment(told)


def test_what_is_no_time_is_refused_as_botocore_refuses_it() -> None:
    with pytest.raises(ValueError, match=r'Invalid timestamp "2026-13-22'):
        _moment("2026-13-22T10:11:12Z")
