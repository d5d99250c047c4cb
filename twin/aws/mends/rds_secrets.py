"""RDS: the secret of a master user whose password RDS manages, and its rotation.

Seen in moto 5.2.5: every such secret has the user `admin` and one and the same password, and a rotation
leaves it without a value.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
"""

from __future__ import annotations

import json
import secrets
import string
from uuid import uuid4

from moto.rds.models import MasterUserSecret

LENGTH = 28
"""Characters of a password that RDS makes."""
CURRENT = "AWSCURRENT"


def _content(self: MasterUserSecret) -> str:
    """User and password, as RDS writes them into a secret."""
    password = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(LENGTH))
    return json.dumps({"username": self.resource.master_username, "password": password})


def _rotated(self: MasterUserSecret) -> None:
    """Another password, at once."""
    self._status = "rotating"
    self.secretsmanager.put_secret_value(self.secret.arn, _content(self), "", str(uuid4()), [CURRENT])


def mend() -> None:
    """Put both onto moto's class."""
    for name, mended in (("_generate_secret_string", _content), ("rotate_secret", _rotated)):
        setattr(MasterUserSecret, name, mended)
