"""The function in AWS is asked as a database is, and what it refuses keeps its kind and its exit code."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from io import BytesIO
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import exceptions
from botocore.response import StreamingBody
from botocore.stub import Stubber

from ops import aws, live, migrating
from ops.errors import (
    AnswerLost,
    CredentialsMissing,
    Declined,
    FunctionBroke,
    FunctionBusy,
    MigratorMissing,
    NotDeployed,
    Refused,
    Told,
    Unreached,
    WrongAccount,
)
from ops.migrating import ask_function
from runtime.migrator.errors import AccessError, DatabaseError, FilesError, LockError, MigratorError
from scripts.miyabi import main
from stacks.loading import load_environment
from stacks.synthesis import synthesise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PRODUCTION = load_environment("production")
STAGING = load_environment("staging")
FUNCTION = "miyabi-staging-database-MigratorFunction-1A2B3C"
PARAMETER = "/miyabi/staging/database/migrator-function-name"
STATUS = {"action": "status"}
UP = {"action": "up", "lock_wait": 5.0, "target": None}


def payload(document: Any) -> StreamingBody:
    """An answer's body as botocore gives it."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return StreamingBody(BytesIO(raw), len(raw))


def answer(document: Any, **more: Any) -> dict[str, Any]:
    """Lambda's answer to Invoke."""
    return {"StatusCode": 200, "ExecutedVersion": "3", "Payload": payload(document)} | more


def done(document: dict[str, Any]) -> dict[str, Any]:
    """The function's answer where it has done what was asked."""
    return answer({"ok": True, "answer": document})


def refused(kind: str, family: str, message: str) -> dict[str, Any]:
    """The function's answer where it refuses."""
    return answer({"ok": False, "error": {"kind": kind, "family": family, "message": message}})


def applied(*versions: int, remaining: Sequence[int] = (), **more: Any) -> dict[str, Any]:
    """An answer to `up`."""
    listed = [{"version": version, "description": "", "seconds": 0.5} for version in versions]
    return done(
        {
            "database": "miyabi",
            "applied": listed,
            "remaining": list(remaining),
            "warnings": [],
            "seconds": 1.5,
        }
        | more
    )


class Aws:
    """AWS as recorded: each service answers what it was given, in this order and nothing else."""

    def __init__(self, clients: dict[str, Any]) -> None:
        self.clients = clients
        self.pauses: list[float] = []
        self.said: list[str] = []
        self._exit = ExitStack()
        self._stubs = {
            service: self._exit.enter_context(Stubber(client)) for service, client in clients.items()
        }

    def name(self, value: str = FUNCTION, parameter: str = PARAMETER) -> None:
        """SSM knows the function's name."""
        found = {"Parameter": {"Name": parameter, "Value": value, "Type": "String"}}
        self._stubs["ssm"].add_response("get_parameter", found, {"Name": parameter})

    def account(self, account: str) -> None:
        """The credentials belong to an account."""
        self._stubs["sts"].add_response("get_caller_identity", {"Account": account})

    def function(self, *answers: dict[str, Any], event: dict[str, Any] = STATUS) -> None:
        """The function answers so, one after the other."""
        wanted = {
            "FunctionName": FUNCTION,
            "Qualifier": "live",
            "InvocationType": "RequestResponse",
            "Payload": json.dumps(event).encode(),
        }
        for each in answers:
            self._stubs["lambda"].add_response("invoke", each, wanted)

    def fails(self, service: str, operation: str, code: str, message: str = "As AWS says it.") -> None:
        """A service answers with an error."""
        self._stubs[service].add_client_error(
            operation, code, message, http_status_code=500 if code.startswith("Internal") else 400
        )

    def ask(self, event: dict[str, Any] = STATUS, environment: Any = STAGING) -> dict[str, Any]:
        """Ask the function."""
        return ask_function(
            environment,
            event,
            connect=self.clients.__getitem__,
            say=self.said.append,
            pause=self.pauses.append,
        )

    def close(self) -> None:
        """End; everything that was recorded has been asked for."""
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()
        self._exit.close()


