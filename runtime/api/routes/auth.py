"""Signing in again, signing out, and the organization that one works in; signing in is the login's."""

from typing import Annotated, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, Field

from runtime.api.call import Call
from runtime.api.errors import Forbidden, Unauthenticated
from runtime.api.forms import Form
from runtime.api.routing import answers
from runtime.api.sessions import Replayed, Session, Sessions
from runtime.browsers import refresh_cookie
from runtime.contract import REFRESH_COOKIE


class Refresh(Form):
    """The token to refresh by, where no cookie holds it."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=4096)]


class Switch(Form):
    """The organization to work in; null to work alone."""

    organization_id: UUID | None


class Switched(BaseModel):
    """A token for the organization."""

    access_token: str
    expires_in: int
    organization_id: UUID | None
    organization_role: Literal["owner", "admin", "member", "viewer"] | None


@answers(
    "POST /auth/refresh",
    "Exchange a refresh token for a new pair; each is good for one use",
    refuses=(Unauthenticated,),
)
def refresh(call: Call, body: Annotated[Refresh | None, Body()] = None) -> Session:
    """Take the token from the body or from the cookie; in the latter case it goes back there alone."""
    token = body.refresh_token if body else _from_cookie(call)
    try:
        session = Sessions(call.connection, call.tokens).refresh(token)
    except Replayed:
        call.keep()
        raise
    if body is None:
        call.cookies.append(refresh_cookie(session.refresh_token or "", session.refresh_expires_in))
        session = session.model_copy(update={"refresh_token": None})
    return session


@answers("POST /auth/logout", "End the session: its refresh token is worth nothing afterwards", status=204)
def log_out(call: Call) -> None:
    """End it, and let a browser forget its cookie."""
    Sessions(call.connection, call.tokens).end(call.caller)
    call.cookies.append(refresh_cookie("", 0))


@answers("POST /auth/switch-organization", "Work in an organization, or alone", refuses=(Forbidden,))
def switch_organization(call: Call, body: Switch) -> Switched:
    """Give a token for the organization; the session stays there when it is refreshed."""
    claims = Sessions(call.connection, call.tokens).switch(call.caller, body.organization_id)
    if claims is None:
        raise Forbidden("you are no active member of this organization")
    return Switched(
        access_token=call.tokens.issue(claims),
        expires_in=call.tokens.access_seconds,
        organization_id=claims.organization_id,
        organization_role=claims.role,  # type: ignore[arg-type]  # one of the enumeration's
    )


def _from_cookie(call: Call) -> str:
    if token := call.request.cookies.get(REFRESH_COOKIE):
        return token
    raise Unauthenticated("send a refresh token in the body, or sign in for the cookie that holds one")
