"""Moto's core: it reads services' models, and makes sessions, as our clients do.

Seen in moto 5.2.5: it makes a loader of its own for each service, which reads all over again what boto3 has
read; its sessions are those of boto3's defaults, which fail where AWS_PROFILE names none that is there; and
at each call it lists the methods of the service's class anew, a twentieth of what the call takes, and writes
down the service's addresses anew.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from moto.core import base_backend, responses, utils

from twin.aws.clients import models, session

METHODS = cache(utils.method_names_from_class)
"""Names of a class's methods; all are there by the first call."""
_URLS: Any = base_backend.BaseBackend.urls
_WRITTEN_DOWN: dict[type, Any] = {}
"""Addresses and what answers there, by a service's class; all are there once the services are mended."""


def mend() -> None:
    """Let moto use the loader and the session that our clients have, and list things once."""
    utils.create_loader = models  # type: ignore[attr-defined]  # moto imports it there
    utils.Session = session  # type: ignore[attr-defined]  # the same
    responses.method_names_from_class = METHODS  # type: ignore[attr-defined]  # the same
    setattr(base_backend.AccountSpecificBackend, "get_session", session)  # noqa: B010  (a method of moto's)
    setattr(base_backend.BaseBackend, "urls", property(_urls))  # noqa: B010  (the same)


def _urls(backend: Any) -> Any:
    found = _WRITTEN_DOWN.get(type(backend))
    if found is None:
        found = _WRITTEN_DOWN[type(backend)] = _URLS.__get__(backend)
    return found
