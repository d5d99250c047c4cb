"""Does the doctor see that code and schema don't fit, by the server's words and from inside?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ops.doctor.answer import Verdict
from ops.doctor.evidence.probe import Inside
from tests.ops.doctor.databases import UNAVAILABLE, WELL, answer, evidence, published

if TYPE_CHECKING:
    from ops.doctor.answer import Answer

LACKS = '{"level": "ERROR", "message": "relation \\"tasks\\" does not exist", "kind": "UndefinedTable"}'
REACHED = {"reached": True, "user": "miyabi_admin", "connections": {"used": 9, "most": 90}}


class Answering(Inside):
    """The migrator's answers as they are given."""

    def __init__(self, way: dict[str, Any], *states: str) -> None:
        steps = [
            {"version": number, "description": "a change", "state": state}
            for number, state in enumerate(states, 1)
        ]
        self.way = way
        self.status = {"steps": steps}


def proved(inside: Inside, *lines: str, found: tuple[int, str] = WELL) -> list[str]:
    whole = evidence(*lines, found=found)
    whole.inside = inside
    asked = ("DB-059", "DB-060", "DB-061", "DB-062", "DB-063", "DB-064")
    return [fault for fault in asked if answer(fault, whole).verdict is Verdict.PROVED]


@pytest.mark.parametrize(
    ("states", "faults"),
    [
        (("applied", "applied"), []),
        (("applied", "pending"), ["DB-061"]),
        (("applied", "out of order"), ["DB-061"]),
        (("edited", "pending"), ["DB-060", "DB-061"]),
        (("missing",), ["DB-060"]),
        (("dirty",), ["DB-059"]),
    ],
)
def test_how_migrations_stand_is_told_from_inside(states: tuple[str, ...], faults: list[str]) -> None:
    assert proved(Answering(REACHED, *states)) == faults


def test_where_the_migrator_is_stopped_is_told() -> None:
    assert proved(Answering({"reached": False, "step": "timeout", "message": "..."})) == ["DB-064"]


USUAL: dict[str, Any] = {
    "role": "miyabi_api_a",
    "exists": True,
    "login": True,
    "expired": False,
    "may_connect": True,
    "member": True,
    "connection_limit": -1,
    "settings": ["lock_timeout=10s", "statement_timeout=25s"],
    "closed": [],
    "lacks": [],
}
"""The function's role as the migrator tells it, as it should be."""


def seen(fault: str, *lines: str, way: dict[str, Any] | None = None, **role: Any) -> Answer:
    """What a check says where the migrator sees this of the role, and this of the way."""
    whole = evidence(*lines, found=UNAVAILABLE if lines else WELL)
    if isinstance(settings := role.get("settings"), dict):
        role["settings"] = [f"{name}={value}" for name, value in settings.items()]
    whole.inside = Answering({**REACHED, "schema": "public", "logins": [{**USUAL, **role}], **(way or {})})
    return answer(fault, whole)


@pytest.mark.parametrize(
    ("fault", "role", "told"),
    [
        (
            "DB-070",
            {"settings": {"default_transaction_read_only": "on"}},
            "default_transaction_read_only = on",
        ),
        ("DB-070", {"settings": {"search_path": '"$user", nowhere'}}, "search_path"),
        ("DB-070", {"settings": {"role": "somebody"}}, "role = somebody"),
        ("DB-070", {"settings": {"lock_timeout": "1ms"}}, "lock_timeout = 1ms"),
        ("DB-070", {"settings": {"idle_session_timeout": "500"}}, "idle_session_timeout = 500"),
        ("DB-071", {"settings": {"statement_timeout": "1ms"}}, "statement_timeout = 1ms"),
        ("DB-063", {"closed": ["public"]}, "USAGE on schema public"),
        ("DB-063", {"lacks": ["SELECT on public.tasks", "UPDATE on public.tasks"]}, "SELECT on public.tasks"),
        ("DB-055", {"may_connect": False}, "no right CONNECT"),
        ("DB-066", {"login": False}, "NOLOGIN"),
        ("DB-069", {"connection_limit": 2}, "may have 2 connections"),
    ],
)
def test_what_keeps_the_functions_role_from_working_is_told_though_health_is_well(
    fault: str, role: dict[str, Any], told: str
) -> None:
    found = seen(fault, **role)
    assert (Verdict.PROVED, True) == (found.verdict, told in found.because)
    assert seen(fault).verdict is Verdict.RULED_OUT


