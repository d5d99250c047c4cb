"""Whatever is written wherever in a request, it stays a value: nothing runs, splits, or is forged by it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg
import pytest

from runtime.contract import ROUTES, Function
from tests.runtime.api.asking import SERVING, serve
from tests.runtime.api.hostile import ALLOWED_ORIGIN, VALUES, Operation, Spot, read_operations
from tests.runtime.api.organizing import admit, organize, start_team
from tests.runtime.api.tenancy.watching import Watch
from tests.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.api.asking import Answer, Client
    from twin.postgres import Server

SCHEMA: Final = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
    SELECT concat_ws(' ', c.relname, c.relkind, c.relacl, a.attname, a.atttypid) AS line
    FROM pg_class AS c LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', proname, prosrc, proacl) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', rolname, rolsuper, rolcreaterole) FROM pg_roles
) AS lines
"""
KEYS: Final = [route.key for route in ROUTES if route.function is Function.API]
PROBLEM: Final = {"error", "message", "request_id"}
AT_ONCE: Final = 2
"""Values at a spot in a short run; those of all spots together are all."""


@dataclass(frozen=True, slots=True)
class Stage:
    """An attacker, who owns an organization with something of each kind in it, and the database."""

    attacker: Client
    operations: dict[str, Operation]
    watch: Watch
    own: frozenset[str]
    """Whose rows the attacker may change: their own, and their organization's."""

    def schema(self) -> Any:
        """A digest of tables, functions and roles."""
        return self.watch.connection.execute(SCHEMA).fetchone()


@pytest.fixture(scope="module")
def stage(postgres: Server, shared_url: str) -> Iterator[Stage]:
    nobody = serve(shared_url, cors_origins=ALLOWED_ORIGIN)
    SERVING.remove(nobody.service)
    owner = nobody.sign_in()
    organization = organize(owner)
    member = admit(owner, organization)
    attacker = owner.working_in(organization)
    with psycopg.connect(shared_url) as connection:
        name = connection.info.dbname
    with psycopg.connect(postgres.url(name), autocommit=True) as connection:
        operations = read_operations(furnish(attacker, organization, member.user_id))
        by_key = {operation.route.key: operation for operation in operations}
        own = frozenset({attacker.user_id, organization})
        yield Stage(attacker, by_key, Watch(connection), own)
    nobody.service.database.close()


def furnish(client: Client, organization: str, member: str) -> dict[str, str]:
    """Make something of each kind in an organization, and return the ids as paths and bodies name them."""
    repository = client.post("/repositories", {"full_name": "octocat/hello-world"})["id"]
    refers = {"repository_id": repository, "agent_type": "review"}
    workflow = {"name": "a", "definition": {}}
    return {
        "org_id": organization,
        "organization_id": organization,
        "user_id": member,
        "team_id": start_team(client, organization),
        "repository_id": repository,
        "task_id": client.post("/tasks", {"name": "a"} | refers)["id"],
        "execution_id": client.post("/agents/execute", {"issue_number": 1} | refers)["id"],
        "workflow_id": client.post("/workflows", workflow)["id"],
    }


def attacks(operation: Operation) -> Iterator[tuple[Spot, str]]:
    """Every spot, in a long run with every value; in a short one, where SQL may be, always with a quote."""
    count = examples(AT_ONCE, soak=len(VALUES))
    first = KEYS.index(operation.route.key) * 7
    for number, spot in enumerate(operation.spots):
        if spot.kind != "header":
            yield spot, VALUES[0]
        for each in range(count):
            yield spot, VALUES[(first + number * AT_ONCE + each) % len(VALUES)]


@pytest.mark.parametrize("key", KEYS)
def test_a_hostile_value_stays_a_value(stage: Stage, key: str) -> None:
    operation, attacker = stage.operations[key], stage.attacker
    if operation.route.method == "DELETE":  # what is there would be gone at the first
        strangers = {name: str(uuid4()) for name in operation.ids}
        operation = Operation(operation.route, strangers, None, operation.spots)
    schema, _ = stage.schema(), stage.watch.changed()
    before = set(stage.watch.digests)

    for spot, value in attacks(operation):
        attacker.log.seek(0)
        attacker.log.truncate()
        answer = operation.ask(attacker, spot, value)
        where = f"{key}, {spot}, {value[:60]!r}: {answer.status} {answer.text[:200]}"
        check_answer(answer, where)
        check_log(attacker.log.getvalue(), where)
        if spot == Spot("header", "authorization"):
            assert answer.status == 401 or not operation.route.token, where
        if spot.kind == "body" and answer.status == 201 and spot.name in answer.body:
            assert answer[spot.name] in (value, value.strip()), where

    assert schema == stage.schema()
    assert not (stage.watch.changed() & before) - stage.own


def check_answer(answer: Answer, where: str) -> None:
    """See that an answer is one that was meant, whole, and of the kind that it says."""
    assert answer.status < 500, where
    for name, value in [*answer.headers.items(), *(("set-cookie", cookie) for cookie in answer.cookies)]:
        assert f"{name}{value}".isprintable(), where
        assert f"{name}{value}".isascii(), where
        assert "forged" not in f"{name}{value}", where
    assert answer.headers.get("access-control-allow-origin", ALLOWED_ORIGIN) == ALLOWED_ORIGIN, where
    assert answer.headers["x-content-type-options"] == "nosniff", where
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/json", where
        assert PROBLEM <= set(answer.body) <= PROBLEM | {"details"}, where


def check_log(log: str, where: str) -> None:
    """See that one line was written, as the API writes it; a refused token is counted in one of its own."""
    assert log.endswith("\n"), where
    lines = [json.loads(line) for line in log[:-1].split("\n")]
    assert ["answered"] == [line["message"] for line in lines if "_aws" not in line], where
    assert len(lines) <= 2, where


def test_all_values_come_to_bear_in_a_short_run(stage: Stage) -> None:
    used = {value for operation in stage.operations.values() for _, value in attacks(operation)}

    assert set(VALUES) == used
