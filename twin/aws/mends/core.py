"""Moto's core: it reads services' models, and makes sessions, as our clients do.

Seen in moto 5.2.5: it makes a loader of its own for each service, which reads all over again what boto3 has
read; and its sessions are those of boto3's defaults, which fail where AWS_PROFILE names none that is there.
"""

from __future__ import annotations

from moto.core import base_backend, utils

from twin.aws.clients import models, session


def mend() -> None:
    """Let moto use the loader and the session that our clients have."""
    utils.create_loader = models  # type: ignore[attr-defined]  # moto imports it there
    utils.Session = session  # type: ignore[attr-defined]  # the same
    setattr(base_backend.AccountSpecificBackend, "get_session", session)  # noqa: B010  (a method of moto's)
