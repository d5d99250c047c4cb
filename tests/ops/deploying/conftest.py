"""Staging as it is deployed, put back anew for each test: that takes a fiftieth of deploying it."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ops.artifact_bucket import ensure_bucket
from ops.deploying.flow import Deployment, Options
from ops.deploying.smoke import HEALTH, Health
from ops.live import Live
from ops.wanted import Wanted
from runtime.contract import HANDLERS
from scripts.commands.deploy.run import Outside, Wish, run
from scripts.consent import Consent
from stacks.loading import load_environment
from twin.aws import keeping
from twin.aws.clients import Aws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ops.aws import Connect

GOLDEN = Path(__file__).parents[2] / "golden"
ACCOUNT = "612345678903"


def zipped(path: Path, content: str) -> Path:
    """A zip that stands in for a package: every handler is in it, and none does anything."""
    modules = {handler.rpartition(".")[0].replace(".", "/") for handler in HANDLERS.values()}
    files = {f"{module}.py": "def handle(event, context): ...\n" for module in sorted(modules)}
    with zipfile.ZipFile(path, "w") as file:
        for name, text in {"README": content, **files}.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16
            file.writestr(entry, text)
    return path


@dataclass
class Staging:
    """Staging in an account of its own, and the command that deploys it."""

    aws: Aws
    package: Path
    health: list[int] = field(default_factory=list)
    """What the API answers, one after the other; 200 when there is nothing more."""
    asked: list[str] = field(default_factory=list)
    """Addresses that were asked for health."""
    before_answer: Callable[[], None] = lambda: None
    """What is done before the API answers."""
    connect: Connect | None = None
    """What gives the command its clients, where those of the account are not meant."""

    @property
    def live(self) -> Live:
        """As it stands."""
        return Live(load_environment("staging"), self.aws.client)

    @property
    def outside(self) -> Outside:
        """What the command reaches out to."""
        return Outside(self.connect or self.aws.client, self.ask, lambda _: None)

    def ask(self, address: str) -> Health:
        """Answer for the API."""
        self.before_answer()
        self.asked.append(address)
        status = self.health.pop(0) if self.health else 200
        return Health(address + HEALTH, status, str(status))

    def deploy(self, *, yes: bool = True, dry_run: bool = False, as_json: bool = False, **wish: Any) -> int:
        """Run the command; returns its exit code."""
        wanted = Wish(**{"package": self.package, "migrations": False, **wish})
        return run("staging", wanted, Consent(yes, dry_run), as_json=as_json, outside=self.outside)


@pytest.fixture(scope="session")
def account() -> Aws:
    """The account; its clients are made once."""
    return Aws(ACCOUNT, "us-east-1")


@pytest.fixture(scope="session")
def kept(account: Aws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the state of an account in which staging is deployed, and its package."""
    folder = tmp_path_factory.mktemp("staging")
    account.client("secretsmanager").create_secret(
        Name="miyabi/staging/github", SecretString='{"client_id": "any", "client_secret": "any"}'
    )
    live = Live(load_environment("staging"), account.client)
    options = Options(zipped(folder / "first.zip", "first"), migrations=False, smoke_test=False)
    deployment = Deployment(live, Wanted.of_folder(GOLDEN / "staging"), options, pause=lambda _: None)
    deployment.run(ensure_bucket(live))
    keeping.keep(ACCOUNT, folder)
    keeping.forget(ACCOUNT)
    return folder


@pytest.fixture
def staging(account: Aws, kept: Path) -> Iterator[Staging]:
    """Staging as it is deployed."""
    keeping.restore(ACCOUNT, kept)
    yield Staging(account, kept / "first.zip")
    keeping.forget(ACCOUNT)
