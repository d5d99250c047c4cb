"""Secrets Manager: a label that is moved is followed, and a list of versions tells when each was made.

Seen in moto 5.2.5: after UpdateSecretVersionStage, AWSCURRENT is still resolved to the version before;
ListSecretVersionIds says of each version that it was made just now, lists those without a label too, and
gives the secret's name as its ARN. What is asked of no secret at all is refused as AWS refuses it.
"""

from __future__ import annotations

import json
from typing import Any

from moto.secretsmanager.exceptions import SecretNotFoundException
from moto.secretsmanager.models import SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

CURRENT = "AWSCURRENT"

_update_stage = SecretsManagerBackend.update_secret_version_stage


def _moved(self: Any, secret_id: str, version_stage: str, **versions: Any) -> tuple[str, str]:
    """What AWSCURRENT stands on is what is resolved."""
    answer = _update_stage(self, secret_id, version_stage, **versions)
    secret = self.secrets[secret_id]
    if version_stage == CURRENT:
        secret.set_default_version_id(versions["move_to_version_id"])
    return answer


def _listed(self: Any) -> str:
    """The versions with a label; all of them where IncludeDeprecated says so."""
    try:
        secret = self.backend.secrets[self._get_param("SecretId")]
    except KeyError:
        raise SecretNotFoundException from None
    with_all = self._get_param("IncludeDeprecated", if_none=False)
    versions = [
        {
            "VersionId": version_id,
            "VersionStages": version["version_stages"],
            "CreatedDate": version["createdate"],
        }
        for version_id, version in secret.versions.items()
        if version["version_stages"] or with_all
    ]
    return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": versions})


def mend() -> None:
    """Put both onto moto's classes."""
    for kind, name, mended in (
        (SecretsManagerBackend, "update_secret_version_stage", _moved),
        (SecretsManagerResponse, "list_secret_version_ids", _listed),
    ):
        setattr(kind, name, mended)
