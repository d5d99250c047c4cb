"""The doctor reads, and nothing else: every operation of its table, and none besides."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.session import get_session

from ops.aws import READ_TIMEOUT
from ops.doctor.operations import READS, OperationUndeclared, operations, policy, right_for
from ops.doctor.reading import Reading
from ops.errors import CredentialsMissing, Declined, NotDeployed, Refused, Unreached
from stacks.loading import load_environment
from tests.ops.doctor.reading import made_up, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

OPS = Path(__file__).parents[3] / "ops"
SOURCE = "".join(
    path.read_text(encoding="utf-8") for path in sorted(OPS.rglob("*.py")) if path.name != "operations.py"
)
READING = ("Describe", "Export", "Filter", "Get", "List", "Lookup", "Simulate")
"""How operations that change nothing begin."""


class Client:
    """Counts what it is asked; a name that was made absent or denied is answered so."""

    def __init__(self, **errors: str) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._errors = errors

    def __getattr__(self, name: str) -> Any:
        """Whatever is called."""

        def call(**arguments: Any) -> dict[str, Any]:
            self.asked.append((name, arguments))
            if code := self._errors.get(name):
                raise ClientError({"Error": {"Code": code, "Message": "no"}}, name)
            return {"asked": arguments}

        return call


def reading(client: Client) -> Reading:
    return Reading(load_environment("staging"), lambda _: client)


@pytest.mark.parametrize("operation", operations())
def test_every_operation_exists_and_begins_as_those_that_read(operation: str) -> None:
    service, _, name = operation.partition(":")
    assert name in get_session().get_service_model(service).operation_names
    assert name.startswith(READING)


def test_an_operation_that_is_not_declared_is_not_called() -> None:
    client = Client()
    with pytest.raises(OperationUndeclared, match="lambda:DeleteFunction"):
        reading(client).call("lambda:DeleteFunction", "f", FunctionName="f")
    with pytest.raises(OperationUndeclared):
        reading(client).fresh("lambda:DeleteFunction", "f", FunctionName="f")
    assert client.asked == []


def test_a_question_is_asked_once_and_answers_stay_apart() -> None:
    client = Client()
    asking = reading(client)
    answers = [
        asking.call("lambda:GetAlias", "f", FunctionName="f", Name=name) for name in ("live", "live", "old")
    ]
    assert [each["asked"]["Name"] for each in answers] == ["live", "live", "old"]
    assert [arguments["Name"] for _, arguments in client.asked] == ["live", "old"]


def test_an_answer_and_its_pages_stay_apart() -> None:
    asking = made_up({"lambda:ListAliases": {"Aliases": ["live"]}})
    whole = asking.call("lambda:ListAliases", "f", FunctionName="f")
    pages = list(asking.pages("lambda:ListAliases", "f", "Aliases", FunctionName="f"))
    assert ({"Aliases": ["live"]}, ["live"]) == (whole, pages)


def test_a_refusal_is_kept_and_told() -> None:
    client = Client(get_policy="AccessDeniedException")
    asking = reading(client)
    for _ in range(2):
        with pytest.raises(Refused, match="lambda:GetPolicy"):
            asking.call("lambda:GetPolicy", "the policy of f", FunctionName="f")
    assert len(client.asked) == 1
    assert list(asking.refused) == ["lambda:GetPolicy"]


def test_what_is_absent_is_none_for_who_asks_so_and_no_refusal() -> None:
    asking = reading(Client(get_policy="ResourceNotFoundException"))
    assert asking.find("lambda:GetPolicy", "f", FunctionName="f") is None
    with pytest.raises(NotDeployed):
        asking.call("lambda:GetPolicy", "f", FunctionName="f")
    assert asking.refused == {}


def test_what_is_waited_for_is_asked_anew() -> None:
    client = Client()
    asking = reading(client)
    for _ in range(2):
        asking.fresh("logs:FilterLogEvents", "g", logGroupName="g")
    assert len(client.asked) == 2


def test_the_policy_has_the_right_of_every_operation_and_no_other() -> None:
    [statement] = policy()["Statement"]
    assert sorted({right for each in operations() if (right := right_for(each))}) == statement["Action"]
    assert statement["Effect"] == "Allow"


def test_operations_are_sorted_so_that_one_is_found() -> None:
    assert {service: tuple(sorted(names)) for service, names in READS.items()} == dict(READS)
    assert sorted(READS) == list(READS)


def test_what_the_local_aws_lacks_is_an_answer_of_its_own() -> None:
    asking = made_up(
        {"lambda:GetPolicy": NotImplementedError(), "logs:FilterLogEvents": NotImplementedError()}
    )
    with pytest.raises(Declined, match="NotImplemented"):
        asking.call("lambda:GetPolicy", "f", FunctionName="f")
    with pytest.raises(Declined, match="NotImplemented"):
        asking.fresh("logs:FilterLogEvents", "g", logGroupName="g")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("NoSuchDistribution", NotDeployed),
        ("DBParameterGroupNotFound", NotDeployed),
        ("InvalidVpcID.NotFound", NotDeployed),
        ("InvalidParameterValue", Declined),
    ],
)
def test_what_is_not_there_is_known_by_each_services_code(code: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        made_up({"lambda:GetPolicy": refusal(code)}).call("lambda:GetPolicy", "f", FunctionName="f")


def test_credentials_that_end_on_the_way_are_told_as_something_unseen() -> None:
    asking = reading(Client(get_policy="ExpiredTokenException", filter_log_events="ExpiredTokenException"))
    with pytest.raises(CredentialsMissing):
        asking.call("lambda:GetPolicy", "f", FunctionName="f")
    with pytest.raises(CredentialsMissing):
        asking.fresh("logs:FilterLogEvents", "g", logGroupName="g")
    assert sorted(asking.refused) == ["lambda:GetPolicy", "logs:FilterLogEvents"]


def test_after_its_time_nothing_more_is_asked_and_what_is_kept_stays() -> None:
    client = Client()
    asking = reading(client)
    kept = asking.call("lambda:GetPolicy", "f", FunctionName="f")
    asking._until = 0.0
    assert kept == asking.call("lambda:GetPolicy", "f", FunctionName="f")
    for ask in (asking.call, asking.fresh):
        with pytest.raises(Unreached, match="not asked within 120 s"):
            ask("lambda:GetAlias", "f", FunctionName="f", Name="live")
    assert [name for name, _ in client.asked] == ["get_policy"]


def test_pages_without_an_end_are_ended_by_the_time() -> None:
    asking = made_up({})

    def endless(**_: Any) -> Iterator[Any]:
        for number in itertools.count():
            yield {"Aliases": [number]}
            asking._until = 0.0

    asking._clients["lambda"] = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=endless))
    with pytest.raises(Unreached, match="lambda can't be asked"):
        asking.pages("lambda:ListAliases", "f", "Aliases", FunctionName="f")


def test_what_several_threads_want_at_once_is_asked_by_one() -> None:
    asking, begun, asked = made_up({}), Event(), list[int]()

    def ask() -> int:
        asked.append(1)
        begun.wait(0.05)
        return len(asked)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: asking.once("the package", ask), range(4)))
    assert ([1, 1, 1, 1], [1]) == (answers, asked)


def test_what_could_not_be_had_is_not_tried_again() -> None:
    asking, tries = made_up({}), list[int]()

    def ask() -> None:
        tries.append(1)
        raise Unreached("s3", "it is silent")

    for _ in range(2):
        with pytest.raises(Unreached):
            asking.once("the package", ask)
    assert ([1], ["the package"]) == (tries, list(asking.refused))


def test_lambda_is_asked_as_others_are_and_waited_for_as_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    config = Reading(load_environment("staging")).client("lambda").meta.config
    assert (READ_TIMEOUT, 4) == (config.read_timeout, config.retries["total_max_attempts"])


@pytest.mark.parametrize("operation", operations())
def test_the_policy_asks_for_nothing_that_is_not_called(operation: str) -> None:
    """Whatever may be called is named in the code, as `lambda:GetPolicy` or as boto3 names it."""
    assert any(name in SOURCE for name in (f'"{operation}"', f'"{xform_name(operation.partition(":")[2])}"'))
