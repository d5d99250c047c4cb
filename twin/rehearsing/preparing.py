"""What a deployment presupposes in an account, made up for a rehearsal: secrets, and what is adopted."""

from __future__ import annotations

import json
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final

from twin.aws.deploying import adopted_values

if TYPE_CHECKING:
    from ops.wanted import Wanted
    from twin.aws.clients import Aws

LENGTH: Final = 36
"""Random bytes of a secret: more than the 32 characters that JWT_SECRET needs."""


def enter_secrets(aws: Aws, wanted: Wanted) -> list[str]:
    """Make the secrets that a person would have entered, where they are missing; returns their names.

    Each is new and random, and gone with the twin.
    """
    client = aws.client("secretsmanager")
    made = []
    for secret in wanted.entered_secrets:
        value = json.dumps({key: token_urlsafe(LENGTH) for key in secret.keys})
        try:
            client.create_secret(Name=secret.name, SecretString=value)
        except client.exceptions.ResourceExistsException:
            continue
        made.append(secret.name)
    return made


def adopted_parameters(aws: Aws, wanted: Wanted) -> dict[str, dict[str, str]]:
    """Values by stack of parameters without a default: ids of the default network, and texts."""
    required = {
        one.stack: [each.name for each in one.parameters if each.default is None] for one in wanted.stacks
    }
    if not any(required.values()):
        return {}
    values = adopted_values(aws)
    return {stack: {name: values[name] for name in names} for stack, names in required.items() if names}
