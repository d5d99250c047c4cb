"""Key Management Service, where moto forgets how often a key rotates, and knows keys by their ids alone.

Seen: DisableKey, EnableKey, ScheduleKeyDeletion and CancelKeyDeletion fail by a KeyError for a key's ARN.
"""

from __future__ import annotations

import json
from functools import wraps
from typing import TYPE_CHECKING, Any

from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

if TYPE_CHECKING:
    from collections.abc import Callable

_USUAL_PERIOD = 365
"""Days; see EnableKeyRotation in the API reference."""

_enable_key_rotation = KmsResponse.enable_key_rotation
_disable_key_rotation = KmsBackend.disable_key_rotation


def _enabled(self: Any) -> str:
    """Take the period with the switch."""
    answer = _enable_key_rotation(self)
    key = self.kms_backend.keys[self.kms_backend.get_key_id(self._get_param("KeyId"))]
    key.rotation_period = self._get_param("RotationPeriodInDays") or _USUAL_PERIOD
    return answer


def _disabled(self: Any, key_id: str) -> None:
    _disable_key_rotation(self, key_id)
    self.keys[self.get_key_id(key_id)].rotation_period = None


def _status(self: Any) -> str:
    key_id = self._get_param("KeyId")
    self._validate_cmk_id(key_id)
    key = self.kms_backend.keys[self.kms_backend.get_key_id(key_id)]
    told = {"KeyId": key.id, "KeyRotationEnabled": key.key_rotation_status}
    period = getattr(key, "rotation_period", None)
    return json.dumps(told | ({"RotationPeriodInDays": period} if period else {}))


def _by_any_name(operation: Callable[..., Any]) -> Callable[..., Any]:
    """An operation of the backend that takes a key's ARN as well as its id."""

    @wraps(operation)
    def mended(self: Any, key_id: str, *more: Any) -> Any:
        return operation(self, self.get_key_id(key_id), *more)

    return mended


_NAMED = ("disable_key", "enable_key", "cancel_key_deletion", "schedule_key_deletion")
_MENDED = (
    (KmsResponse, "enable_key_rotation", _enabled),
    (KmsBackend, "disable_key_rotation", _disabled),
    (KmsResponse, "get_key_rotation_status", _status),
    *((KmsBackend, name, _by_any_name(getattr(KmsBackend, name))) for name in _NAMED),
)


def mend() -> None:
    """Put the operations onto moto's classes."""
    for owner, name, operation in _MENDED:
        setattr(owner, name, operation)
