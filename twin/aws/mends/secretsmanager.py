"""Secrets Manager, where moto can't empty a description, and fails where one kind of character is left out.

Moto's passwords end with one character of each kind, in a known order, and it raises an IndexError when
`ExcludeCharacters` leaves nothing of a kind.
"""

from __future__ import annotations

import string
from typing import Any

from moto.moto_api._internal import mock_random
from moto.secretsmanager import models
from moto.secretsmanager.exceptions import InvalidParameterException
from moto.secretsmanager.models import SecretsManagerBackend

_update_secret = SecretsManagerBackend.update_secret


def _updated(self: Any, secret_id: str, *, description: str | None = None, **named: Any) -> str:
    """Take an empty description for what it is."""
    answer = _update_secret(self, secret_id=secret_id, description=description, **named)
    if description is not None:
        self.secrets[secret_id].description = description
    return answer


def _random_password(  # noqa: PLR0913, PLR0917  (moto's signature)
    password_length: int,
    exclude_characters: str,
    exclude_numbers: bool,  # noqa: FBT001  (moto's signature)
    exclude_punctuation: bool,  # noqa: FBT001  (moto's signature)
    exclude_uppercase: bool,  # noqa: FBT001  (moto's signature)
    exclude_lowercase: bool,  # noqa: FBT001  (moto's signature)
    include_space: bool,  # noqa: FBT001  (moto's signature)
    require_each_included_type: bool,  # noqa: FBT001  (moto's signature)
) -> str:
    """Characters of the kinds that are not excluded, in no order."""
    kinds = {
        string.ascii_lowercase: not exclude_lowercase,
        string.ascii_uppercase: not exclude_uppercase,
        string.digits: not exclude_numbers,
        string.punctuation: not exclude_punctuation,
        " ": include_space,
    }
    allowed = ["".join(set(kind) - set(exclude_characters)) for kind, taken in kinds.items() if taken]
    allowed = [kind for kind in allowed if kind]
    required = [mock_random.choice(kind) for kind in allowed] if require_each_included_type else []
    if not allowed or len(required) > password_length:
        raise InvalidParameterException("Password length is too short based on the required types.")
    every = "".join(allowed)
    drawn = required + [mock_random.choice(every) for _ in range(password_length - len(required))]
    mock_random.shuffle(drawn)
    return "".join(drawn)


def mend() -> None:
    """Put both onto moto's class and module."""
    setattr(SecretsManagerBackend, "update_secret", _updated)  # noqa: B010  (mypy forbids to assign a method)
    models.__dict__["random_password"] = _random_password
