"""Takes what the login function hands over: a profile that GitHub vouched for becomes a session.

Only who may invoke this function can send such an event: IAM lets the login do so, and nobody else. A
request that comes through the gateway always has a `requestContext`, and never gets here.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from runtime.api.errors import Fault, Invalid, Refusal, Unavailable
from runtime.api.profiles import Profile
from runtime.api.sessions import Sessions
from runtime.api.users import save_profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.api.database import Database
    from runtime.api.tokens import Tokens
    from runtime.journal import Journal


class SignIn(BaseModel):
    """The event."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    action: Literal["login"]
    profile: Profile


def sign_in(
    event: Mapping[str, Any], database: Database, tokens: Tokens, journal: Journal, milliseconds_left: int
) -> dict[str, Any]:
    """Save the user and begin a session; answer `{"ok": true, "session": ...}`, or false and an error."""
    try:
        asked = SignIn.model_validate(event)
        with database.writing(time.monotonic() + milliseconds_left / 1000) as connection:
            user = save_profile(connection, asked.profile)
            session = Sessions(connection, tokens).begin(user)
    except ValidationError:
        return _refused(Invalid("the event is none that this function takes"), journal)
    except Refusal as refusal:
        return _refused(refusal, journal)
    except Exception as error:  # noqa: BLE001  (the login must be able to answer its caller)
        journal.fault(error)
        return _refused(Fault("the server made a mistake; it has been logged"), journal)
    journal.write("INFO", "signed in", user_id=str(session.user.id))
    return {"ok": True, "session": session.model_dump(mode="json")}


def _refused(refusal: Refusal, journal: Journal) -> dict[str, Any]:
    reason = refusal.reason if isinstance(refusal, Unavailable) else refusal.message
    journal.write("WARN", f"no sign-in: {reason}", kind=refusal.kind)
    return {"ok": False, "error": {"error": refusal.kind, "message": refusal.message}}
