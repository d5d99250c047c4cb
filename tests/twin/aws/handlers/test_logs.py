"""CloudWatch Logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.twin.aws.handlers.life import Life, live, make
from twin.aws.errors import HandlerError

if TYPE_CHECKING:
    from twin.aws.clients import Aws

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"

LIVES = (
    Life(
        "AWS::Logs::LogGroup",
        lambda _: {
            "KmsKeyId": KEY,
            "LogGroupClass": "INFREQUENT_ACCESS",
            "LogGroupName": "/aws/lambda/miyabi-api",
            "RetentionInDays": 365,
            "Tags": [{"Key": "Component", "Value": "service"}, {"Key": "Owner", "Value": "backend"}],
        },
        lambda _: {
            "KmsKeyId": KEY.replace("1111", "9999"),
            "RetentionInDays": 30,
            "Tags": [{"Key": "Owner", "Value": "frontend"}],
        },
        attributes=("Arn",),
        ref=r"/aws/lambda/miyabi-api",
    ),
    Life(
        "AWS::Logs::LogGroup",
        lambda _: {"DeletionProtectionEnabled": True, "KmsKeyId": KEY, "RetentionInDays": 30},
        lambda _: {"DeletionProtectionEnabled": None, "KmsKeyId": None, "RetentionInDays": None},
        ref=r"miyabi-test-stack-Thing-[0-9A-Z]{12}",
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=("named", "unnamed"))
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_the_arn_of_a_group_covers_its_streams(aws: Aws) -> None:
    living = make(aws, "AWS::Logs::LogGroup", {"LogGroupName": "calls"})

    assert f"arn:aws:logs:us-east-1:{aws.account}:log-group:calls:*" == living.read()["Arn"]


def test_a_group_has_no_tags_of_one_that_was_deleted(aws: Aws) -> None:
    tags = [{"Key": "Owner", "Value": "backend"}]
    make(aws, "AWS::Logs::LogGroup", {"LogGroupName": "calls", "Tags": tags}).delete()

    assert make(aws, "AWS::Logs::LogGroup", {"LogGroupName": "calls"}).read()["Tags"] == []


def test_a_protected_group_is_not_deleted(aws: Aws) -> None:
    living = make(aws, "AWS::Logs::LogGroup", {"DeletionProtectionEnabled": True})

    with pytest.raises(ClientError, match="protected"):
        living.delete()


def test_a_group_keeps_its_class(aws: Aws) -> None:
    living = make(aws, "AWS::Logs::LogGroup", {"LogGroupClass": "STANDARD"})

    with pytest.raises(HandlerError, match="keeps its class"):
        living.update({"LogGroupClass": "INFREQUENT_ACCESS"})
