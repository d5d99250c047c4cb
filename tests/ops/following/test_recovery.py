"""docs/recovery.md is followed to its end: production goes back in time, and forth again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from moto.rds.models import rds_backends

from ops.restoring.flow import Callbacks
from ops.restoring.times import stamp
from tests.ops.changing.functions import Functions, migrated
from tests.ops.deploying.conftest import GOLDEN
from tests.ops.following.conftest import no_pause
from tests.ops.following.documents import Document
from tests.ops.following.reader import Reader
from twin.aws.deploying import Written, deploy
from twin.aws.invoking import Answered, Invocation, run_functions
from twin.aws.local import LocalAws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ops.following.conftest import Begin
    from twin.postgres import Server

ACCOUNT = "211234825975"
"""Production's own, which its settings name."""
SERVING = "miyabi-postgres-prod"
AT = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
WHEN = f"{AT:%Y-%m-%dT%H:%M:%SZ}"
STAMP = stamp(AT)
NEW, ASIDE = f"{SERVING}-restored-{STAMP}", f"{SERVING}-before-{STAMP}"
VALUES = {"2026-11-26T00:00:00Z": WHEN, "20261126t000000z": STAMP, "--at TIME": f"--at {WHEN}"}
"""What stands in the document, and what it is today."""
EXAMPLES = {
    r"2 h 3 min by now": r"2 h \d+ min by now",
    r"2026-11-\d\dT\d\d:\d\d:\d\dZ": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    r"….cloudfront.net": r"\w+\.cloudfront\.net",
    r"\d+ applied": r"\d+ applied",
}


@pytest.fixture
def local(server: Server) -> Iterator[LocalAws]:
    """Production as it was deployed a month ago, with its migrator at work and an api that is well."""
    with LocalAws(ACCOUNT, "us-east-1") as local:
        deploy(local.aws, Written(GOLDEN / "production"))
        rds_backends[ACCOUNT]["us-east-1"].databases[SERVING].instance_create_time -= timedelta(days=30)
        functions = Functions(local.aws, server, migrated(server))

        def answer(invocation: Invocation) -> Answered:
            if "migrator" in invocation.configuration["Handler"]:
                return functions(invocation)
            return Answered(b'{"statusCode": 200, "body": "{}"}')

        run_functions(ACCOUNT, answer)
        yield local


def test_the_database_goes_back_and_forth(
    local: LocalAws, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.commands.restore.run.Callbacks", partial(Callbacks, pause=no_pause))
    document, databases = Document.read("recovery", VALUES), rds_backends[ACCOUNT]["us-east-1"].databases
    restore = f"miyabi restore production --at {WHEN}"

    with begin(local, "production") as terminal:
        reader = Reader(document, terminal, EXAMPLES)
        assert ACCOUNT in reader.follow_sentence("aws sts get-caller-identity").out
        assert SERVING in reader.follow_sentence("aws rds describe-db-instances").out
        reader.follow(f"{restore} --dry-run")
        assert {SERVING} == set(databases)
        reader.follow(f"{restore} --prepare")
        assert {SERVING, NEW} == set(databases)
        databases[NEW].master_user_password = "of that time"
        assert "available" in reader.follow("aws secretsmanager get-secret-value").out
        assert "entered-password" == databases[NEW]._master_user_password
        reader.follow(restore)
        assert {SERVING, ASIDE} == set(databases)
        assert "44 applied" == reader.follow("miyabi migrate status production").last
        assert "no drift" in reader.follow("miyabi drift production").last
        assert "60" in reader.follow("aws lambda put-function-concurrency").out
        reader.follow("miyabi restore production --undo")
        assert {SERVING, NEW} == set(databases)
        again = reader.follow_sentence(restore)
        undone = reader.follow_sentence("miyabi restore production --undo")
        reader.follow("aws rds describe-db-snapshots")
        reader.follow("aws rds describe-db-instance-automated-backups")
        assert "AWS::RDS::DBInstance" in reader.follow_sentence("aws cloudformation get-template").out
        for command in ("drift", "migrate probe", "migrate roles", "migrate status"):
            reader.follow_sentence(f"miyabi {command} production")

    assert f"{SERVING} holds what it held at {WHEN}" in again.last
    assert f"{SERVING} is the instance from before" in undone.last
    reader.require_all_followed()
