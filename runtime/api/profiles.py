"""The profile that the login function has verified with GitHub."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from runtime.api.forms import Storable


class Profile(BaseModel):
    """A GitHub account, as the table of users holds it."""

    model_config = ConfigDict(extra="forbid")

    github_id: Annotated[int, Field(ge=1, lt=2**63)]
    email: Annotated[str, Field(min_length=3, max_length=255), Storable]
    name: Annotated[str, Field(max_length=255), Storable] | None = None
    avatar_url: Annotated[str, Field(max_length=2000), Storable] | None = None
