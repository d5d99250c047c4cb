"""Users, as they are told to themselves and to others."""

from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from runtime.api.tables import users

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from runtime.api.profiles import Profile


class User(BaseModel):
    """A user, to whoever may see them."""

    id: UUID
    github_id: int
    email: str
    name: str | None
    avatar_url: str | None


def save_profile(connection: "Connection", profile: "Profile") -> "RowMapping":
    """Make the user of a GitHub account, or bring them up to date, and return their row."""
    told = profile.model_dump()
    changed = {name: told[name] for name in ("email", "name", "avatar_url")}
    statement = (
        insert(users)
        .values(**told)
        .on_conflict_do_update(index_elements=[users.c.github_id], set_=changed | {"updated_at": func.now()})
        .returning(users)
    )
    return connection.execute(statement).mappings().one()
