"""What `miyabi rehearse` tells: rows as wide as the terminal, lines that say something, caveats said once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from scripts.commands.rehearse.caveats import ALWAYS, compact
from scripts.commands.rehearse.lines import telling, troubles
from scripts.commands.rehearse.packages import PackageUnbuilt
from scripts.commands.rehearse.run import Wish, run
from scripts.commands.rehearse.story import Look, tell_look
from scripts.commands.rehearse.table import Table
from scripts.commands.rehearse.telling import Told, document, show_all, verdict
from scripts.exit_codes import Exit
from twin.faults.catalogue import read_catalogue
from twin.faults.observing import Answer, Observation
from twin.rehearsing.timing import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

WELL = Observation((Answer(200, '{"status":"ok"}', {}, 0.01),), ("s",), (), None, {})
REFUSED = Observation(
    (Answer(500, '{"message":"Internal Server Error"}', {}, 0.01),),
    (),
    (),
    ('{"integrationErrorMessage": "no permission", "errorMessage": "Internal Server Error"}',),
    {("AWS/ApiGateway", "Count"): 1.0, ("AWS/ApiGateway", "5xx"): 1.0, ("AWS/ApiGateway", "Latency"): 9.0},
)


def lambdas(kind: str, **record: Any) -> str:
    """A line of Lambda's own."""
    return json.dumps({"time": "2026", "type": f"platform.{kind}", "record": record})


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("START RequestId: 1", "END RequestId: 1", "REPORT RequestId: 1 Duration: 3 ms"), []),
        ((lambdas("start"), lambdas("report", status="success")), []),
        (
            (lambdas("initReport", status="error", phase="init", errorType="Runtime.ExitError"),),
            ["the start, in the phase init, ended with error Runtime.ExitError"],
        ),
        ((lambdas("report", status="timeout"),), ["the invocation, ended with timeout"]),
        (
            ("INIT_REPORT Init Duration: 1 ms Phase: init Status: error Error Type: Runtime.Odd",),
            ["the start, in the phase init, ended with error Runtime.Odd"],
        ),
        (
            ("REPORT RequestId: 1 Duration: 3 ms Status: timeout", "RequestId: 1 Error: it ended"),
            ["REPORT RequestId: 1 Duration: 3 ms Status: timeout", "it ended"],
        ),
        (('{"level": "WARN", "message": "no connection"}',) * 2, ["WARN no connection"]),
        (
            ('{"level": "INFO", "message": "connected"}', '{"level": "WARN", "message": "late"}'),
            ["WARN late"],
        ),
        (('{"level": "ERROR", "message": "answered"}', '{"_aws": {}, "n": 1}'), ["INFO answered"]),
        (("Traceback (most recent call last):", '  File "x"', "ValueError: no"), ["ValueError: no"]),
        (('{"another": 1}', "[1]"), ['{"another": 1}', "[1]"]),
        (('{"errorMessage": "what failed", "level": "ERROR"}',), ["ERROR what failed"]),
    ],
)
def test_lines_that_say_something_are_told_once(lines: tuple[str, ...], told: list[str]) -> None:
    assert told == telling(lines)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"errorMessage": "a", "integrationErrorMessage": "b", "status": "500"}', ["a", "b"]),
        ('{"errorMessage": "-", "authorizerError": "", "integrationErrorMessage": "b"}', ["b"]),
        ('127.0.0.1 "GET /" 500', ['127.0.0.1 "GET /" 500']),
    ],
)
def test_a_gateways_line_is_told_by_its_errors(line: str, told: list[str]) -> None:
    assert told == troubles(line)


def test_what_is_said_of_several_is_said_once_in_the_plural() -> None:
    names = ("s-database-MigratorFunction-90DC2CFB8877", "miyabi-api")
    sentences = [
        *(f"function {name} runs on x86_64 in place of arm64" for name in names),
        *(f"function {name} may write as much to /tmp as it likes" for name in reversed(names)),
        "function miyabi-api leaves no traces for X-Ray",
        "distribution D: it writes no access logs",
        "distribution D: answers are not compressed (/api/*)",
        "distribution D: answers are not compressed (all other paths)",
        *(f"rule {name} of web ACL w is not tried (ManagedRuleGroupStatement)" for name in "abc"),
        "an authority of the twin vouches for databases",
        *ALWAYS,
    ]

    assert [
        (
            "functions MigratorFunction and miyabi-api run on x86_64 in place of arm64; "
            "may write as much to /tmp as they like"
        ),
        "function miyabi-api leaves no traces for X-Ray",
        "distribution D: it writes no access logs; answers are not compressed (/api/* and all other paths)",
        "rules a, b and c of web ACL w are not tried (ManagedRuleGroupStatement)",
        "an authority of the twin vouches for databases",
    ] == compact(sentences)


