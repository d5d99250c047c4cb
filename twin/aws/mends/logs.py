"""CloudWatch Logs, where moto changes no group's key, protects none and keeps the tags of deleted ones."""

from __future__ import annotations

from typing import Any

from moto.logs.exceptions import ResourceNotFoundException, ValidationException
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

_create = LogsResponse.create_log_group
_delete = LogsBackend.delete_log_group
_describe = LogGroup.to_describe_dict


def _group(self: Any, name: str) -> Any:
    """The group of a name or an ARN."""
    found = self.logs_backend.groups.get(name.partition(":log-group:")[2].removesuffix(":*") or name)
    if found is None:
        raise ResourceNotFoundException
    return found


def _created(self: Any) -> str:
    """Take the class and the protection as well."""
    answer = _create(self)
    group = _group(self, self._get_param("logGroupName"))
    group.log_group_class = self._get_param("logGroupClass") or "STANDARD"
    group.deletion_protection_enabled = bool(self._get_param("deletionProtectionEnabled"))
    return answer


def _described(self: Any) -> dict[str, Any]:
    protected: bool = getattr(self, "deletion_protection_enabled", False)
    told = {"logGroupClass": getattr(self, "log_group_class", "STANDARD")}
    return _describe(self) | told | {"deletionProtectionEnabled": protected}


def _deleted(self: Any, log_group_name: str) -> None:
    group = self.groups.get(log_group_name)
    if getattr(group, "deletion_protection_enabled", False):
        raise ValidationException(f"Log group {log_group_name} is protected from deletion.")
    _delete(self, log_group_name)
    self.tagger.delete_all_tags_for_resource(group.arn)


def _associate_kms_key(self: Any) -> str:
    group = _group(self, self._get_param("logGroupName") or self._get_param("resourceIdentifier"))
    group.kms_key_id = self._get_param("kmsKeyId")
    return ""


def _disassociate_kms_key(self: Any) -> str:
    group = _group(self, self._get_param("logGroupName") or self._get_param("resourceIdentifier"))
    group.kms_key_id = None
    return ""


def _put_log_group_deletion_protection(self: Any) -> str:
    group = _group(self, self._get_param("logGroupIdentifier"))
    group.deletion_protection_enabled = self._get_param("deletionProtectionEnabled")
    return ""


_MENDED = (
    (LogsResponse, "create_log_group", _created),
    (LogGroup, "to_describe_dict", _described),
    (LogsBackend, "delete_log_group", _deleted),
    (LogsResponse, "associate_kms_key", _associate_kms_key),
    (LogsResponse, "disassociate_kms_key", _disassociate_kms_key),
    (LogsResponse, "put_log_group_deletion_protection", _put_log_group_deletion_protection),
)


def mend() -> None:
    """Put the operations onto moto's classes."""
    for owner, name, operation in _MENDED:
        setattr(owner, name, operation)
