"""Production from nothing, its functions on a real PostgreSQL: deployed, deployed again, changed."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from ops.live import Live
from ops.stack import describe
from scripts.commands.deploy.run import Outside, Wish, run
from scripts.consent import Consent
from stacks.loading import load_environment
from tests.ops.deploying.conftest import zipped
from tests.ops.running import Functions, ask_by_invoking, run_here
from twin.aws import keeping
from twin.aws.clients import Aws
from twin.aws.deploying import adopted_values
from twin.aws.invoking import run_functions
from twin.postgres import start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ops.deploying.smoke import Health

ACCOUNT = "211234825975"
"""Production's own, which its settings name."""
SECRETS = {
    "github": {"client_id": "any", "client_secret": "any"},
    "jwt": {"secret": "0123456789abcdef0123456789abcdef"},
    "master-password": {"password": "as-it-was-entered"},
}


@pytest.fixture
def aws() -> Iterator[Aws]:
    """Production's account, with what a person enters and nothing else."""
    aws = Aws(ACCOUNT, "us-east-1")
    for name, value in SECRETS.items():
        aws.client("secretsmanager").create_secret(
            Name=f"miyabi/production/{name}", SecretString=json.dumps(value)
        )
    yield aws
    keeping.forget(ACCOUNT)


@pytest.fixture
def functions(aws: Aws) -> Iterator[Functions]:
    """The functions of that account, on a database of their own."""
    with start() as server:
        running = run_here(aws, server)
        yield running
        running.close()
    run_functions(ACCOUNT, None)


def applied(functions: Functions) -> int:
    """How many migrations the ledger has."""
    with psycopg.connect(functions.server.superuser_url(functions.database)) as connection:
        [count] = connection.execute("SELECT count(*) FROM _sqlx_migrations").fetchone() or [0]
    return int(count)


def test_a_whole_production_is_deployed_then_left_alone_then_migrated(
    aws: Aws, functions: Functions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(address: str) -> Health:
        health: Health = ask_by_invoking(aws, "miyabi-api-production")(address)
        return health

    outside = Outside(aws.client, ask, lambda _: None)
    parameters = tuple(f"{name}={value}" for name, value in adopted_values(aws).items())

    def deploy(package: str, **wish: Any) -> int:
        wanted = Wish(package=zipped(tmp_path / f"{package}.zip", package), **wish)
        return run("production", wanted, Consent(yes=True), outside=outside)

    first = deploy("first", parameters=parameters)
    told = capsys.readouterr()
    asked = functions.actions()
    again = deploy("first")
    unchanged = capsys.readouterr()

    assert (0, 0) == (first, again)
    assert "production is deployed, and https://" in told.out
    assert "/api/v1/health answers 200" in told.out
    assert ["plan", "up", "roles"] == [action for action in asked if action != "status"]
    assert "nothing was to be done" in unchanged.out
    assert [] == snapshots(aws), "a new database has nothing to lose"
    live = Live(load_environment("production"), aws.client)
    for stack in ("network", "database", "service", "edge", "observability"):
        now = describe(live, live.stack_name(stack))
        assert now is not None
        assert ("CREATE_COMPLETE", True) == (now.status, now.termination_protection)

    whole = applied(functions)
    forget_the_last_migration(functions)
    with client(ask) as answers:
        third = deploy("second")
    last = capsys.readouterr().err

    assert 0 == third
    assert len(answers) > 3
    assert {200} == set(answers), "who calls meanwhile sees no failure"
    assert whole == applied(functions)
    assert "1 migrations are pending" not in last, "one is told as one"
    [snapshot] = snapshots(aws)
    assert snapshot.startswith("miyabi-postgres-prod-before-")
    for secret in SECRETS.values():
        for value in secret.values():
            assert value == "any" or value not in told.out + told.err + last, "no secret is ever told"


@contextmanager
def client(ask: Callable[[str], Health]) -> Iterator[list[int | None]]:
    """Ask ten times a second as long as the context lasts; gives the statuses."""
    answers: list[int | None] = []
    ended = threading.Event()

    def call() -> None:
        while not ended.wait(0.1):
            answers.append(ask("https://any").status)

    thread = threading.Thread(target=call)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()


def snapshots(aws: Aws) -> list[str]:
    """Snapshots that were taken by hand or by us."""
    found = aws.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    return [one["DBSnapshotIdentifier"] for one in found]


def forget_the_last_migration(functions: Functions) -> None:
    """Have one pending again: the newest one's statements may be done twice."""
    with psycopg.connect(functions.server.superuser_url(functions.database)) as connection:
        connection.execute(
            "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)"
        )
