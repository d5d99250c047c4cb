"""Takes what the login function hands over: a profile that GitHub vouched for becomes a session.

Only who may invoke this function can send such an event: IAM lets the login do so, and nobody else. A
request that comes through the gateway always has a `requestContext`, and never gets here.
"""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from runtime.api.errors import Invalid
from runtime.api.profiles import Profile
from runtime.api.sessions import Session, Sessions
from runtime.api.users import save_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.api.database import Database
    from runtime.api.tokens import Tokens


class SignIn(BaseModel):
    """The event."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    action: Literal["login"]
    profile: Profile


def sign_in(
    event: "Mapping[str, Any]",
    database: "Database",
    tokens: "Tokens",
    deadline: float,
    *,
    debug: "Callable[..., None] | None" = None,
) -> Session:
    """Save the user and begin a session; `debug` is that of `Database.reading`.

    Raises:
        Invalid: The event is another.
        Refusal: What `Database.writing` raises.
    """
    try:
        asked = SignIn.model_validate(event)
    except ValidationError:
        raise Invalid("the event is none that this function takes") from None
    with database.writing(deadline, debug) as connection:
        return Sessions(connection, tokens).begin(save_profile(connection, asked.profile))
