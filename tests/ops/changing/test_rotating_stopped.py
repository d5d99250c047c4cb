"""A renewal that lost any one of its calls is gone on with, and the API can connect at every moment.

The stacks are small ones with the parameters of ours, so that a renewal takes some hundredths of a second.
What the API and the migrator would have in their environments stands in SSM, with the same references.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from ops.deploying.smoke import Health
from ops.errors import Unreached
from ops.live import Live
from ops.rotating.errors import LoginStillUsed, NotWell
from ops.rotating.flow import Callbacks, plan, run
from ops.rotating.seen import Kind, Stage
from stacks.loading import load_environment
from tests.ops.changing.failing import Failing
from tests.sampling import examples
from twin.aws import keeping
from twin.aws.clients import Aws

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Document = dict[str, Any]

FUNCTION = "miyabi-staging-migrator"
ENVIRONMENT = load_environment("staging")


def resolve(secret: Any) -> Document:
    """The password in a secret, as our templates refer to it."""
    return {"Fn::Sub": ["{{resolve:secretsmanager:${Secret}:SecretString:password}}", {"Secret": secret}]}


def parameter(path: str, value: Any) -> Document:
    """A parameter in SSM."""
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Name": path, "Type": "String", "Value": value}}


def with_revision(secret: Any) -> Document:
    """A password, in a property that changes with the revision."""
    return {"Fn::Join": [" ", [{"Ref": "SecretsRevision"}, resolve(secret)]]}


def database_stack() -> Document:
    """Two secrets, and what the migrator would have in its environment."""
    resources: Document = {"Name": parameter("/miyabi/staging/database/migrator-function-name", FUNCTION)}
    for letter in "ab":
        generate = {
            "SecretStringTemplate": "{}",
            "GenerateStringKey": "password",
            "ExcludePunctuation": True,
            "PasswordLength": 48,
        }
        secret = f"Secret{letter.upper()}"
        resources[secret] = {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"GenerateSecretString": generate},
        }
        path = f"/miyabi/staging/database/api-login-{letter}-secret-arn"
        resources[f"Arn{letter.upper()}"] = parameter(path, {"Ref": secret})
        resources[f"Given{letter.upper()}"] = parameter(f"/migrator/{letter}", with_revision({"Ref": secret}))
    return {
        "Parameters": {"SecretsRevision": {"Type": "Number", "Default": "1"}},
        "Resources": resources,
    }


def service_stack() -> Document:
    """What the api function would have in its environment."""
    arns = {
        f"Arn{letter.upper()}": {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": f"/miyabi/staging/database/api-login-{letter}-secret-arn",
        }
        for letter in "ab"
    }
    own = {
        "SecretsRevision": {"Type": "Number", "Default": "1"},
        "ApiLogin": {"Type": "String", "Default": "a"},
    }
    secret = {"Fn::If": ["IsB", {"Ref": "ArnB"}, {"Ref": "ArnA"}]}
    return {
        "Parameters": arns | own,
        "Conditions": {"IsB": {"Fn::Equals": [{"Ref": "ApiLogin"}, "b"]}},
        "Resources": {"Given": parameter("/api/password", with_revision(secret))},
    }


@dataclass(slots=True)
class System:
    """The small system: stacks in the local AWS, and a server that knows a password for each login."""

    aws: Aws
    folder: Path
    passwords: dict[str, str] = field(default_factory=dict)
    connected: set[str] = field(default_factory=set)
    """Logins with sessions that stay."""

    def begin_anew(self) -> None:
        """Be as it was deployed."""
        keeping.restore(self.aws.account, self.folder)
        self.passwords = {letter: self.given(f"/migrator/{letter}") for letter in "ab"}

    def given(self, path: str) -> str:
        """The password in the environment of the API, or of the migrator for a login."""
        value: str = self.aws.client("ssm").get_parameter(Name=path)["Parameter"]["Value"]
        return value.partition(" ")[2]

    def login(self) -> str:
        """The login that the API uses."""
        stack = self.aws.client("cloudformation").describe_stacks(StackName="miyabi-staging-service")
        said = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Stacks"][0]["Parameters"]}
        return str(said["ApiLogin"])

    def check(self) -> None:
        """The API can open a connection."""
        assert self.given("/api/password") == self.passwords[self.login()]

    def connect(self, service: str) -> Any:
        """Clients; the migrator is this system's own."""
        return _Migrator(self) if service == "lambda" else self.aws.client(service)


