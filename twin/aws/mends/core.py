"""Moto's core: it reads services' models, and makes sessions, as our clients do.

Seen in moto 5.2.5: it makes a loader of its own for each service, which reads all over again what boto3 has
read; its sessions are those of boto3's defaults, which fail where AWS_PROFILE names none that is there; and
at each call it lists the methods of the service's class anew, a twentieth of what the call takes.
"""

from __future__ import annotations

from functools import cache

from moto.core import base_backend, responses, utils

from twin.aws.clients import models, session

METHODS = cache(utils.method_names_from_class)
"""Names of a class's methods; all are there by the first call."""


def mend() -> None:
    """Let moto use the loader and the session that our clients have, and list methods once."""
    utils.create_loader = models  # type: ignore[attr-defined]  # moto imports it there
    utils.Session = session  # type: ignore[attr-defined]  # the same
    responses.method_names_from_class = METHODS  # type: ignore[attr-defined]  # the same
    setattr(base_backend.AccountSpecificBackend, "get_session", session)  # noqa: B010  (a method of moto's)
