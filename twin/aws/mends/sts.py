"""Security Token Service: who asks with a key that is nobody's is the account's root.

Seen in moto 5.2.5: GetCallerIdentity tells of a user `moto`, whom IAM does not have.
"""

from __future__ import annotations

from typing import Any

from moto.sts.models import STSBackend

_NOBODY = ":user/moto"
_get_caller_identity = STSBackend.get_caller_identity


def _caller(self: Any, access_key_id: str, region: str) -> tuple[str, str, str]:
    """Id, ARN and account of whoever asks; users and roles with keys of their own stay who they are."""
    user_id, arn, account = _get_caller_identity(self, access_key_id, region)
    if arn.endswith(_NOBODY):
        return account, f"arn:{self.partition}:iam::{account}:root", account
    return user_id, arn, account


def mend() -> None:
    """Put it onto moto's class."""
    STSBackend.get_caller_identity = _caller  # type: ignore[method-assign]  # a mend