@pytest.fixture(autouse=True)
def _signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are credentials, so that nobody looks for them on the network."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture(scope="module")
def clients() -> dict[str, Any]:
    """Clients that sign with nobody's credentials; each costs a while to make."""
    session = boto3.Session("none", "none", region_name="us-east-1")
    return {service: session.client(service) for service in ("ssm", "sts", "lambda")}


@pytest.fixture
def recorded(clients: dict[str, Any]) -> Iterator[Aws]:
    aws = Aws(clients)
    yield aws
    aws.close()


# What it does.


def test_the_function_is_found_by_its_parameter_and_its_answer_handed_on(recorded: Aws) -> None:
    recorded.name()
    recorded.function(done({"database": "miyabi", "steps": []}))

    assert {"database": "miyabi", "steps": []} == recorded.ask()
    assert [f"asking {FUNCTION} in us-east-1"] == recorded.said


def test_the_parameter_is_the_one_that_the_stack_writes() -> None:
    resources = synthesise(STAGING).templates["database"]["Resources"].values()
    written = {each["Properties"]["Name"] for each in resources if each["Type"] == "AWS::SSM::Parameter"}

    assert PARAMETER in written


def test_what_an_option_leaves_open_is_not_sent(recorded: Aws) -> None:
    recorded.name()
    recorded.function(applied(1), event={"action": "up", "lock_wait": 5.0})

    recorded.ask(UP)


def test_a_run_that_its_time_was_too_short_for_is_gone_on_with(recorded: Aws) -> None:
    recorded.name()
    recorded.function(
        applied(1, 2, remaining=[3, 4], warnings=["a"]),
        applied(3, remaining=[4], warnings=["a", "b"]),
        applied(4),
        event={"action": "up", "lock_wait": 5.0},
    )

    document = recorded.ask(UP)

    assert [1, 2, 3, 4] == [each["version"] for each in document["applied"]]
    assert [] == document["remaining"]
    assert ["a", "b"] == document["warnings"]
    assert 4.5 == document["seconds"]
    assert "its time was up, 1 remain: asking again" == recorded.said[-1]


def test_a_run_that_gets_no_further_is_not_asked_for_ever(recorded: Aws) -> None:
    recorded.name()
    recorded.function(
        applied(1, remaining=[2]), applied(remaining=[2]), event={"action": "up", "lock_wait": 5.0}
    )

    assert [2] == recorded.ask(UP)["remaining"]


def test_a_busy_function_is_waited_for_as_long_as_a_run_waits_for_another(recorded: Aws) -> None:
    recorded.name()
    for _ in range(2):
        recorded.fails("lambda", "invoke", "TooManyRequestsException", "Rate Exceeded.")
    recorded.function(applied(1), event={"action": "up", "lock_wait": 5.0})

    recorded.ask(UP)

    assert [2.0, 2.0] == recorded.pauses


def test_a_function_that_stays_busy_is_told(recorded: Aws) -> None:
    recorded.name()
    for _ in range(3):
        recorded.fails("lambda", "invoke", "TooManyRequestsException", "Rate Exceeded.")

    with pytest.raises(FunctionBusy, match=f"^{FUNCTION} is busy with another request after 4 s"):
        recorded.ask(UP)


def test_an_invocation_is_waited_for_whole_and_never_repeated() -> None:
    connect = aws.connector("eu-west-1")
    function, parameters = connect("lambda").meta.config, connect("ssm").meta.config

    assert 900 <= function.read_timeout
    assert 1 == function.retries["total_max_attempts"]
    assert function.tcp_keepalive
    assert 1 < parameters.retries["total_max_attempts"]
    assert "eu-west-1" == function.region_name


# What is refused.