@pytest.mark.parametrize(
    "settings",
    [
        {"statement_timeout": "1ms"},
        {"search_path": '"$user", public'},
        {"lock_timeout": "0", "idle_session_timeout": "5min", "transaction_timeout": "2s"},
        {"default_transaction_read_only": "off", "role": "none"},
    ],
)
def test_a_session_that_can_work_is_no_fault(settings: dict[str, str]) -> None:
    """Our code's own statement_timeout counts more than its role's."""
    assert seen("DB-070", settings=settings).verdict is Verdict.RULED_OUT


def test_a_limit_of_connections_that_the_function_can_not_come_to_is_no_fault() -> None:
    assert [seen("DB-069", connection_limit=limit).verdict for limit in (9, 10)] == [
        Verdict.PROVED,
        Verdict.RULED_OUT,
    ]


def test_tables_that_are_gone_are_told_with_the_schema_where_all_of_it_is() -> None:
    assert "2 tables, such as public.a" in seen("DB-062", way={"missing": ["public.a", "public.b"]}).because
    assert "the schema in which" in seen("DB-062", way={"schema": None}).because
    assert seen("DB-062").verdict is Verdict.RULED_OUT


def test_rights_are_given_back_to_the_group_or_the_role_to_the_group() -> None:
    lacks = ["SELECT on public.tasks", "UPDATE on public.tasks"]
    assert seen("DB-063", lacks=lacks).commands == (
        "psql -c 'GRANT SELECT, UPDATE ON public.tasks TO miyabi_api'",
    )
    assert seen("DB-063", lacks=lacks, member=False).commands == (
        "psql -c 'GRANT miyabi_api TO miyabi_api_a'",
    )


def test_what_the_migrator_sees_of_the_role_explains_no_password_that_is_refused() -> None:
    refused = "no connection: the server refuses user or password"
    found = seen("DB-070", refused, settings={"default_transaction_read_only": "on"})
    assert (Verdict.PROVED, False) == (found.verdict, found.explains)


def test_an_older_migrator_that_tells_nothing_of_roles_proves_nothing() -> None:
    whole = evidence(found=WELL)
    whole.inside = Answering(REACHED)
    verdicts = {fault: answer(fault, whole).verdict for fault in ("DB-062", "DB-063", "DB-070", "DB-071")}
    assert Verdict.PROVED not in verdicts.values()
    assert (Verdict.UNKNOWN, Verdict.UNKNOWN) == (verdicts["DB-070"], verdicts["DB-071"])


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ({"exists": False}, "there is no such role"),
        ({"expired": True, "valid_until": "2020-01-01 00:00:00+00"}, "ended at 2020-01-01"),
        ({}, "the migrator sees that the role is there"),
        ({"role": "somebody"}, "--probe tells which"),
    ],
)
def test_why_a_password_is_refused_is_told_from_inside_or_not_asserted(
    role: dict[str, Any], told: str
) -> None:
    whole = evidence(
        "no connection: the server refuses user or password",
        answers={
            "ssm:GetParameter": published("arn:aws:secretsmanager:us-east-1:1:secret:a", "-arn"),
            "secretsmanager:ListSecretVersionIds": {"Versions": []},
        },
    )
    whole.inside = Answering({**REACHED, "logins": [{**USUAL, **role}]})
    assert told in answer("DB-007", whole).because


def test_without_leave_to_probe_nothing_is_known_from_inside() -> None:
    whole = evidence(found=WELL)
    for fault in ("DB-059", "DB-060", "DB-061", "DB-064"):
        assert answer(fault, whole).verdict is Verdict.UNKNOWN
    assert "lambda:Invoke" not in whole.reading.calls


@pytest.mark.parametrize(
    ("line", "fault"),
    [(LACKS, "DB-062"), ("permission denied for table tasks", "DB-063"), ("VersionMismatch(5)", "DB-060")],
)
def test_the_servers_word_for_the_live_request_is_told(line: str, fault: str) -> None:
    found = answer(fault, evidence(line, found=(500, "{}")))
    assert (Verdict.PROVED, True) == (found.verdict, found.explains)


def test_what_was_said_of_late_for_others_proves_nothing() -> None:
    found = answer("DB-062", evidence(LACKS, found=WELL))
    assert (Verdict.UNKNOWN, True) == (found.verdict, "1 requests" in found.because)


def test_pending_migrations_do_not_explain_a_password_that_is_refused() -> None:
    whole = evidence("no connection: the server refuses user or password")
    whole.inside = Answering(REACHED, "pending")
    found = answer("DB-061", whole)
    assert (Verdict.PROVED, False) == (found.verdict, found.explains)
