"""Fetches a function's package from where AWS says that it lies, by an address that is itself a secret."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

from ops.errors import Unreached

if TYPE_CHECKING:
    from collections.abc import Callable

    Fetch = Callable[[str], bytes]
    """Gives what lies at an address; raises `Unreached`, which does not name the address."""

LARGEST: Final = 70_000_000
"""Bytes: what is unpacked may be 250 MiB, and no package of ours comes near it zipped."""
SECONDS: Final = 20.0
"""Longest time for all of it."""
_CHUNK: Final = 1 << 18


def fetch(address: str) -> bytes:
    """What lies at a presigned address of S3; raises `Unreached`."""
    if not address.startswith(("https://", "http://")):
        raise Unreached("s3", "the package's address is none of HTTP")
    until = time.monotonic() + SECONDS
    content = bytearray()
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310  (its scheme was looked at)
            while chunk := answer.read(_CHUNK):
                content += chunk
                if len(content) > LARGEST:
                    raise Unreached("s3", f"the package has more than {LARGEST:,} bytes")
                if time.monotonic() > until:
                    raise Unreached("s3", f"the package was not there after {SECONDS:.0f} s")
    except urllib.error.HTTPError as error:
        with error:
            raise Unreached("s3", f"the package's address is answered by HTTP {error.code}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        # no words of the error's own: some quote the address
        raise Unreached("s3", f"the package can't be downloaded ({type(error).__name__})") from None
    return bytes(content)