@pytest.mark.parametrize(
    ("family", "base"),
    [
        ("FilesError", FilesError),
        ("AccessError", AccessError),
        ("LockError", LockError),
        ("DatabaseError", DatabaseError),
    ],
)
def test_what_the_function_refuses_keeps_its_family_and_its_words(
    family: str, base: type[MigratorError], recorded: Aws
) -> None:
    recorded.name()
    recorded.function(refused("OfALaterVersion", family, "the sentence; what to do"))

    with pytest.raises(base) as told:
        recorded.ask()

    assert isinstance(told.value, Told)
    assert ("OfALaterVersion", "the sentence; what to do") == (told.value.kind, str(told.value))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            answer(
                {"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: 1 Error: Task timed out"},
                FunctionError="Unhandled",
            ),
            "Sandbox.Timedout: RequestId: 1 Error: Task timed out",
        ),
        (answer("odd", FunctionError="Unhandled"), "no reason given"),
        (answer(b"<html>"), "what came is no JSON"),
        (answer({"statusCode": 200}), "what came is no answer of a migrator"),
        (refused("Odd", "MigratorError", "of no family"), "of no family"),
    ],
    ids=["timed out", "without words", "no JSON", "another function", "of no family"],
)
def test_a_function_that_breaks_off_is_a_fault(given: dict[str, Any], words: str, recorded: Aws) -> None:
    recorded.name()
    recorded.function(given)

    with pytest.raises(FunctionBroke) as broke:
        recorded.ask()

    assert f"{FUNCTION} ended without an answer ({words}); its log tells why" in str(broke.value)


def test_an_environment_without_migrator_is_refused_unasked(recorded: Aws) -> None:
    with pytest.raises(MigratorMissing, match="environment reported has no migrator function"):
        recorded.ask(environment=load_environment("reported"))


def test_credentials_of_another_account_are_refused(recorded: Aws) -> None:
    """There, a system of the same name would be migrated."""
    recorded.account("999999999999")

    with pytest.raises(WrongAccount) as wrong:
        recorded.ask(environment=PRODUCTION)

    assert (PRODUCTION.account, "999999999999") == (wrong.value.wanted, wrong.value.found)


