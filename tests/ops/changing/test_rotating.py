"""Secrets are renewed while somebody asks the API all the time, and what was stopped is gone on with."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ops.deploying.smoke import Health
from ops.live import Live
from ops.migrating import ask_migrator
from ops.rotating.errors import (
    NothingToFinish,
    NotRenewable,
    OtherUnfinished,
    TooEarly,
)
from ops.rotating.flow import Callbacks, plan, run
from ops.rotating.seen import Kind, Stage
from ops.rotating.steps import Step
from ops.rotating.versions import make
from ops.stack import describe
from stacks.loading import load_environment
from stacks.values import LOGIN_SECRETS
from tests.ops.changing.functions import Caller

if TYPE_CHECKING:
    from ops.stack import Event
    from tests.ops.changing.functions import Functions
    from twin.aws.clients import Aws

ADDRESS = "https://d1.cloudfront.net"
ENDS = ("UPDATE_COMPLETE", "CREATE_COMPLETE")
A_WEEK_LATER = datetime.now(UTC) + timedelta(days=8)


def asking(caller: Caller, status: int = 200) -> Callbacks:
    """A renewal during which somebody asks at each step, and before and after what changes the API."""

    def event(event: Event) -> None:
        if event.logical_id in {"ApiFunction", "ApiAlias", "Distribution"} and event.status in ENDS:
            caller.ask_again(f"{event.logical_id} {event.status}")

    return Callbacks(
        step=caller.ask,
        watch=event,
        ask=lambda _: Health(ADDRESS, status, str(status)),
        pause=lambda _: None,
    )


@pytest.fixture
def caller(functions: Functions, live: Live) -> Caller:
    """A user who has signed in, before any secret was renewed."""
    ask_migrator(live, {"action": "roles"})
    client = functions.api().sign_in()
    assert client.token is not None
    return Caller(functions, client.token)


def parameters(live: Live, stack: str = "service") -> dict[str, str]:
    """The stack's parameters, as they were given."""
    found = describe(live, live.stack_name(stack))
    assert found is not None
    return found.parameters


def secret(aws: Aws, letter: str) -> str:
    """The value of a login's secret."""
    arn = aws.client("ssm").get_parameter(Name=f"/miyabi/staging/database/api-login-{letter}-secret-arn")
    found: str = aws.client("secretsmanager").get_secret_value(SecretId=arn["Parameter"]["Value"])[
        "SecretString"
    ]
    return found


@pytest.mark.usefixtures("functions")
def test_the_database_password_is_renewed_without_a_failed_request(
    live: Live, staging: Aws, caller: Caller
) -> None:
    before = {letter: secret(staging, letter) for letter in "ab"}
    told = asking(caller)
    planned = plan(live, Kind.DATABASE, callbacks=told)
    run(live, planned, told)
    after = {letter: secret(staging, letter) for letter in "ab"}

    assert [] == caller.failures
    assert caller.asked > 15, "at every step, in environments of the version before too"
    assert "miyabi_api_b" == planned.role
    assert "b" == parameters(live)["ApiLogin"]
    assert (before["a"], False) == (after["a"], before["b"] == after["b"])
    assert Stage.FRESH is plan(live, Kind.DATABASE, callbacks=told).seen.stage


def test_tokens_go_on_over_a_renewal_of_the_secret_that_signs_them(
    live: Live, functions: Functions, caller: Caller
) -> None:
    told = asking(caller)
    run(live, plan(live, Kind.JWT, callbacks=told), told)
    renewed = functions.api().sign_in()
    accepted = parameters(live)["PreviousJwtSecret"]
    with pytest.raises(TooEarly, match=r"are good until .*, and refusing or renewing now would end") as early:
        plan(live, Kind.JWT, finish=True, callbacks=told)
    with pytest.raises(TooEarly):
        plan(live, Kind.JWT, callbacks=told)
    told.now = lambda: A_WEEK_LATER
    failures = list(caller.failures)
    run(live, plan(live, Kind.JWT, finish=True, callbacks=told), Callbacks(ask=told.ask, pause=told.pause))

    assert [] == failures
    assert "accepted" == accepted
    assert timedelta(days=7) <= early.value.until - datetime.now(UTC) < timedelta(days=7, minutes=3)
    assert "refused" == parameters(live)["PreviousJwtSecret"]
    caller.ask("after a week")
    assert "401" in caller.failures[-1], "what the secret before has signed counts no more"
    assert renewed.token is not None
    later = Caller(functions, renewed.token)
    later.ask("by the new secret")
    assert [] == later.failures
    with pytest.raises(NothingToFinish, match="there is nothing to finish"):
        plan(live, Kind.JWT, finish=True, callbacks=told)

    leaked = plan(live, Kind.JWT, leaked=True, callbacks=told)
    run(live, leaked, Callbacks(ask=told.ask, pause=told.pause))
    later.ask("after a leak")
    assert Step.GIVE_API_ALONE in leaked.steps
    assert "refused" == parameters(live)["PreviousJwtSecret"]
    assert "401" in later.failures[-1], "every session ends at once"


def test_the_origin_secret_is_renewed_while_cloudfront_sends_the_one_before(
    live: Live, functions: Functions, caller: Caller
) -> None:
    before = functions.header()
    told = asking(caller)
    run(live, plan(live, Kind.ORIGIN, callbacks=told), told)

    assert [] == caller.failures
    assert before != functions.header()
    assert "refused" == parameters(live)["PreviousOriginSecret"]
    assert "1" != parameters(live, "edge")["SecretsRevision"]
    answer = functions.api().get("/health", headers={"x-origin-secret": before})
    assert 403 == answer.status


def test_one_renewal_at_a_time(live: Live) -> None:
    make(live, live.value(LOGIN_SECRETS["b"]), "password", {})

    with pytest.raises(OtherUnfinished, match="go on with `miyabi rotate staging database` first"):
        plan(live, Kind.JWT)
    assert (Step.MAKE_CURRENT, Stage.MADE) == (
        plan(live, Kind.DATABASE).steps[0],
        plan(live, Kind.DATABASE).seen.stage,
    )


def test_what_was_made_by_hand_can_not_renew(aws: Aws) -> None:
    service: dict[str, Any] = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "a"}}
    aws.client("cloudformation").create_stack(
        StackName="miyabi-production-service",
        TemplateBody=json.dumps({"Resources": {"One": service}}),
    )
    reported = Live(load_environment("reported"), aws.client)

    with pytest.raises(NotRenewable, match="the jwt secret of reported can't be renewed"):
        plan(reported, Kind.JWT)
    with pytest.raises(NotRenewable, match="no roles of its own in the database"):
        plan(reported, Kind.DATABASE)
    with pytest.raises(NotRenewable, match="it has no CloudFront in front"):
        plan(reported, Kind.ORIGIN)
