"""Route 53."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.twin.aws.handlers.life import Life, live, make
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""The zone of all distributions, as AWS documents it."""


def zone(aws: Aws) -> str:
    """A hosted zone that is there."""
    made = aws.client("route53").create_hosted_zone(Name="miyabi.example.", CallerReference="once")
    identifier: str = made["HostedZone"]["Id"].rpartition("/")[2]
    return identifier


def alias(domain: str) -> dict[str, str]:
    """An AliasTarget."""
    return {"DNSName": domain, "HostedZoneId": CLOUDFRONT_ZONE}


LIVES = (
    Life(
        "AWS::Route53::RecordSet",
        lambda aws: {
            "AliasTarget": alias("d111111abcdef8.cloudfront.net"),
            "HostedZoneId": zone(aws),
            "Name": "app.miyabi.example",
            "Type": "AAAA",
        },
        lambda _: {"AliasTarget": alias("d222222abcdef8.cloudfront.net")},
        ref="app.miyabi.example",
    ),
    Life(
        "AWS::Route53::RecordSet",
        lambda aws: {
            "Comment": "checked by hand",
            "HostedZoneName": "miyabi.example." if zone(aws) else "",
            "Name": "Text.Miyabi.Example.",
            "ResourceRecords": ['"one"', '"two"'],
            "TTL": "300",
            "Type": "TXT",
        },
        lambda _: {"ResourceRecords": ['"three"'], "TTL": "60"},
        ref="Text.Miyabi.Example.",
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=["alias", "text"])
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_records_of_one_name_and_another_type_stand_alone(aws: Aws) -> None:
    desired = LIVES[0].desired(aws)
    four, six = (make(aws, LIVES[0].type, {**desired, "Type": kind}) for kind in ("A", "AAAA"))
    six.delete()

    assert four.differences(four.desired) == []


def test_a_record_that_is_there_already_is_refused(aws: Aws) -> None:
    """Also when it has other values, as another stack's may have."""
    desired = LIVES[0].desired(aws)
    make(aws, LIVES[0].type, desired)

    with pytest.raises(ClientError, match="already exists"):
        make(aws, LIVES[0].type, {**desired, "AliasTarget": alias("d222222abcdef8.cloudfront.net")})


def test_a_record_can_not_become_one_of_another_type(aws: Aws) -> None:
    living = make(aws, LIVES[0].type, LIVES[0].desired(aws))

    with pytest.raises(HandlerError, match="can't be changed in place"):
        living.update({**living.desired, "Type": "A"})


def test_a_zone_that_no_name_leads_to_is_refused(aws: Aws) -> None:
    desired = {key: value for key, value in LIVES[0].desired(aws).items() if key != "HostedZoneId"}

    with pytest.raises(HandlerError, match=r"0 hosted zones are named other\.example\."):
        make(aws, LIVES[0].type, {**desired, "HostedZoneName": "other.example."})
