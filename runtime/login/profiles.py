"""Who somebody is, as GitHub tells: only what the API keeps, and nothing that its database would refuse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from runtime.login.errors import GitHubFailed

LONGEST: Final = 255
"""Characters of name and e-mail, as the table `users` has them."""
LARGEST_ID: Final = 2**63 - 1
_LOGIN: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}")
_PICTURE: Final = re.compile(r"https://[!-~]{1,1900}")


@dataclass(frozen=True, slots=True)
class Profile:
    """A user of GitHub."""

    github_id: int
    email: str
    """Verified, or GitHub's own no-reply address."""
    name: str | None
    avatar_url: str | None


def read_profile(user: Any, emails: Any) -> Profile:
    """Make a profile of GitHub's two answers. Raises `GitHubFailed` if they are not what it documents.

    Args:
        user: The answer of GET /user.
        emails: That of GET /user/emails: objects with `email`, `primary` and `verified`.
    """
    if not isinstance(user, Mapping) or not isinstance(emails, list):
        raise GitHubFailed("/user: the answer is of another form")
    number, login = user.get("id"), user.get("login")
    if type(number) is not int or not 0 < number <= LARGEST_ID:
        raise GitHubFailed("/user: there is no id")
    if not isinstance(login, str) or not _LOGIN.fullmatch(login):
        raise GitHubFailed("/user: there is no login")
    picture = user.get("avatar_url")
    return Profile(
        number,
        _verified(emails) or f"{number}+{login}@users.noreply.github.com",
        _name(user.get("name")),
        picture if isinstance(picture, str) and _PICTURE.fullmatch(picture) else None,
    )


def _verified(emails: list[Any]) -> str | None:
    """The primary address, if it is verified: an invitation finds its user by it."""
    for entry in emails:
        if isinstance(entry, Mapping) and entry.get("primary") is True and entry.get("verified") is True:
            address = entry.get("email")
            if isinstance(address, str) and _EMAIL.fullmatch(address) and address.isprintable():
                return address
    return None


def _name(name: Any) -> str | None:
    """In one line; PostgreSQL takes no NUL, and no half of a surrogate pair."""
    if not isinstance(name, str):
        return None
    line = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(line.split())[:LONGEST].rstrip() or None
