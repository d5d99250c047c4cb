"""Whether the function lives, and whether its database answers."""

from typing import Literal

from pydantic import BaseModel
from sqlalchemy import text

from runtime.api.call import Call
from runtime.api.routing import answers
from runtime.api.version import VERSION


class Alive(BaseModel):
    """The function runs."""

    status: Literal["ok"]
    version: str


class Database(BaseModel):
    """The database answered."""

    status: Literal["ok"]


class Health(Alive):
    """The function runs, and its database answers."""

    database: Database


@answers("GET /health/live", "Whether the function runs; asks no database", database=False)
def live() -> Alive:
    """Answer, which is the proof."""
    return Alive(status="ok", version=VERSION)


@answers("GET /health", "Whether the function runs and its database answers; 503 where not")
def health(call: Call) -> Health:
    """Ask the database for nothing."""
    call.connection.execute(text("SELECT"))
    return Health(status="ok", version=VERSION, database=Database(status="ok"))
