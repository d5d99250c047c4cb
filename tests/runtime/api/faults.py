"""Breaks a database on purpose, and says what a caller and the log must be told then."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.runtime.api.asking import SECRET
from tests.runtime.api.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from tests.runtime.api.asking import Answer, Client

WORDS: Final = "the words of the database"
"""What an injected error says; nobody may read it."""
TOLD: Final = {
    "error": "database_error",
    "message": "the database can't answer now; try again in some seconds",
}
PATIENCE: Final = 10.0
"""Seconds in which happens what has to."""
HURRIED: Final = 1800
"""Milliseconds of a request of which its statements get 800, by runtime/api/connection.py."""
APPLICATION: Final = "miyabi api"

BEGIN_FAULT: Final = """
CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM nextval('tries');
    {body};
    RETURN NEW;
END
$$;
{trigger} FOR EACH ROW EXECUTE FUNCTION fault();
"""
WHILE_IT_WRITES: Final = "CREATE TRIGGER fault BEFORE INSERT ON tasks"
AFTER_ITS_WRITES: Final = "CREATE TRIGGER fault AFTER UPDATE ON idempotency_keys"
AT_COMMIT: Final = "CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON tasks DEFERRABLE INITIALLY DEFERRED"
END_SESSION: Final = "PERFORM pg_terminate_backend(pg_backend_pid())"
"""Ends the session that runs it, with SQLSTATE 57P01, as an operator does."""


def failing_with(state: str) -> str:
    """A statement of PL/pgSQL that fails with a SQLSTATE."""
    return f"RAISE EXCEPTION '{WORDS}' USING ERRCODE = '{state}'"


@dataclass(frozen=True, slots=True)
class Breakable:
    """A database in which faults can be put, and taken away.

    Attributes:
        url: The API's.
        master: The owner's connection, in autocommit mode.
    """

    url: str
    master: psycopg.Connection[Any]

    def prepare(self) -> None:
        """Make what counts how often something was tried: no transaction takes back a sequence."""
        self.master.execute("CREATE SEQUENCE tries; GRANT USAGE ON SEQUENCE tries TO PUBLIC")

    def inject(self, body: str, trigger: str = WHILE_IT_WRITES) -> None:
        """Have a task that is made run into something."""
        self.lift()
        self.master.execute(BEGIN_FAULT.format(body=body, trigger=trigger).encode())

    def lift(self) -> None:
        """Mend what `inject` broke, and count from 0."""
        self.master.execute("DROP FUNCTION IF EXISTS fault CASCADE; ALTER SEQUENCE tries RESTART")

    @property
    def tries(self) -> int:
        """How often the fault was run into."""
        return int(self.value("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM tries"))

    def value(self, question: str, *parameters: Any) -> Any:
        """The first value that the database answers to its owner."""
        row = self.master.execute(question.encode(), parameters).fetchone()
        return row[0] if row else None

    def sessions(self) -> list[int]:
        """Processes that serve the API in this database."""
        asked = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
        )
        return [pid for (pid,) in self.master.execute(asked, [APPLICATION])]

    def session(self) -> int:
        """The one such process, once those of earlier tests are gone."""
        wait_until(lambda: len(self.sessions()) == 1)
        return self.sessions()[0]

    def end_sessions(self) -> None:
        """End the API's sessions, as an operator does, and wait until they are gone."""
        for pid in self.sessions():
            self.master.execute("SELECT pg_terminate_backend(%s)", [pid])
        wait_until(lambda: not self.sessions())


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what has to come."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it has not come"
        time.sleep(0.01)


def connects(client: Client) -> int:
    """How many connections the service has opened."""
    return sum(line.get("message") == "connected" for line in client.lines())


def warnings(client: Client) -> list[str]:
    """What the log tells of the database."""
    return [line["message"] for line in client.lines() if line.get("level") == "WARN"]


def assert_unavailable(answer: Answer, client: Client, reason: str) -> None:
    """The caller is told to come again and nothing else, the log the reason, and nobody a secret."""
    assert (503, "2") == (answer.status, answer.headers.get("retry-after")), answer.text
    assert {**TOLD, "request_id": answer["request_id"]} == answer.body
    assert reason == warnings(client)[-1]
    assert_discreet(client)


def assert_discreet(client: Client) -> None:
    """Neither a secret is in the log, nor what the database said, nor a traceback."""
    log = client.log.getvalue()
    assert [] == [found for found in (PASSWORD, SECRET, WORDS, "Traceback") if found in log]
