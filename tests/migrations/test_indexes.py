"""Each list of the API is read from an index in its order, among rows of many others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from psycopg.sql import SQL, Identifier

from tests.migrations.conftest import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection
    from psycopg.sql import Composed

    from twin.postgres import Server

    Plan = list[tuple[str, str | None]]

FILL: Final = """
CREATE TEMPORARY TABLE place AS
SELECT n, gen_random_uuid() AS user_id, gen_random_uuid() AS organization_id FROM generate_series(1, 40) AS n;

INSERT INTO users (id, github_id, email, name) SELECT user_id, n, 'e' || n, 'n' || n FROM place;
INSERT INTO users (github_id, email, name) SELECT n, 'e' || n, 'n' || n FROM generate_series(41, 2000) AS n;
INSERT INTO organizations (id, name, slug) SELECT organization_id, 'o' || n, 'o' || n FROM place;

CREATE TEMPORARY TABLE work AS
SELECT user_id, CASE WHEN m % 2 = 0 THEN organization_id END AS organization_id,
    (ARRAY['pending', 'running', 'completed', 'failed', 'cancelled'])[1 + m % 5] AS status,
    'P' || m % 3 AS priority, (ARRAY['review', 'issue'])[1 + m % 2] AS agent,
    m AS number, now() - m * interval '1 minute' AS created_at
FROM place, generate_series(1, 100) AS m ORDER BY m;

INSERT INTO tasks (user_id, organization_id, name, status, priority, agent_type, created_at)
SELECT user_id, organization_id, 'a task', status, priority, agent, created_at FROM work;
INSERT INTO agent_executions (user_id, organization_id, agent_type, status, created_at)
SELECT user_id, organization_id, agent, status, created_at FROM work;
INSERT INTO workflows (user_id, organization_id, name, definition, created_at)
SELECT user_id, organization_id, 'a workflow', '{}', created_at FROM work;
INSERT INTO repositories (user_id, organization_id, owner, name, full_name, is_active, created_at)
SELECT user_id, organization_id, 'o', 'r', 'o/r' || number, number % 10 > 0, created_at FROM work;
INSERT INTO idempotency_keys (user_id, route, key, request_sha256, created_at)
SELECT user_id, 'POST /', number, decode(repeat('00', 32), 'hex'), created_at - interval '23 hours' FROM work;
"""
ORGANIZATION, PERSON = "organization_id = $1", "organization_id IS NULL AND user_id = $1"
NEWEST: Final = "created_at DESC, id"
BY_PRIORITY: Final = "priority, created_at DESC, id"

LISTS: Final = {
    "tasks of an organization": ("tasks", ORGANIZATION, BY_PRIORITY, "idx_tasks_of_organization"),
    "tasks of a user": ("tasks", PERSON, BY_PRIORITY, "idx_tasks_of_user"),
    "executions of an organization": (
        "agent_executions",
        ORGANIZATION,
        NEWEST,
        "idx_agent_executions_of_organization",
    ),
    "executions of a user": ("agent_executions", PERSON, NEWEST, "idx_agent_executions_of_user"),
    "workflows of an organization": ("workflows", ORGANIZATION, NEWEST, "idx_workflows_of_organization"),
    "workflows of a user": ("workflows", PERSON, NEWEST, "idx_workflows_of_user"),
    "repositories of an organization": (
        "repositories",
        f"{ORGANIZATION} AND is_active",
        NEWEST,
        "idx_repositories_of_organization",
    ),
    "repositories of a user": (
        "repositories",
        f"{PERSON} AND is_active",
        NEWEST,
        "idx_repositories_of_user",
    ),
}
FILTERS: Final = ("status = 'pending'", "priority = 'P1'", "agent_type = 'review'")
COUNTS: Final = {
    "tasks": ("idx_tasks_of_organization", "idx_tasks_of_user"),
    "agent_executions": ("idx_agent_executions_of_organization", "idx_agent_executions_of_user"),
}


@pytest.fixture(scope="module")
def busy(server: Server, template: str) -> Iterator[Connection]:
    """A database in which 40 users and 40 organizations have 50 rows each of everything.

    Statements are planned as those that are prepared and repeated: without knowing their parameters.
    """
    name = server.create_database(template=template)
    with connect(server.url(name)) as connection:
        connection.execute(FILL)
        connection.execute("VACUUM ANALYZE")
        connection.execute("SET plan_cache_mode = force_generic_plan")
        yield connection
    server.drop_database(name)


def plan(connection: Connection, query: Composed | SQL, parameter: str = "gen_random_uuid()") -> Plan:
    """Read how a query of one parameter is done, whatever the parameter is."""
    connection.execute(SQL("PREPARE asked AS {}").format(query))
    try:
        ((told,),) = connection.execute(
            SQL("EXPLAIN (FORMAT json) EXECUTE asked ({})").format(SQL(parameter))
        )
    finally:
        connection.execute("DEALLOCATE asked")
    return list(steps(told[0]["Plan"]))


def pages(table: str, condition: str, order: str) -> Composed:
    """Write the query of a list's first page."""
    form = SQL("SELECT * FROM {} WHERE {} ORDER BY {} LIMIT 20")
    return form.format(Identifier(table), SQL(condition), SQL(order))


