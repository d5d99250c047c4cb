"""What was seen is led back to the faults that leave it, and to no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.twin.faults.test_observing import TARGETS
from twin.faults.expectation import Request
from twin.faults.likeness import alike
from twin.faults.observing import Answer, Observation
from twin.faults.targets import _database

NOTHING_RAN = {("AWS/ApiGateway", "Count"): 1.0, ("AWS/ApiGateway", "5xx"): 1.0}
HEALTH = Request.model_validate({})


def seen(status: int, message: str, **changes: Any) -> Observation:
    """What a request has left that the gateway answered itself."""
    headers = {"content-type": "application/json", "apigw-requestid": "r"}
    answer = Answer(status, f'{{"message":"{message}"}}', headers, 0.01)
    return replace(Observation((answer,), (), (), None, NOTHING_RAN), **changes)


def names(observation: Observation, request: Request = HEALTH, **deployed: Any) -> list[str]:
    """The faults that it is like."""
    return [fault.id for fault in alike(observation, request, replace(TARGETS, **deployed))]


def test_the_reports_answer_is_like_each_fault_by_which_nothing_is_invoked() -> None:
    assert ["API-001", "API-002", "API-004", "API-006", "API-036"] == names(
        seen(500, "Internal Server Error")
    )


def test_an_alias_makes_one_more_and_what_the_gateway_says_leaves_fewer() -> None:
    told = ("The IAM role configured doesn't have permissions to call the integration",)
    observation = seen(500, "Internal Server Error", access_lines=told)
    stage = TARGETS.stage

    assert "API-003" in names(observation, qualifier="live", stage=stage)
    assert "API-003" not in names(observation)
    assert "API-001" not in names(replace(observation, access_lines=("another",)))


def test_a_function_that_ran_is_like_none_of_them() -> None:
    invoked = NOTHING_RAN | {("AWS/Lambda", "Invocations"): 1.0}

    assert not {"API-001", "API-002"} & set(names(seen(500, "Internal Server Error", metrics=invoked)))


def test_faults_that_show_with_another_request_are_no_candidates() -> None:
    found = seen(429, "Too Many Requests", metrics={("AWS/ApiGateway", "4xx"): 1.0})

    assert ["API-033"] == names(found), "API-011 shows with several requests at once alone"


def test_what_shows_at_the_edge_alone_is_a_candidate_there() -> None:
    edge = Request.model_validate({"through": "edge"})
    answer = Answer(403, '{"message":"Forbidden"}', {"x-cache": "Error from cloudfront"}, 0.01)
    found = Observation((answer,), (), (), None, {})

    assert "API-029" in names(found, edge, distribution="D")
    assert "API-001" in names(seen(500, "Internal Server Error"), edge), "it shows behind the edge as well"
    assert "API-029" not in names(found, edge)
    assert "API-029" not in names(found, HEALTH, distribution="D")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://a:b@db.rds:5432/x", "db.rds"),
        ("postgresql://a:b@db.rds/x", "db.rds"),
        ("postgresql://a:b@old-db.rds:5432/x", None),
        ("postgresql://a:b@db.rds.example:5432/x", None),
        ("postgresql://a:p%40w@other.rds:5432/db.rds", "other.rds"),
        ("", None),
    ],
)
def test_a_database_is_found_by_its_whole_host(url: str, found: str | None) -> None:
    class Listing:
        def call(self, *_: str) -> dict[str, Any]:
            return {"DBInstances": [{"Endpoint": {"Address": host}} for host in ("db.rds", "other.rds")]}

    function = {"Environment": {"Variables": {"DATABASE_URL": url}}}
    instance = _database(Listing(), function)  # type: ignore[arg-type]  # nothing else is asked of it

    assert found == (instance and instance["Endpoint"]["Address"])
