"""Systems Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.aws.handlers.life import Life, live

if TYPE_CHECKING:
    from twin.aws.clients import Aws

LIVES = (
    Life(
        "AWS::SSM::Parameter",
        lambda _: {
            "Name": "/miyabi/test/network/vpc-id",
            "Type": "String",
            "Value": "vpc-1",
            "Description": "Where it is",
            "Tags": {"Component": "network", "Owner": "backend"},
        },
        lambda _: {"Value": "vpc-2", "Tags": {"Owner": "frontend", "Project": "Miyabi"}},
        attributes=("Arn", "Value", "Type"),
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)