def test_a_table_hides_what_had_nothing_to_do_or_was_told(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table()
    for name, found in (("package", "a.zip"), ("network", "unchanged"), ("secrets", "all there")) * 2:
        table.step(Step(name, found, 0.5))
    table.step(Step("package", "b.zip", 0.5))
    table.step(Step("smoke test", "word " * 40, 0.5, succeeded=False))
    rows = capsys.readouterr().err.splitlines()

    assert ["a.zip", "b.zip"] == [row.split()[1] for row in rows if "package" in row]
    assert rows[2].startswith("! smoke test")
    assert 3 + 2 == len(rows)
    assert max(map(len, rows)) <= 110
    assert rows[0].endswith("0.50 s")


def test_a_fault_is_told_with_its_change_what_was_seen_and_what_mends_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fault = read_catalogue()["API-001"]
    look = Look("API-001", REFUSED, ("the status is odd",), ("it is removed",), fault.mend, foretold=True)
    tell_look(Table(), look)
    said = capsys.readouterr().err
    told = [line.split(maxsplit=1) for line in said.splitlines() if line[4:5].strip()]
    rows: Mapping[str, str] = {name: text for name, text in told if name != "!"}

    assert "it is removed" == rows["changed"]
    assert "gateway: no permission" in said, "and not again what the caller was told"
    assert "gateway: Internal" not in said
    assert '500 {"message":"Internal Server Error"} after 0.01 s' == rows["caller"]
    assert "no stream: the function has written nothing" == rows["log"]
    assert "API Count 1, 5xx 1; function none" == rows["metrics"]
    assert ["!", "not foretold   the status is odd"] in told
    assert "foretold" not in rows
    assert fault.mend.startswith(rows["mend"])


def test_what_nobody_knows_is_told_by_what_it_may_be(capsys: pytest.CaptureFixture[str]) -> None:
    faults = [fault for fault in read_catalogue().values() if fault.ways]
    tell_look(Table(), Look("first request", REFUSED, alike=tuple(faults[:8])))
    several = capsys.readouterr().err
    tell_look(Table(), Look("first request", REFUSED, alike=tuple(faults[:1])))
    one = capsys.readouterr().err

    assert f"it may be      {faults[0].id}: {faults[0].title}" in several
    assert f"or {faults[6].id} and {faults[7].id}; see --list-faults" in several
    assert ("mend" in several, "mend" in one) == (False, True)


def test_answers_at_once_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    answers = tuple(replace(WELL.answer, status=status) for status in (200, 503, 503))
    tell_look(Table(), Look("LAM-002", replace(WELL, answers=answers)))

    assert "3 at once: 2 answered 503 and 1 answered 200" in capsys.readouterr().err


def test_the_verdict_keeps_the_environment_apart_from_what_was_broken() -> None:
    shown = Look("API-001", REFUSED, foretold=True)
    other = Look("API-002", REFUSED, ("odd",), foretold=True)

    assert "staging is well" == verdict(Told("staging", looks=[Look("first request", WELL)]))
    assert "reported is not well: it answers 500; what was broken showed as foretold" == verdict(
        Told("reported", looks=[Look("first request", REFUSED), shown])
    )
    assert "otherwise than foretold: API-002" == verdict(Told("staging", looks=[shown, other]))


def test_the_whole_is_printed_with_its_lists_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = Told("staging", looks=[Look("first request", WELL)], honoured=["52 routes"], seconds=1.25)
    told.substitutions, told.unchecked = ["one for another"], ["no time passes"]
    show_all(told, as_json=False)
    shown = capsys.readouterr().out
    show_all(told, as_json=True)

    assert ["- 52 routes", "- one for another", "- no time passes"] == [
        line for line in shown.splitlines() if line.startswith("-")
    ]
    assert shown.endswith("\nstaging is well; rehearsed in 1.2 s\n")
    assert json.loads(capsys.readouterr().out) == document(told)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish("staging", faults=("DB-013",)), "fault DB-013 can't be shown here: RDS finds by itself"),
        (Wish("staging", history=True), "--history is of a program of its own runtime, and staging has none"),
    ],
)
def test_what_no_environment_or_this_one_can_not_show_is_refused_before_anything_begins(
    wish: Wish, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Exit.WRONG_INPUT == run(wish)
    said = capsys.readouterr()
    assert sentence in said.err
    assert "templates" not in said.err


def test_a_package_that_can_not_be_built_names_no_option_that_there_is_not() -> None:
    assert "--package" not in str(PackageUnbuilt("no wheels"))
