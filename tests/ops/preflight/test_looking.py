"""What would make a deployment fail is found before it begins, all of it at once; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.errors import Unreached
from ops.live import Live
from ops.preflight import look
from ops.wanted import Wanted
from stacks.loading import load_environment
from tests.ops.cutting import PAGED, Cutting
from tests.ops.preflight.told import GOLDEN, STACKS, TODAY, WELL, Told, enter, refusal, standing

if TYPE_CHECKING:
    from twin.aws.clients import Aws


def test_an_account_that_is_ready_has_no_problem_and_is_not_changed(aws: Aws) -> None:
    enter(aws, "miyabi/staging/github", WELL)
    recorded, wanted = Cutting(aws.client), Wanted.of_folder(GOLDEN / "staging")

    found = look(Live(load_environment("staging"), recorded), wanted, wanted.stacks, {})

    assert [] == found
    operations = [name.partition(":")[2].removeprefix(PAGED) for name in recorded.names()]
    reading = ("get_", "describe_", "list_", "head_")
    assert [] == [operation for operation in operations if not operation.startswith(reading)]
    assert {"get_secret_value", "get_account_settings", "describe_vpcs"} <= set(operations)


def test_everything_is_told_at_once_problems_first(aws: Aws) -> None:
    answers = {
        STACKS: standing("UPDATE_IN_PROGRESS"),
        "ec2:describe_availability_zones": {
            "AvailabilityZones": [{"ZoneId": "use1-az1", "State": "available"}]
        },
        "rds:describe_account_attributes": refusal("DescribeAccountAttributes", "InvalidAction"),
        "lambda:get_account_settings": {
            "AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}
        },
    }
    wanted = Wanted.of_folder(GOLDEN / "staging")
    live = Live(load_environment("staging"), Told(aws.client, answers))

    found = look(live, wanted, wanted.stacks, {}, as_of=TODAY)

    assert [True, True, True, False, False] == [one.is_problem for one in found]
    assert [
        "secret miyabi/staging/github is not there; enter it by `miyabi secret set staging github`",
        (
            "there is no availability zone use1-az2 in us-east-1, which has use1-az1; "
            "choose of these in zones of [network]"
        ),
        (
            "the functions reserve 26 executions at a time, which would leave -16 of the account's 10 to all "
            "others, and Lambda keeps 100; raise the quota `Concurrent executions` of Lambda in Service "
            "Quotas, or lower reserved_concurrency"
        ),
        "stack miyabi-staging-service is in UPDATE_IN_PROGRESS, which is followed to its end first",
        (
            "how many databases there may be could not be looked at: AWS does not do "
            "rds:DescribeAccountAttributes on the account's quotas of RDS (InvalidAction: no); "
            "mend what it names, and try again"
        ),
    ] == [one.sentence for one in found]


def test_without_a_connection_nothing_is_guessed(aws: Aws) -> None:
    wanted = Wanted.of_folder(GOLDEN / "staging")
    cut = Told(aws.client, {STACKS: refusal("DescribeStacks", "ThrottlingException")})

    with pytest.raises(Unreached):
        look(Live(load_environment("staging"), cut), wanted, wanted.stacks, {})
