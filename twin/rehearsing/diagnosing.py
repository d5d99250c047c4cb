"""Has the doctor look at a twin: it reads the local AWS, and asks what runs on this machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from ops.deploying.smoke import HEALTH
from ops.doctor.asking import Failure, Reply, ask
from ops.doctor.evidence.whole import Evidence
from ops.doctor.reading import Reading
from ops.errors import Unreached
from twin.aws.dispatch import dispatch
from twin.rehearsing.twin import AddressUnknown

if TYPE_CHECKING:
    from ops.aws import Connect
    from ops.live import Live
    from twin.rehearsing.twin import Twin


def evidence_of(twin: Twin, live: Live, connect: Connect | None = None) -> Evidence:
    """What the doctor can see of an environment that is deployed to a twin; `connect` makes other clients."""

    def ask_here(address: str) -> Reply:
        began = datetime.now(UTC)
        try:
            reply = ask(twin.local_address(address))
        except AddressUnknown as unknown:
            return Reply(address + HEALTH, began, 0.0, failure=Failure.NAME, detail=str(unknown))
        return replace(reply, url=address.rstrip("/") + HEALTH)

    def fetch_here(address: str) -> bytes:
        status, _, content = dispatch(twin.aws.account, "GET", address, {}, b"")
        if status != HTTPStatus.OK:
            raise Unreached("s3", f"the package's address is answered by HTTP {status}")
        return content

    return Evidence(Reading(live.environment, connect or twin.aws.client), ask=ask_here, fetch=fetch_here)