def steps(node: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Tell what is done at a node of a plan and at all below it, from the top, and by which index."""
    yield node["Node Type"], node.get("Index Name")
    for below in node.get("Plans", []):
        yield from steps(below)


@pytest.mark.parametrize(("table", "condition", "order", "index"), LISTS.values(), ids=LISTS.keys())
def test_a_page_is_read_in_order_without_sorting(
    busy: Connection, table: str, condition: str, order: str, index: str
) -> None:
    found = plan(busy, pages(table, condition, order))

    assert found == [("Limit", None), ("Index Scan", index)]


@pytest.mark.parametrize(
    ("condition", "index"), [(ORGANIZATION, "idx_tasks_of_organization"), (PERSON, "idx_tasks_of_user")]
)
@pytest.mark.parametrize("narrowed", FILTERS)
def test_a_page_that_is_narrowed_is_sought_among_the_owners_tasks(
    busy: Connection, condition: str, index: str, narrowed: str
) -> None:
    """What few rows are left may be sorted."""
    found = plan(busy, pages("tasks", f"{condition} AND {narrowed}", BY_PRIORITY))

    assert index in {used for _, used in found}
    assert "Seq Scan" not in {step for step, _ in found}


@pytest.mark.parametrize("table", COUNTS)
@pytest.mark.parametrize("owner", [0, 1], ids=["organization", "user"])
def test_statuses_are_counted_from_an_index_alone(busy: Connection, table: str, owner: int) -> None:
    condition = (ORGANIZATION, PERSON)[owner]
    query = SQL("SELECT status, count(*) FROM {} WHERE {} GROUP BY status")
    found = plan(busy, query.format(Identifier(table), SQL(condition)))

    assert ("Index Only Scan", COUNTS[table][owner]) == found[-1]


@pytest.mark.parametrize("table", ["tasks", "agent_executions", "workflows"])
def test_the_end_of_an_organization_finds_its_work(busy: Connection, table: str) -> None:
    found = plan(busy, SQL("DELETE FROM ONLY {} WHERE $1 = organization_id").format(Identifier(table)))

    assert f"idx_{table}_of_organization" in {used for _, used in found}
    assert "Seq Scan" not in {step for step, _ in found}


def test_whom_to_invite_is_found_by_address_or_name(busy: Connection) -> None:
    query = SQL("SELECT id FROM users WHERE lower(email) = lower($1) OR lower(name) = lower($1)")
    found = plan(busy, query, "'E7'")

    assert {("Bitmap Index Scan", "idx_users_email"), ("Bitmap Index Scan", "idx_users_name")} <= set(found)


def test_keys_that_have_served_are_found(busy: Connection) -> None:
    query = SQL("DELETE FROM idempotency_keys WHERE created_at < $1")
    found = plan(busy, query, "now() - interval '24 hours'")

    assert "idx_idempotency_keys_created_at" in {used for _, used in found}


def test_without_the_index_a_page_would_be_sorted(busy: Connection) -> None:
    """What the tests above would show."""
    with busy.transaction(force_rollback=True):
        busy.execute("DROP INDEX idx_tasks_of_organization")
        found = plan(busy, pages("tasks", ORGANIZATION, BY_PRIORITY))

    assert "Sort" in {step for step, _ in found}