class _Migrator:
    """Sets passwords as the migrator does: those of its environment, never under sessions."""

    def __init__(self, system: System) -> None:
        self._system = system

    class exceptions:  # noqa: N801  (as a client of boto3 has it)
        TooManyRequestsException = KeyError

    def invoke(self, *, Payload: bytes, **_: Any) -> Document:  # noqa: N803  (as boto3 has it)
        """Answer `roles`."""
        letter, system = json.loads(Payload)["login"], self._system
        new = system.given(f"/migrator/{letter}")
        answer: Document = {"ok": True, "answer": {}}
        if new != system.passwords[letter] and letter in system.connected:
            told = {"kind": "LoginInUse", "family": "DatabaseError", "message": "a session is connected"}
            answer = {"ok": False, "error": told}
        elif new != system.passwords[letter]:
            system.passwords[letter] = new
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Aws, Path]]:
    """An account, and a folder that holds the small system in it as it was deployed."""
    aws, folder = Aws("641207938512", "us-east-1"), tmp_path_factory.mktemp("small")
    keeping.prepare(folder)
    for name, body in (("database", database_stack()), ("service", service_stack())):
        aws.client("cloudformation").create_stack(
            StackName=f"miyabi-staging-{name}", TemplateBody=json.dumps(body)
        )
    keeping.keep(aws.account, folder)
    yield aws, folder
    keeping.forget(aws.account)


@pytest.fixture
def system(small: tuple[Aws, Path]) -> System:
    """The small system as it was deployed."""
    made = System(*small)
    made.begin_anew()
    return made


def quiet(status: int = 200) -> Callbacks:
    """A renewal that nobody watches."""
    return Callbacks(ask=lambda address: Health(address, status, str(status)), pause=lambda _: None)


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Health is asked for at the API's own address: the small system has no CloudFront."""
    monkeypatch.setattr("ops.rotating.flow.address_of", lambda _: "https://api.example")


def rotate(live: Live, told: Callbacks) -> None:
    """What the command does."""
    run(live, plan(live, Kind.DATABASE, callbacks=told), told)


def test_any_call_may_be_lost(system: System) -> None:
    at_first = dict(system.passwords)
    counting = Failing(system.connect, after=system.check)
    rotate(Live(ENVIRONMENT, counting), quiet())
    calls = counting.calls

    for number in range(0, len(calls), examples(7, 1)):
        for is_answer_lost in (False, True):
            system.begin_anew()
            failing = Failing(system.connect, number, is_answer_lost, after=system.check)
            where = f"{calls[number]}, call {number}, {'answer' if is_answer_lost else 'question'} lost"
            with pytest.raises(Unreached):
                rotate(Live(ENVIRONMENT, failing), quiet())
            live = Live(ENVIRONMENT, system.connect)
            stage = plan(live, Kind.DATABASE, callbacks=quiet()).seen.stage
            if stage is not Stage.FRESH or system.login() == "a":
                rotate(live, quiet())

            assert "b" == system.login(), where
            system.check()
            assert at_first["a"] == system.passwords["a"], where
            assert at_first["b"] != system.passwords["b"], where
            assert Stage.FRESH is plan(live, Kind.DATABASE, callbacks=quiet()).seen.stage, where


def test_an_api_that_is_not_well_gets_its_former_login_back(system: System) -> None:
    live = Live(ENVIRONMENT, Failing(system.connect, after=system.check))
    with pytest.raises(NotWell, match="answers 503 after the renewal; the API uses miyabi_api_a again"):
        rotate(live, quiet(503))
    login, stage = system.login(), plan(live, Kind.DATABASE, callbacks=quiet()).seen.stage
    rotate(live, quiet())

    assert ("a", Stage.CURRENT) == (login, stage)
    assert "b" == system.login()


def test_a_password_is_not_renewed_under_sessions_that_stay(system: System) -> None:
    live, said = Live(ENVIRONMENT, Failing(system.connect, after=system.check)), list[str]()
    told = quiet()
    told.say = said.append
    system.connected = {"b"}
    with pytest.raises(LoginStillUsed, match="still connected as miyabi_api_b after 420 s"):
        rotate(live, told)
    login = system.login()
    told.pause = lambda _: system.connected.clear()
    rotate(live, told)

    assert "sessions are connected as miyabi_api_b: waiting until they end" in said
    assert ("a", "b") == (login, system.login())
