"""Formulas, sizes of classes, and what a client says first, each by itself."""

from __future__ import annotations

import ssl

import pytest

from twin.databases.asking import GSS_REQUEST, TLS_REQUEST, Asked, Next, read
from twin.databases.classes import Size, size_of
from twin.databases.formulas import FormulaUnknown, work_out
from twin.databases.history import History
from twin.databases.history import read as read_history
from twin.databases.parameters import FORCE_SSL, Parameters

MICRO = {"DBInstanceClassMemory": 858_993_459, "AllocatedStorage": 20}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("{DBInstanceClassMemory/9531392}", 90),
        ("LEAST({DBInstanceClassMemory/9531392},5000)", 90),
        ("GREATEST({DBInstanceClassMemory*1024/63963136},65536)", 65536),
        ("SUM({DBInstanceClassMemory/1000000}, -1 + 3, {AllocatedStorage})", 858 + 2 + 20),
        ("{(AllocatedStorage + 1) * 2 - 7 / 2}", 39),
        ("64", 64),
    ],
)
def test_a_formula_is_worked_out_as_rds_documents_it(formula: str, value: int) -> None:
    if "-1" in formula:
        with pytest.raises(FormulaUnknown, match="nothing that a formula is made of"):
            work_out(formula, MICRO)
        formula = formula.replace("-1 + 3", "3 - 1")

    assert value == work_out(formula, MICRO)


@pytest.mark.parametrize("formula", ["{Memory}", "LEAST(1", "{1/0}", "1 2", "", "{1", "4 % 2"])
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(FormulaUnknown):
        work_out(formula, MICRO)


@pytest.mark.parametrize(
    ("instance_class", "size"),
    [
        ("db.t4g.micro", Size(1, 2)),
        ("db.t3.2xlarge", Size(32, 8)),
        ("db.m6g.large", Size(8, 2)),
        ("db.r7g.2xlarge", Size(64, 8)),
        ("db.serverless", None),
        ("db.t4g.nano", None),
    ],
)
def test_a_class_has_the_memory_of_its_name(instance_class: str, size: Size | None) -> None:
    assert size == size_of(instance_class)


def hello(host: str | None) -> bytes:
    """The first message of TLS."""
    context, incoming, outgoing = ssl.create_default_context(), ssl.MemoryBIO(), ssl.MemoryBIO()
    context.check_hostname = host is not None
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=host).do_handshake()
    return outgoing.read()


def test_the_host_is_read_from_the_first_message_of_tls_once_all_of_it_is_there() -> None:
    said = hello("Orders.Example")

    assert {Next.READ} == {read(said[:length], tls_accepted=True) for length in range(1, len(said))}
    assert Asked("orders.example", tls=True) == read(said, tls_accepted=True)
    assert Asked(None, tls=True) == read(hello(None), tls_accepted=True)


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_a_damaged_message_names_no_host_and_raises_nothing(cut: int) -> None:
    said = bytearray(hello("orders.example"))
    said[5 + cut] ^= 0xFF

    assert isinstance(read(bytes(said), tls_accepted=True), Asked)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (b"", Next.READ),
        (TLS_REQUEST[:5], Next.READ),
        (TLS_REQUEST, Next.ACCEPT_TLS),
        (GSS_REQUEST, Next.DECLINE_GSS),
        (bytes.fromhex("0000002500030000") + b"user", Asked(None, tls=False)),
        (b"GET / HTTP/1.1", Asked(None, tls=False)),
    ],
)
def test_requests_before_anything_else_are_told_apart(said: bytes, found: Next | Asked) -> None:
    assert found == read(said, tls_accepted=False)


def test_a_history_is_that_of_the_newest_instance_of_the_name() -> None:
    old = ["DB instance created", "Restored from snapshot s", "DB instance restarted"]

    assert History(restarts=1, snapshot="s") == read_history(old)
    assert History(restarts=0) == read_history([*old, "DB instance created"])
    assert History(source="a", moment="now") == read_history(
        [*old, "DB instance created", "Restored from DB instance a to now"]
    )


GROUP = Parameters("a", {"static": "1", "dynamic": "1", "ours.own": "1", "gone": "1"}, plain=False)
STATIC = frozenset({"static"})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            Parameters("a", {"static": "2", "dynamic": "2", "ours.own": "2", "new": "2"}, plain=True),
            Parameters("a", {"static": "1", "dynamic": "2", "ours.own": "2", "new": "2"}, plain=True),
        ),
        (
            Parameters(
                "a", {"dynamic": "2", "gone": "1"}, plain=True, waiting=frozenset({"dynamic", FORCE_SSL})
            ),
            Parameters(
                "a",
                {"static": "1", "dynamic": "1", "gone": "1"},
                plain=False,
                waiting=frozenset({"dynamic", FORCE_SSL}),
            ),
        ),
        (Parameters("b", {"static": "2", "dynamic": "2"}, plain=True), GROUP),
    ],
    ids=["at once but for what is static", "what was set for a reboot waits", "another group waits"],
)
def test_what_counts_before_a_reboot(now: Parameters, expected: Parameters) -> None:
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html."""
    assert expected == GROUP.after(now, STATIC)
