"""Has the doctor look into a twin, and holds it to what it promises whatever it finds."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError

from ops.doctor.diagnosing import State, diagnose
from ops.doctor.operations import is_declared
from ops.live import Live
from scripts.bench_doctor import GIVEN_TOGETHER
from scripts.commands.doctor.page import page_of
from scripts.commands.doctor.telling import document
from stacks.loading import load_environment
from tests.twin.faults.reading_back import read_back
from twin.faults.targets import password_of
from twin.rehearsing.diagnosing import evidence_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.doctor.diagnosing import Diagnosis
    from twin.rehearsing.twin import Twin

BROKEN = "the check itself broke"
PATIENCE = 2.0
"""Seconds to wait for lines; here they come within one, at AWS within some."""
SHORTEST_SECRET = 8
"""Letters; what is shorter may stand in a text by chance."""


def look_into(twin: Twin, environment: str) -> Diagnosis:
    """Diagnose; nothing is changed by it, and no secret told."""
    settings = load_environment(environment).model_copy(update={"account": twin.aws.account})
    before = read_back(twin.aws)
    evidence = evidence_of(twin, Live(settings, twin.aws.client))
    evidence.patience = PATIENCE
    diagnosis = diagnose(evidence)
    assert before == read_back(twin.aws)
    assert {each for each in evidence.reading.calls if not is_declared(each)} == set()
    told = page(diagnosis) + json.dumps(document(environment, diagnosis))
    assert [] == [name for name, value in _secrets(twin) if value in told]
    broken = [each for each in diagnosis.findings if BROKEN in each.answer.because]
    assert [] == [f"{each.id}: {each.answer.because}" for each in broken]
    return diagnosis


def names(diagnosis: Diagnosis, fault: str, healthy: Diagnosis) -> bool:
    """Whether a fault is told as the cause, or stands first of what is left where nothing decides.

    What fails nothing must be told, and not have been told before.
    """
    if diagnosis.cause:
        together = fault in GIVEN_TOGETHER and fault in {each.id for each in diagnosis.next}
        return diagnosis.cause.id == (GIVEN_TOGETHER[fault] if together else fault)
    if diagnosis.state is State.UNDECIDED and diagnosis.undecided:
        return diagnosis.undecided[0].id == fault
    before = {each.id for each in healthy.findings if each.is_proved}
    return fault in {each.id for each in diagnosis.findings if each.is_proved} - before


def page(diagnosis: Diagnosis | None) -> str:
    """What an operator would read."""
    return "\n".join(line.plain for line in page_of("twin", diagnosis)) if diagnosis else ""


def _secrets(twin: Twin) -> Iterator[tuple[str, str]]:
    """Of all functions that are there: a fault may have taken away the one that the API invokes."""
    for function in twin.aws.client("lambda").list_functions()["Functions"]:
        variables = function.get("Environment", {}).get("Variables", {})
        told = {name: variables.get(name, "") for name in ("DATABASE_URL", "JWT_SECRET", "ORIGIN_SECRET")}
        told["the password"] = password_of(told["DATABASE_URL"])
        yield from ((name, value) for name, value in told.items() if len(value) >= SHORTEST_SECRET)


class Denying:
    """Connects to a twin's services, of which one operation is refused; what was asked is kept."""

    def __init__(self, twin: Twin, operation: str = "") -> None:
        self._twin, self._operation = twin, operation

    def __call__(self, service: str) -> Any:
        """The client of a service."""
        client = self._twin.aws.client(service)
        denied = self._operation.partition(":")
        if service != denied[0]:
            return client
        return _WithoutOne(client, xform_name(denied[2]))


class _WithoutOne:
    """A client, one of whose operations is refused."""

    def __init__(self, client: Any, method: str) -> None:
        self._client, self._method = client, method

    def __getattr__(self, name: str) -> Any:
        """The client's own, but for that one."""
        return self._deny if name == self._method else getattr(self._client, name)

    def get_paginator(self, name: str) -> Any:
        """The same of its pages."""
        if name != self._method:
            return self._client.get_paginator(name)
        return SimpleNamespace(paginate=self._deny)

    def _deny(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, self._method)


def without(twin: Twin, environment: str, operation: str) -> Diagnosis:
    """Diagnose where AWS refuses an operation."""
    settings = load_environment(environment).model_copy(update={"account": twin.aws.account})
    evidence = evidence_of(twin, Live(settings, twin.aws.client), Denying(twin, operation))
    return diagnose(evidence)
