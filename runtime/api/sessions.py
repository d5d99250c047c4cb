"""Sessions: a login that lasts, by refresh tokens of which each is good for one use.

The session knows the SHA-256 of its only valid token. Whoever shows an older one has a copy, or somebody
else has: the session is revoked, and both must sign in again.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlalchemy import func, insert, or_, select, update

from runtime.api.discarding import discard
from runtime.api.errors import TokenRefused
from runtime.api.tables import organization_members, organizations, sessions, users
from runtime.api.tokens import REFRESH, Claims, digest
from runtime.api.users import User

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from runtime.api.tokens import Tokens

OVER = "the session is over; sign in again"


class Session(BaseModel):
    """What a client gets when it has signed in, or refreshed."""

    access_token: str
    refresh_token: str | None
    """None where it travels in a cookie."""
    expires_in: int
    """Seconds, of the access token."""
    refresh_expires_in: int
    """Seconds, of the refresh token."""
    user: User


class Replayed(TokenRefused):
    """A refresh token was shown a second time; its session has been revoked."""

    def __init__(self, claims: Claims) -> None:
        self.user_id, self.session_id = claims.user_id, claims.session_id
        super().__init__("this refresh token was used before, so its session is revoked; sign in again")


@dataclass(frozen=True, slots=True)
class Sessions:
    """What is done to sessions, in the transaction of a connection."""

    connection: "Connection"
    tokens: "Tokens"

    def begin(self, user: "RowMapping") -> Session:
        """Begin a session of a user who has signed in; some that have expired, of anybody, go."""
        discard(self.connection, sessions, sessions.c.expires_at < func.now())
        claims = Claims(user["id"], uuid4(), user["github_id"])
        refresh_token = self.tokens.issue_refresh(claims)
        self.connection.execute(
            insert(sessions).values(
                id=claims.session_id,
                user_id=claims.user_id,
                token_sha256=digest(refresh_token),
                expires_at=self._end(),
            )
        )
        return self._told(claims, refresh_token, user)

    def refresh(self, token: str) -> Session:
        """Exchange a refresh token for a new pair.

        Raises:
            TokenRefused: It is none, or its session is over.
            Replayed: It was used before; the revocation is still to be committed.
        """
        claims = self.tokens.read(token, REFRESH)
        statement = (
            select(sessions.c.token_sha256, sessions.c.organization_id, users)
            .add_columns(
                or_(sessions.c.revoked_at.is_not(None), sessions.c.expires_at <= func.now()).label("over")
            )
            .join(users, users.c.id == sessions.c.user_id)
            .where(sessions.c.id == claims.session_id, users.c.id == claims.user_id)
            .with_for_update(of=sessions)
        )
        row = self.connection.execute(statement).mappings().first()
        if row is None or row["over"]:
            raise TokenRefused(OVER)
        if row["token_sha256"] != digest(token):
            self._revoke(claims, "replay")
            raise Replayed(claims)
        claims = self._in_organization(
            Claims(claims.user_id, claims.session_id, row["github_id"]), row["organization_id"]
        )
        renewed = self.tokens.issue_refresh(claims)
        self._change(
            claims,
            token_sha256=digest(renewed),
            rotated_at=func.now(),
            expires_at=self._end(),
            organization_id=claims.organization_id,
        )
        return self._told(claims, renewed, row)

    def end(self, claims: Claims) -> None:
        """End the caller's session: its refresh token is worth nothing from now on."""
        self._revoke(claims, "logout")

    def switch(self, claims: Claims, organization_id: UUID | None) -> Claims | None:
        """Let the caller work in an organization, or alone; None where they are no active member there.

        Raises:
            TokenRefused: The session is over: an access token that outlives it must not beget another.
        """
        switched = self._in_organization(claims, organization_id)
        if switched.organization_id != organization_id:
            return None
        if not self._change(claims, organization_id=organization_id):
            raise TokenRefused(OVER)
        return switched

    def _in_organization(self, claims: Claims, organization_id: UUID | None) -> Claims:
        """The claims with the caller's role in an active organization; without one where there is none."""
        alone = replace(claims, organization_id=None, role=None)
        if organization_id is None:
            return alone
        role = self.connection.scalar(
            select(organization_members.c.role)
            .join(organizations, organizations.c.id == organization_members.c.organization_id)
            .where(
                organizations.c.id == organization_id,
                organizations.c.is_active,
                organization_members.c.user_id == claims.user_id,
                organization_members.c.status == "active",
            )
        )
        return alone if role is None else replace(claims, organization_id=organization_id, role=role)

    def _revoke(self, claims: Claims, reason: str) -> None:
        self._change(claims, revoked_at=func.now(), revoked_for=reason)

    def _change(self, claims: Claims, **values: object) -> bool:
        """Change the session, if it is not over; whether it was not."""
        changed = self.connection.execute(
            update(sessions)
            .where(
                sessions.c.id == claims.session_id,
                sessions.c.user_id == claims.user_id,
                sessions.c.revoked_at.is_(None),
                sessions.c.expires_at > func.now(),
            )
            .values(**values)
            .returning(sessions.c.id)
        )
        return changed.first() is not None

    def _end(self) -> "ColumnElement[datetime]":
        """When a session is over that is not refreshed: by the database's clock, as are its other times."""
        return func.now() + timedelta(seconds=self.tokens.refresh_seconds)

    def _told(self, claims: Claims, refresh_token: str, user: "RowMapping") -> Session:
        return Session(
            access_token=self.tokens.issue(claims),
            refresh_token=refresh_token,
            expires_in=self.tokens.access_seconds,
            refresh_expires_in=self.tokens.refresh_seconds,
            user=User.model_validate(dict(user)),
        )
