"""Compares the live function's DATABASE_URL with the one that the templates build anew, but for the password.

The whole of it stands for a secret, and is not compared as other properties are. But another host, database
or option in it is what somebody has decided, such as a proxy, and the update would take it away.
"Connection URIs", PostgreSQL's documentation, chapter on libpq.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DYNAMIC: Final = re.compile(r"\{\{resolve:[^}]*\}\}")
"""A dynamic reference in a template's text: the password."""
PORT: Final = "5432"
TOLD: Final = frozenset(
    {
        "application_name",
        "channel_binding",
        "connect_timeout",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
    }
)
"""Options whose values are shown; in others a secret may stand."""


def differences(wanted: str, there: str) -> Iterator[tuple[str, str, str]]:
    """What of an address the templates have otherwise: a name, and its value in both, as JSON or in words.

    One that can't be read is left to whoever looks for the password in it.
    """
    try:
        meant, found = parts(DYNAMIC.sub("secret", wanted)), parts(there)
    except ValueError:
        return
    for name in (*meant, *(name for name in found if name not in meant)):
        if meant.get(name) != found.get(name):
            is_told = name.partition(" ")[0] != "option" or name.removeprefix("option ") in TOLD
            yield name, _shown(meant.get(name)), _shown(found.get(name), is_told=is_told)


def parts(url: str) -> Mapping[str, str]:
    """Host, port, database and options of an address; raises ValueError."""
    split = urlsplit(url)
    options = {f"option {name}": value for name, value in parse_qsl(split.query, keep_blank_values=True)}
    return {
        "host": unquote(split.hostname or ""),
        "port": str(split.port or PORT),
        "database": unquote(split.path.lstrip("/")),
        **options,
    }


def _shown(value: str | None, *, is_told: bool = True) -> str:
    if value is None:
        return "nothing"
    return json.dumps(value, ensure_ascii=False) if is_told else "something else"
