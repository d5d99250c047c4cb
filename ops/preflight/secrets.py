"""Whether the secrets that a person enters are there, and of a form that will work; no value is ever told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ops.errors import Declined, NotDeployed, Refused
from ops.preflight.found import Found
from ops.secrets import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.live import Live
    from ops.preflight.found import Scope
    from ops.wanted import EnteredSecret


def secrets(scope: Scope) -> Iterator[Found]:
    """Secrets of the stacks that are missing or malformed, and those that could not be looked at."""
    for secret in scope.wanted.entered_secrets:
        if not any(f":{secret.name}:" in stack.text for stack in scope.stacks):
            continue
        try:
            yield from _problems(scope.live, secret)
        except (Refused, Declined) as error:
            yield Found(
                f"whether secret {secret.name} is as it should be could not be looked at: {error}",
                is_problem=False,
            )


def _problems(live: Live, secret: EnteredSecret) -> Iterator[Found]:
    thing = f"secret {secret.name}"
    enter = f"enter it by `miyabi secret set {live.environment.name} {_short(secret)}`"
    try:
        described = live.call("secretsmanager:DescribeSecret", thing, SecretId=secret.name)
    except NotDeployed:
        yield Found(f"{thing} is not there; {enter}")
        return
    if described.get("DeletedDate"):
        yield Found(
            f"{thing} is being deleted; "
            f"bring it back by `aws secretsmanager restore-secret --secret-id {secret.name}`"
        )
        return
    try:
        answer = live.call("secretsmanager:GetSecretValue", thing, SecretId=secret.name)
    except NotDeployed:
        yield Found(f"{thing} has no value; {enter}")
        return
    for problem in malformed(secret, answer.get("SecretString")):
        yield Found(f"{thing}: {problem}; {enter}")


def malformed(secret: EnteredSecret, text: str | None) -> list[str]:
    """What is wrong with a secret's value, without telling it; it may have other keys beside."""
    try:
        value = json.loads(text or "")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        return [f"its value is no JSON object with {', '.join(secret.keys)}"]
    return problems_of(_short(secret), {key: value[key] for key in secret.keys if key in value})


def _short(secret: EnteredSecret) -> str:
    """Such as `jwt`, as a person calls it."""
    return secret.name.rpartition("/")[2]
