"""Staging, deployed once to the local AWS; put back as it was after each test that has changed it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ops.live import Live
from stacks.loading import load_environment
from tests.ops.living.running import Program
from twin.aws import kept_cloudformation, kept_services
from twin.aws.clients import Aws
from twin.aws.cloudformation.service import cloudformation_of
from twin.aws.deploying import Written, deploy
from twin.aws.pickling import Pickler, Unpickler

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "423581236561"
REGION = "us-east-1"
GOLDEN = Path(__file__).parents[2] / "golden" / "staging"
STAGING = load_environment("staging")
PARTS = {"services": kept_services, "cloudformation": kept_cloudformation}
READING = ("Describe", "Filter", "Get", "Head", "Invoke", "List")
"""How the operations begin that change nothing."""


class Watched(Aws):
    """The services of the account, which note whether anything was changed."""

    is_changed = False

    def _made(self, service: str) -> Any:
        client = super()._made(service)
        client.meta.events.register("before-call", self._note)
        return client

    def _note(self, model: Any, **_: Any) -> None:
        self.is_changed |= not model.name.startswith(READING)


class Account:
    """The account as it was when staging was deployed."""

    def __init__(self) -> None:
        self.aws = Watched(ACCOUNT, REGION)
        deploy(self.aws, Written(GOLDEN))
        stream = io.BytesIO()
        Pickler(stream).dump({name: part.dump(ACCOUNT) for name, part in PARTS.items()})
        self._kept = stream.getvalue()
        self.aws.is_changed = False

    def put_back(self) -> None:
        """Make it so again, which is much cheaper than to deploy it anew."""
        self.forget()
        found = Unpickler(io.BytesIO(self._kept)).load()
        for name, part in PARTS.items():
            part.load(ACCOUNT, found[name])
        self.aws.is_changed = False

    def forget(self) -> None:
        """Empty it, but keep its clients, which take long to make."""
        cloudformation_of(ACCOUNT, REGION).stacks.clear()
        kept_services.forget(ACCOUNT)


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """Staging, deployed once for each worker."""
    found = Account()
    yield found
    found.forget()


@pytest.fixture
def aws(account: Account) -> Iterator[Watched]:
    """An account in which staging was deployed, and nothing happened since.

    What is changed behind the services' backs must be said, by `is_changed`.
    """
    yield account.aws
    if account.aws.is_changed:
        account.put_back()


@pytest.fixture
def live(aws: Watched) -> Live:
    """Staging as it stands there."""
    return Live(STAGING, aws.client)


@pytest.fixture
def miyabi(aws: Watched, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """The commands, asked of that account."""
    return Program(aws, monkeypatch, capsys)
