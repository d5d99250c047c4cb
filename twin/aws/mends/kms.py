"""Key Management Service, where moto forgets how often a key rotates."""

from __future__ import annotations

import json
from typing import Any

from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

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


_MENDED = (
    (KmsResponse, "enable_key_rotation", _enabled),
    (KmsBackend, "disable_key_rotation", _disabled),
    (KmsResponse, "get_key_rotation_status", _status),
)


def mend() -> None:
    """Put the operations onto moto's classes."""
    for owner, name, operation in _MENDED:
        setattr(owner, name, operation)
