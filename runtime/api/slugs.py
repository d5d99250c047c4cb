"""Slugs of organizations and teams: given, or made of the name."""

from __future__ import annotations

from runtime.api.errors import Invalid
from runtime.api.forms import slug_of


def slug_for(name: str, given: str | None) -> str:
    """The slug of something new. Raises `Invalid` where the name has nothing to make one of."""
    slug = given or slug_of(name)
    if not slug:
        raise Invalid(
            "the request has a mistake",
            "body.slug: no slug can be made of this name; give one of letters a to z, digits and hyphens",
        )
    return slug