def test_credentials_of_the_account_are_taken(recorded: Aws) -> None:
    assert PRODUCTION.account
    recorded.account(PRODUCTION.account)
    recorded.name(parameter=PARAMETER.replace("staging", "production"))
    recorded.function(done({}))

    assert {} == recorded.ask(environment=PRODUCTION)


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("ParameterNotFound", NotDeployed, f"there is no parameter {PARAMETER} in us-east-1; deploy"),
        ("AccessDeniedException", Refused, f"AWS refuses ssm:GetParameter on parameter {PARAMETER}"),
        (
            "ExpiredTokenException",
            CredentialsMissing,
            "the credentials are not valid (ExpiredTokenException)",
        ),
        ("InternalServerError", Unreached, "ssm can't be asked: InternalServerError: As AWS says it;"),
    ],
)
def test_why_the_name_is_not_found_is_told(
    code: str, error: type[MigratorError], words: str, recorded: Aws
) -> None:
    recorded.fails("ssm", "get_parameter", code)

    with pytest.raises(error) as told:
        recorded.ask()

    assert words in str(told.value)


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("ResourceNotFoundException", NotDeployed, f"there is no function {FUNCTION} in us-east-1"),
        ("AccessDeniedException", Refused, f"AWS refuses lambda:InvokeFunction on function {FUNCTION}"),
        ("KMSDisabledException", Declined, f"AWS does not do lambda:InvokeFunction on function {FUNCTION}"),
    ],
)
def test_why_the_function_is_not_invoked_is_told(
    code: str, error: type[MigratorError], words: str, recorded: Aws
) -> None:
    recorded.name()
    recorded.fails("lambda", "invoke", code)

    with pytest.raises(error) as told:
        recorded.ask()

    assert words in str(told.value)


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (exceptions.NoCredentialsError(), "AWS can't be asked: there are no credentials; sign in"),
        (
            exceptions.ProfileNotFound(profile="other"),
            "AWS can't be asked: The config profile (other) could not be found; sign in",
        ),
        (exceptions.UnauthorizedSSOTokenError(), "SSO"),
        (
            exceptions.EndpointConnectionError(endpoint_url="https://ssm"),
            "ssm can't be asked: Could not connect to the endpoint URL",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_botocore_says_in_a_page_is_a_sentence(error: Exception, wanted: str) -> None:
    told = aws.told(error, "ssm:GetParameter", "parameter /x", "us-east-1")

    assert wanted in str(told)
    assert "\n" not in str(told)


@pytest.mark.parametrize(
    "error",
    [
        exceptions.ReadTimeoutError(endpoint_url="https://lambda"),
        exceptions.ConnectionClosedError(endpoint_url="https://lambda"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_answer_that_is_lost_says_nothing_of_the_run(error: Exception, clients: dict[str, Any]) -> None:
    class Lost:
        exceptions = clients["lambda"].exceptions

        def invoke(self, **_: Any) -> Any:
            raise error

    with pytest.raises(AnswerLost, match="may still be at work; ask `miyabi migrate status staging`"):
        migrating._invoke(STAGING, FUNCTION, STATUS, lambda _: Lost())


# The command.


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run `miyabi migrate` and return its exit code."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(sys, "argv", ["miyabi", "migrate", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_an_environment_on_the_command_line_asks_its_function(
    recorded: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "connector", lambda _: recorded.clients.__getitem__)
    recorded.name()
    recorded.function(
        applied(7),
        event={
            "action": "up",
            "strict": False,
            "ignore_missing": False,
            "resume": False,
            "lock_wait": 60.0,
            "lock_timeout": 3.0,
            "attempts": 10,
        },
    )

    assert 0 == run(monkeypatch, "up", "staging")

    printed = capsys.readouterr()
    assert "miyabi: 1 migration applied in 1.5 s\n" == printed.out
    assert f"asking {FUNCTION} in us-east-1\n" == printed.err


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (refused("EventRefused", "FilesError", "a sentence"), 2),
        (refused("ConnectionFailed", "AccessError", "a sentence"), 3),
        (refused("LockHeld", "LockError", "a sentence"), 8),
        (refused("Edited", "DatabaseError", "a sentence"), 9),
        (answer({"errorMessage": "a sentence"}, FunctionError="Unhandled"), 1),
    ],
    ids=["files", "access", "lock", "database", "fault"],
)
def test_the_exit_code_is_the_one_of_a_direct_run(
    given: dict[str, Any],
    code: int,
    recorded: Aws,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(live, "connector", lambda _: recorded.clients.__getitem__)
    recorded.name()
    recorded.function(given)

    assert code == run(monkeypatch, "status", "staging", "--json")

    printed = capsys.readouterr()
    told = json.loads(printed.out)["error"]
    assert "a sentence" in told["message"]
    assert printed.err.endswith(f"miyabi: {told['message']}\n")
    if code > 1:
        assert json.loads(given["Payload"]._raw_stream.getvalue())["error"]["kind"] == told["kind"]


def test_no_function_is_asked_where_a_database_is_named_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == run(monkeypatch, "status", "staging", "--database-url", "postgresql://x@localhost/y")
    assert "staging and a database URL are both given" in capsys.readouterr().err


def test_an_environment_that_there_is_not_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == run(monkeypatch, "status", "stagin")
    assert "environment 'stagin' is not known; did you mean staging?" in capsys.readouterr().err


def test_who_stops_waiting_is_told_that_the_function_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(migrating, "ask_function", interrupt)

    assert 130 == run(monkeypatch, "up", "staging")
    assert "`miyabi migrate status staging` tells what it has done" in capsys.readouterr().err
