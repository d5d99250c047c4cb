"""Is the migrator asked only by consent, for looks alone, once, and what comes of it when it can't be?"""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest

from ops.doctor.errors import NotThere
from ops.doctor.evidence.probe import Inside
from ops.doctor.operations import PROBE, OperationUndeclared, policy
from ops.doctor.reading import Reading
from ops.errors import Refused, Unreached
from tests.ops.doctor.reading import made_up, refusal

NAME = {"ssm:GetParameter": {"Parameter": {"Value": "migrator"}}}


class Busy(Exception):
    """Lambda runs the function for somebody else."""


class Function:
    """Lambda's client, whose function answers so; it notes what it was asked."""

    exceptions = SimpleNamespace(TooManyRequestsException=Busy)

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, list[dict[str, Any]]()

    def invoke(self, **asked: Any) -> dict[str, Any]:
        """As boto3's client does it."""
        self.asked.append(asked)
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode())}


def reading(answer: Any) -> tuple[Reading, Function]:
    told, function = made_up(NAME), Function(answer)
    found = Reading(told.environment, lambda name: function if name == "lambda" else told.client(name))
    return found, function


def test_the_migrator_is_asked_once_and_the_call_is_recorded() -> None:
    live, function = reading({"ok": True, "answer": {"reached": True}})
    inside = Inside(live, allowed=True)
    assert (None, True) == (inside.step, Inside(live, allowed=True).way["reached"])
    assert [json.loads(each["Payload"]) for each in function.asked] == [{"action": "probe"}]
    assert sorted(live.calls) == [PROBE, "ssm:GetParameter"]


def test_without_consent_nobody_is_asked() -> None:
    live, function = reading({"ok": True, "answer": {"reached": True}})
    with pytest.raises(NotThere, match="--probe"):
        _ = Inside(live, allowed=False).way
    assert ([], []) == (function.asked, live.calls)


def test_an_environment_without_a_migrator_has_nobody_to_ask() -> None:
    with pytest.raises(NotThere, match="migrator"):
        _ = Inside(made_up({}, "reported"), allowed=True).way


@pytest.mark.parametrize("action", ["up", "roles", "revert", "repair"])
def test_no_action_that_changes_something_can_be_asked_for(action: str) -> None:
    live, function = reading({})
    with pytest.raises(OperationUndeclared):
        live.inside(action)
    assert function.asked == []


def test_migrations_are_not_asked_about_where_the_database_is_not_reached() -> None:
    live, function = reading({"ok": True, "answer": {"reached": False, "step": "dns"}})
    inside = Inside(live, allowed=True)
    with pytest.raises(NotThere):
        _ = inside.status
    assert ("dns", 1) == (inside.step, len(function.asked))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(), Refused),
        ({"errorType": "Boom"}, Unreached),
        ({"ok": False, "error": {"kind": "LockHeld", "family": "LockError", "message": "busy"}}, Unreached),
    ],
)
def test_a_migrator_that_can_not_be_asked_is_kept_as_something_unseen(
    answer: Any, error: type[Exception]
) -> None:
    live, function = reading(answer)
    for _ in range(2):
        with pytest.raises(error):
            live.inside("probe")
    assert (1, True) == (len(function.asked), PROBE in live.refused)


def test_the_right_to_invoke_is_in_the_policy_only_with_the_probe() -> None:
    def actions(*, probe: bool) -> list[str]:
        found: list[str] = policy(probe=probe)["Statement"][0]["Action"]
        return found

    assert set(actions(probe=True)) - set(actions(probe=False)) == {"lambda:InvokeFunction"}
