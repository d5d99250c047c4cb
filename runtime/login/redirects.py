"""Which pages a login may end at: paths of our own site, spelt so that no browser reads another host.

A browser takes a backslash for a slash, drops tabs and newlines, and resolves dot segments, encoded
ones too (https://url.spec.whatwg.org/#concept-basic-url-parser); whatever it would rewrite is refused.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from runtime.contract import API_PREFIX
from runtime.login.errors import RedirectRefused

LONGEST: Final = 512
"""Characters; several logins at once must fit into the headers, which the gateway bounds to 10 KB."""
_PATH: Final = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-Fa-f]{2})*")
"""What RFC 3986 allows in path, query and fragment; all else must be percent-encoded."""
_CONTROLS: Final = frozenset(range(0x20)) | {0x7F}
_SLASHES: Final = frozenset(b"/\\")
_API: Final = f"/{API_PREFIX.split('/')[1]}/".encode()


def allowed(path: str) -> str:
    """The path itself, if a login may end there. Raises `RedirectRefused`."""
    if len(path) > LONGEST:
        raise RedirectRefused(f"has more than {LONGEST} characters")
    if not _PATH.fullmatch(path):
        raise RedirectRefused("is no path that begins with / and is percent-encoded")
    if "//" in path:
        raise RedirectRefused("holds //")
    if _CONTROLS & set(unquote_to_bytes(path)):
        raise RedirectRefused("holds a control character")
    _check_segments([unquote_to_bytes(segment) for segment in re.split("[?#]", path)[0].split("/")])
    return path


def _check_segments(segments: list[bytes]) -> None:
    if any(_SLASHES & set(segment) for segment in segments):
        raise RedirectRefused("holds an encoded slash")
    if {b".", b".."} & set(segments):
        raise RedirectRefused("holds . or .. as a segment")
    if b"/".join([*segments, b""]).startswith(_API):
        raise RedirectRefused("leads to the API")
