"""The one shape of every error, for the document of the API and whoever else must describe it."""

from pydantic import BaseModel


class Problem(BaseModel):
    """The one shape of every error."""

    error: str
    message: str
    details: str | None = None
    request_id: str
