"""What the bodies of requests are made of: unknown fields refused, lengths bounded, nothing guessed.

A number is a number and not a text that looks like one; a text holds what PostgreSQL can hold.
"""

import json
import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

LARGEST_DOCUMENT: Final = 65_536
"""Characters of a free-form JSON object."""
LARGEST_INTEGER: Final = 2**31 - 1
"""Of PostgreSQL's `integer`."""


class Form(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _storable(value: Any) -> Any:
    """Refuse NUL: no text of PostgreSQL holds one (its documentation, "Character Types")."""
    if "\0" in value:
        raise ValueError("it holds a NUL character")
    return value


def _whole(value: Any) -> Any:
    """2.0 is an integer to JSON Schema, and to JavaScript, which can't tell it from 2."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _bounded(value: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > LARGEST_DOCUMENT:
        raise ValueError(f"it has more than {LARGEST_DOCUMENT:,} characters as JSON")
    if "\\u0000" in text and re.search(r"(?<!\\)(\\\\)*\\u0000", text):
        raise ValueError("it holds a NUL character")
    return value


Storable = AfterValidator(_storable)
"""For a text with bounds of its own."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255),
    Storable,
    # for the document of the API: what is left of it must not be empty
    Field(json_schema_extra={"pattern": r"\S"}),
]
Text = Annotated[str, Field(max_length=10_000), Storable]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=50)]
"""A kind of something, such as an agent's."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Object = Annotated[dict[str, Any], AfterValidator(_bounded)]
"""A free-form JSON object."""
Number = Annotated[int, Field(strict=True, ge=1, le=LARGEST_INTEGER), BeforeValidator(_whole)]
Flag = Annotated[bool, Field(strict=True)]


def slug_of(name: str) -> str:
    """The slug of a name: lower case, spaces to `-`, ASCII letters, digits and `-`; perhaps empty."""
    words = re.sub(r"[^a-z0-9 -]", "", name.lower()).replace(" ", "-")
    return re.sub(r"-+", "-", words).strip("-")[:100].strip("-")


def changes(form: Form, *, keep: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fields that a partial update names.

    Args:
        form: The body.
        keep: Fields whose null means nothing, since their column can't be null.
    """
    told = form.model_dump(exclude_unset=True)
    return {name: value for name, value in told.items() if not (value is None and name in keep)}
