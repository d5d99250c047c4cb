"""The password that an instance's master user has at this moment.

A password that RDS manages is in its secret. Any other is told by no API: it is taken from where the local
AWS keeps it, as RDS's own machines would.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.databases.instance import Instance
    from twin.deployed import Deployed


def master_password(deployed: Deployed, instance: Instance) -> str | None:
    """As it was said last; None for an instance that has none."""
    secret = instance.told.get("MasterUserSecret")
    if secret:
        told = deployed.call("secretsmanager", "get_secret_value", SecretId=secret["SecretArn"])
        password: str = json.loads(told["SecretString"])["password"]
        return password
    return _kept(deployed, instance)


def _kept(deployed: Deployed, instance: Instance) -> str | None:
    from moto.rds.models import rds_backends

    databases: Any = rds_backends[deployed.aws.account][deployed.aws.region].databases
    held = databases.get(instance.identifier)
    return None if held is None else held._master_user_password  # noqa: SLF001 - moto has no other way
