"""`miyabi rehearse`: what it shows of an environment, and what it refuses before it begins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scripts.commands.rehearse.listing import show_faults
from scripts.commands.rehearse.run import Wish, run
from scripts.exit_codes import Exit
from twin.faults.catalogue import read_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    Rehearse = Callable[[Wish], tuple[int, Any]]


@pytest.fixture
def rehearse(capsys: pytest.CaptureFixture[str]) -> Rehearse:
    """Runs it; gives its exit code and its document."""

    def rehearsed(wish: Wish) -> tuple[int, Any]:
        code = run(wish, as_json=True)
        return code, json.loads(capsys.readouterr().out)

    return rehearsed


def test_staging_is_deployed_migrated_and_answers_through_its_route(rehearse: Rehearse) -> None:
    code, told = rehearse(Wish("staging", pending=1, rate=3, diagnose=True))
    steps = {step["name"]: step["found"] for step in told["steps"]}
    [change] = told["changes"]

    assert (Exit.DONE, True) == (code, told["well"])
    assert [200, 200, 200] == [look["status"] for look in told["looks"]]
    assert "CREATE_COMPLETE" == next(step["found"] for step in told["steps"] if step["name"] == "edge")
    assert "1 applied" == steps["migrations"]
    assert change["requests"] > 0
    assert [] == change["failed"], "who asks meanwhile sees no failure"
    diagnosis = told["looks"][-1]["diagnosis"]
    assert ("healthy", 200) == (diagnosis["state"], diagnosis["request"]["status"])
    assert any("in place of Amazon RDS's" in sentence for sentence in told["substitutions"])


def test_reported_answers_500_and_logs_nothing_as_in_the_report(rehearse: Rehearse) -> None:
    code, told = rehearse(Wish("reported"))
    look = told["looks"][-1]

    assert (Exit.ROLLED_BACK, False) == (code, told["well"])
    assert (500, '{"message":"Internal Server Error"}') == (look["status"], look["body"])
    assert ([], []) == (look["streams"], look["lines"])
    assert 0 == look["metrics"].get("AWS/Lambda Invocations", 0)


def test_reported_answers_once_its_api_has_the_permission(rehearse: Rehearse) -> None:
    code, told = rehearse(Wish("reported", permit=True))

    assert (Exit.DONE, 200) == (code, told["looks"][-1]["status"])
    assert any("stands in for the Rust binary" in sentence for sentence in told["substitutions"])


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(), "which environment is to be rehearsed"),
        (Wish("nowhere"), "nowhere"),
        (Wish("staging", faults=("API-999",)), "there is no fault API-999"),
        (Wish("staging", rotate=("master",)), "there is no secret 'master' to renew"),
        (Wish("staging", to="production"), "they are two systems"),
        (Wish("staging", pending=999), "--pending 999 keeps back all"),
        (Wish("reported", rotate=("database",)), "its API has no roles of its own"),
        (Wish("staging", rotate=("origin", "jwt", "jwt")), "--rotate jwt can be given once"),
        (Wish("production", to="reported"), "it would delete network.Key"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_begins(
    wish: Wish, sentence: str, rehearse: Rehearse
) -> None:
    code, told = rehearse(wish)

    assert Exit.WRONG_INPUT == code
    assert sentence in told["error"]["message"]


def test_every_fault_is_listed_by_the_name_that_it_is_asked_by(capsys: pytest.CaptureFixture[str]) -> None:
    show_faults(as_json=False)
    listed = capsys.readouterr().out.split()

    assert {name for fault in read_catalogue().values() for name, _ in fault.names()} <= set(listed)
