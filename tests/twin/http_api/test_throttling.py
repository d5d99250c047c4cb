"""Throttles let a burst through, and then no more than their rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.http_api.deploying import ask, deploy
from twin.http_api.configuration import Limit
from twin.http_api.throttling import Bucket, Throttles

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.http_api import HttpApis


def test_a_bucket_gives_its_burst_and_is_filled_by_its_rate() -> None:
    bucket = Bucket(Limit(burst=2, rate=10), now=0)

    assert [True, True, False] == [bucket.take(0) for _ in range(3)]
    assert [True, False] == [bucket.take(0.1) for _ in range(2)]
    assert [True, True, False] == [bucket.take(60) for _ in range(3)]


def test_each_route_has_a_bucket_until_its_limit_is_changed() -> None:
    throttles = Throttles(clock=lambda: 0.0)
    one, more = Limit(1, 0), Limit(2, 0)

    assert [True, False] == [throttles.let_in("a", "s", "GET /a", one) for _ in range(2)]
    assert throttles.let_in("a", "s", "GET /b", one)
    assert [True, True, False] == [throttles.let_in("a", "s", "GET /a", more) for _ in range(3)]


def test_a_stage_without_a_limit_has_the_accounts() -> None:
    throttles = Throttles(clock=lambda: 0.0)
    let_in = [throttles.let_in("a", "s", "GET /a", None) for _ in range(5001)]

    assert (5000, False) == (let_in.count(True), let_in[-1])


def test_a_limit_above_the_accounts_is_no_help() -> None:
    throttles = Throttles(clock=lambda: 0.0)
    let_in = [throttles.let_in("a", "s", "GET /a", Limit(6000, 0)) for _ in range(5001)]

    assert (5000, False) == (let_in.count(True), let_in[-1])


def test_who_asks_too_much_is_told(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "GET /a", "GET /b")
    address = apis.address(api.api_id)
    api.stage(
        DefaultRouteSettings={"ThrottlingBurstLimit": 0, "ThrottlingRateLimit": 0.0},
        RouteSettings={"GET /b": {"ThrottlingBurstLimit": 1, "ThrottlingRateLimit": 0.001}},
    )
    answer = ask(address, target="/a")

    assert (429, {"message": "Too Many Requests"}) == (answer.status, answer.document)
    assert [200, 429] == [ask(address, target="/b").status for _ in range(2)]
