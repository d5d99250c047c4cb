"""Asks an account, or a twin of it, for what the templates can't tell, and puts it into a report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cfn import Deployment
from report.system.observed import observe
from report.system.telling import cleared
from scripts.commands.doctor.telling import document
from scripts.commands.report.gathering import moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.deploying.smoke import Health
    from ops.doctor.diagnosing import Diagnosis
    from ops.live import Live
    from report.system.model import Source
    from report.system.observed import Observed
    from report.system.reporting import Given


def asked(
    found: Given,
    live: Live,
    diagnosis: Diagnosis,
    source: Source,
    *,
    address: str | None = None,
    ask: Callable[[str], Health] | None = None,
    with_migrations: bool = True,
) -> Given:
    """The same with what is seen of the living system; raises AccessError where nothing can be asked.

    Args:
        found: What the templates tell.
        live: The environment as it stands.
        diagnosis: What the doctor has found.
        source: What is asked.
        address: Where to ask for health, in place of the public address.
        ask: Asks an address for health, in place of the network.
        with_migrations: Whether the migrator may be invoked, which reads.

    """
    observed = observe(live, found.deployment, address=address, ask=ask, with_migrations=with_migrations)
    return replace(
        found,
        deployment=_given(found.deployment, observed),
        at=moment(),
        diagnosis=cleared(document(found.name, diagnosis)),
        suspicions=(),
        observed=observed,
        source=source,
    )


def _given(deployment: Deployment, observed: Observed) -> Deployment:
    """The templates with the parameters that the stacks were given."""
    return Deployment(
        deployment.name,
        deployment.templates,
        deployment.region,
        observed.account or deployment.account,
        parameters=_known(deployment, observed),
    )


def _known(deployment: Deployment, observed: Observed) -> dict[str, dict[str, str]]:
    """Those that the templates of today still declare."""
    return {
        template.name: {
            name: value
            for name, value in observed.parameters.get(template.name, {}).items()
            if name in template.parameters
        }
        for template in deployment.templates
    }
