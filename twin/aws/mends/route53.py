"""Route 53: CREATE refuses a record that is there already, as AWS has it.

Seen in moto 5.2.5: it is refused only where an earlier request has asked for the very same record; any
other stands beside the one that is there.
"""

from __future__ import annotations

from typing import Any

from moto.route53.exceptions import ResourceRecordAlreadyExists
from moto.route53.models import FakeZone

_add_rrset = FakeZone.add_rrset


def _add(zone: FakeZone, record_set: dict[str, Any]) -> Any:
    """Name, type and set identifier are those of one record set only."""
    name, kind = record_set["Name"], record_set["Type"]
    for held in zone.rrsets:
        if (held.name, held.type, held.set_identifier) == (name, kind, record_set.get("SetIdentifier")):
            raise ResourceRecordAlreadyExists(name=name, _type=kind)
    return _add_rrset(zone, record_set)


def mend() -> None:
    """Put it onto moto's hosted zone."""
    FakeZone.add_rrset = _add  # type: ignore[method-assign,assignment]  # a mend
