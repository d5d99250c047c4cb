"""The function answers every event, logs lines of JSON, and lets no secret out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from runtime import contract
from runtime.contract import CA_BUNDLE, HANDLERS, Function
from runtime.migrator import handler
from runtime.migrator.connection import read_url
from runtime.migrator.journal import Journal
from runtime.migrator.runner import RESERVE
from runtime.migrator.settings import Settings
from stacks.loading import environment_names, load_environment
from stacks.synthesis import synthesise
from tests.runtime.migrator.folders import tables
from tests.runtime.migrator.shown import shape, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runtime.migrator.context import Document
    from twin.postgres import Server

    Invoke = Callable[..., Document]

SECRETS = {
    "API_LOGIN_A_PASSWORD": "password-of-login-a",
    "API_LOGIN_B_PASSWORD": "password-of-login-b",
}
VARIABLES = SECRETS | {
    "DATABASE_URL": "postgresql://user:a-pass%2Fword@127.0.0.1:1/database?sslmode=require",
    "DATABASE_CONNECT_TIMEOUT": "3",
    "ENVIRONMENT": "staging",
    "LOG_LEVEL": "INFO",
    "SECRETS_REVISION": "7",
}
WITH_MIGRATOR = [name for name in environment_names() if load_environment(name).migrator]


@dataclass
class Invocation:
    """What Lambda tells of an invocation."""

    seconds: float = 600
    aws_request_id: str = "8f2c1f4e-request"

    def get_remaining_time_in_millis(self) -> int:
        """How long it may go on."""
        return int(self.seconds * 1000)


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Invoke:
    """The function in a new execution environment, with two migrations.

    Variables are given by name; None leaves one out.
    """
    monkeypatch.setattr(handler, "MIGRATIONS", tables(tmp_path / "migrations", 2).folder)

    def invoke(event: Any, seconds: float = 600, **variables: str | None) -> Document:
        for name, value in (VARIABLES | variables).items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        handler._settings.cache_clear()
        answer = handler.handle(event, Invocation(seconds))
        json.dumps(answer)
        return answer

    return invoke


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Every line of the log, each an object."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# Answers.


def test_an_event_is_answered(invoke: Invoke, database: str) -> None:
    answers = [invoke({"action": action}, DATABASE_URL=database) for action in ("status", "up", "up")]

    assert [True, True, True] == [answer["ok"] for answer in answers]
    assert {"pending": 2} == answers[0]["answer"]["counts"]
    assert [1, 2] == [applied["version"] for applied in answers[1]["answer"]["applied"]]
    assert [] == answers[2]["answer"]["applied"]


@pytest.mark.parametrize("event", [{}, {"action": None}, {"action": "destroy"}, [], None, "up"], ids=repr)
def test_an_event_that_asks_for_nothing_is_refused(event: Any, invoke: Invoke) -> None:
    answer = invoke(event)

    assert not answer["ok"]
    assert ("EventRefused", "FilesError") == (answer["error"]["kind"], answer["error"]["family"])


def test_a_run_that_has_no_time_left_tells_what_remains(invoke: Invoke, database: str) -> None:
    answer = invoke({"action": "up"}, RESERVE - 1, DATABASE_URL=database)["answer"]

    assert ([], [1, 2]) == (answer["applied"], answer["remaining"])


def test_what_an_operator_can_act_on_is_an_answer(invoke: Invoke, postgres: Server) -> None:
    answer = invoke({"action": "up"}, DATABASE_URL=postgres.url("nowhere"))

    assert not answer["ok"]
    assert ("ConnectionFailed", "AccessError") == (answer["error"]["kind"], answer["error"]["family"])
    assert answer["error"]["message"].startswith(f"no connection to nowhere at localhost:{postgres.port}: ")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DATABASE_URL", None, "DATABASE_URL is refused (it is missing)"),
        ("DATABASE_CONNECT_TIMEOUT", "soon-secret", "DATABASE_CONNECT_TIMEOUT is refused (input should be"),
        (
            "API_LOGIN_A_PASSWORD",
            "short-secret",
            "API_LOGIN_A_PASSWORD is refused (it has fewer than 16 characters)",
        ),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL is refused (input should be 'DEBUG', 'INFO', 'WARN' or 'ERROR')"),
    ],
)
def test_a_variable_that_is_wrong_is_named_without_its_value(
    name: str, value: str | None, words: str, invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = invoke({"action": "probe"}, **{name: value})

    assert ("VariableRefused", "AccessError") == (answer["error"]["kind"], answer["error"]["family"])
    assert words in answer["error"]["message"]
    assert "secret" not in json.dumps(answer) + capsys.readouterr().out


@pytest.mark.parametrize("action", ["probe", "up"])
def test_an_answer_is_as_the_document_shows_it(action: str, invoke: Invoke, database: str) -> None:
    assert shape(shown(action)) == shape(invoke({"action": action}, DATABASE_URL=database))


def test_a_refusal_is_as_the_document_shows_it(invoke: Invoke, database: str) -> None:
    answer = invoke({"action": "up", "target": 5}, DATABASE_URL=database)

    example = shown("Answers")
    assert shape(example) == shape(answer)
    assert example["error"]["kind"] == answer["error"]["kind"]


# The log.


def test_every_line_of_the_log_is_an_object_that_lambda_understands(
    invoke: Invoke, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke({"action": "up"}, DATABASE_URL=database)

    lines = logged(capsys)
    begins = ["asked", *["migration begins", "migration applied"] * 2, "answered"]
    assert begins == [line["message"] for line in lines]
    for line in lines:
        assert line["timestamp"].endswith("Z")
        assert ("INFO", "staging", "8f2c1f4e-request") == (
            line["level"],
            line["environment"],
            line["request_id"],
        )


def test_a_line_is_as_the_document_shows_it(
    invoke: Invoke, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke({"action": "up"}, DATABASE_URL=database)

    (line, _) = (line for line in logged(capsys) if line["message"] == "migration applied")
    assert list(shown("Its log")) == list(line)


def test_a_warning_is_one_in_the_log() -> None:
    log = StringIO()
    journal = Journal(log, "WARN", {})

    journal.say("waiting for the migration lock")
    journal.say("warning: 1_a.sql:1:1: a table is locked")

    assert ["WARN"] == [json.loads(line)["level"] for line in log.getvalue().splitlines()]


def test_a_refusal_is_logged(invoke: Invoke, capsys: pytest.CaptureFixture[str]) -> None:
    answer = invoke({})

    line = logged(capsys)[-1]
    assert ("ERROR", "EventRefused", answer["error"]["message"]) == (
        line["level"],
        line["kind"],
        line["message"],
    )


def test_lines_below_the_level_are_not_written(
    invoke: Invoke, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke({"action": "up"}, DATABASE_URL=database, LOG_LEVEL="ERROR")

    assert [] == logged(capsys)


def test_a_long_migration_is_told_of_ever_more_seldom(tmp_path: Path) -> None:
    log, (migration,) = StringIO(), tables(tmp_path, 1).up
    journal = Journal(log, "INFO", {})

    for number in (1, 2):
        journal.begin(migration, number, 2)
        for quarter in range(4 * 100):
            journal.running(migration, quarter / 4)

    told = [json.loads(line).get("seconds") for line in log.getvalue().splitlines()]
    assert [None, 10.0, 20.0, 40.0, 80.0] * 2 == told


def test_a_secret_is_hidden_wherever_it_stands(capsys: pytest.CaptureFixture[str], invoke: Invoke) -> None:
    inside = {"deep": [f"of {SECRETS['API_LOGIN_B_PASSWORD']}", "a-pass/word", "a-pass%2Fword"]}

    answer = invoke({"action": SECRETS["API_LOGIN_A_PASSWORD"], "more": inside})

    printed = json.dumps(answer) + capsys.readouterr().out
    assert "no action '***'" in answer["error"]["message"]
    assert [] == [each for each in (*SECRETS.values(), "a-pass/word", "a-pass%2Fword") if each in printed]


# Faults of ours.


@pytest.mark.parametrize("words", ["a fault", VARIABLES["DATABASE_URL"]], ids=["plain", "with a secret"])
def test_a_fault_is_logged_and_raised_for_lambda_to_report(
    words: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> Document:
        raise RuntimeError(words)

    monkeypatch.setattr(handler, "perform", fail)

    with pytest.raises(RuntimeError if words == "a fault" else handler.FaultHidden) as fault:
        invoke({"action": "status"})

    line = logged(capsys)[-1]
    assert ("ERROR", "RuntimeError") == (line["level"], line["kind"])
    assert "raise RuntimeError(words)" in "".join(line["traceback"])
    assert ("a-pass" in words) == ("***" in str(fault.value) and "***" in line["message"])
    assert "a-pass" not in json.dumps(line) + str(fault.value)


# The contract.


def test_the_variables_are_those_of_the_contract() -> None:
    fields = {name.upper(): field for name, field in Settings.model_fields.items()}

    assert set(contract.variables_of(Function.MIGRATOR)) == set(fields)
    assert contract.required_variables(Function.MIGRATOR) == {
        name for name, field in fields.items() if field.is_required()
    }


def test_secrets_of_the_contract_are_secret_here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)

    printed = repr(Settings())  # type: ignore[call-arg]  # the fields come from the environment

    for name, variable in contract.variables_of(Function.MIGRATOR).items():
        assert variable.secret == (VARIABLES[name] not in printed), name


def test_the_handler_is_where_the_contract_says() -> None:
    module, _, name = HANDLERS[Function.MIGRATOR].rpartition(".")

    assert handler.handle is getattr(import_module(module), name)


def test_the_migrations_lie_beside_the_package() -> None:
    assert handler.MIGRATIONS.is_dir()
    assert (handler.MIGRATIONS.parent / "runtime" / "contract.py").is_file()


@pytest.mark.parametrize("environment", WITH_MIGRATOR)
def test_the_url_of_the_template_verifies_the_servers_name(environment: str) -> None:
    template = synthesise(load_environment(environment)).templates["database"]
    variables = template["Resources"]["MigratorFunction"]["Properties"]["Environment"]["Variables"]
    url, _ = variables["DATABASE_URL"]["Fn::Sub"]
    for name, value in {
        "User": "miyabi_admin",
        "Password": "Generated",
        "Host": "host",
        "Port": "5432",
    }.items():
        url = url.replace(f"${{{name}}}", value)

    target = read_url(url)

    assert target.verified
    assert CA_BUNDLE == target.parameters["sslrootcert"]
    assert "miyabi at host:5432" == str(target)


def test_the_time_to_connect_is_the_variables_unless_the_url_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(**variables: str) -> str:
        for name, value in (VARIABLES | variables).items():
            monkeypatch.setenv(name, value)
        return handler._target(Settings()).parameters["connect_timeout"]  # type: ignore[call-arg]  # as above

    assert "3" == read()
    assert "9" == read(DATABASE_URL=VARIABLES["DATABASE_URL"] + "&connect_timeout=9")
