"""Are the secrets there, and has whoever needs them what they hold now?"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Final

from ops.doctor.answer import proved, ruled_out
from ops.doctor.check import Effect, check
from ops.doctor.evidence.secrets import since

if TYPE_CHECKING:
    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

STUCK: Final = timedelta(hours=1)
"""After which a renewal is taken for stopped: one takes minutes."""


@check("DB-056", Effect.RISK)
def renewed_since(evidence: Evidence) -> Answer:
    """CloudFormation resolves a reference when it changes the function, and not when the secret changes."""
    secrets, function = evidence.secrets, evidence.function
    renewal = secrets.renewal(secrets.of_password)
    if renewal.current_since and renewal.current_since > secrets.given:
        return proved(
            f"secret {renewal.secret} was renewed at {renewal.current_since:%Y-%m-%d %H:%M:%S} UTC, and "
            f"{function.short} is from {secrets.given:%Y-%m-%d %H:%M:%S} UTC: it has the password before",
            f"miyabi rotate {evidence.environment.name}",
            change="raise SecretsRevision by one, and deploy",
        )
    return ruled_out(f"{function.short} was made after secret {renewal.secret} was renewed")


@check("DB-057", Effect.RISK)
def renewal_stopped(evidence: Evidence) -> Answer:
    """AWSPENDING is taken off where a renewal ends."""
    secrets = evidence.secrets
    renewal = secrets.renewal(secrets.of_password)
    if renewal.current_since is None:
        return proved(
            f"secret {renewal.secret} has no version AWSCURRENT, so nobody can read it",
            f"aws secretsmanager list-secret-version-ids --secret-id {renewal.secret}",
        )
    impaired = (evidence.database.instance.get("MasterUserSecret") or {}).get("SecretStatus")
    if impaired == "impaired":
        return proved(f"RDS can't renew the master user's secret of {evidence.database.name} (impaired)")
    if renewal.pending_since and not renewal.is_current_pending and since(renewal.pending_since) > STUCK:
        return proved(
            f"a version of secret {renewal.secret} is AWSPENDING since "
            f"{renewal.pending_since:%Y-%m-%d %H:%M} UTC",
            f"miyabi rotate {evidence.environment.name}",
        )
    return ruled_out(f"no renewal of secret {renewal.secret} has stopped halfway")


@check("DB-058", Effect.RISK)
def secret_missing(evidence: Evidence) -> Answer:
    """What a deployment can't resolve; what runs keeps what it has."""
    secrets, reading = evidence.secrets, evidence.reading
    entered, looked = list(secrets.entered), list[str]()
    for name in chain(entered, secrets.made):
        looked.append(name)
        described = secrets.describe(name)
        if described is None and name in entered:
            return proved(
                f"there is no secret {name} in {reading.region}",
                f"miyabi secret set {evidence.environment.name} {name.rpartition('/')[2]}",
            )
        if described is None:
            return proved(
                f"there is no secret {name}, which its stack has made",
                f"miyabi drift {evidence.environment.name}",
                change="a stack makes a secret anew under another logical id alone; then deploy",
            )
        if deleted := described.get("DeletedDate"):
            return proved(
                f"secret {name} is being deleted (DeletedDate is {deleted:%Y-%m-%d %H:%M} UTC)",
                f"aws secretsmanager restore-secret --secret-id {name}",
            )
    named = ", ".join(looked) or "none is wanted"
    return ruled_out(f"the secrets that a person enters, and those of the stacks, are there: {named}")
