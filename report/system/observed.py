"""Asks an account for what a report tells of it: ids, attributes, and how each part is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cfn.values import Reference
from ops.adopting.discovery import discover
from ops.errors import CredentialsMissing, Declined, NotDeployed, OperationError, Refused, Unreached
from ops.stack import describe, held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cfn import Deployment
    from ops.adopting.discovery import Discovered
    from ops.deploying.smoke import Health
    from ops.live import Live
    from ops.stack import Held, Stack
    from ops.status.part import Part


UNANSWERED: Final = (CredentialsMissing, Declined, NotDeployed, Refused, Unreached)
"""What `Live` raises where AWS does not answer."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What an account, or its twin, says of a system.

    Attributes:
        parts: As `ops.status` tells them.
        ids: What AWS calls resources, by `stack.LogicalId`.
        attributes: What it says of their attributes, by `stack.LogicalId.Attribute`.
        parameters: What the stacks were given, by stack.
        statuses: What CloudFormation says of resources, by `stack.LogicalId`.
        account: Whose it is.
        refused: What could not be asked, a sentence each.

    """

    parts: tuple[Part, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    refused: tuple[str, ...] = ()


def observe(
    live: Live,
    deployment: Deployment,
    *,
    address: str | None = None,
    ask: Callable[[str], Health] | None = None,
    with_migrations: bool = True,
) -> Observed:
    """Ask for everything at once; `ask` asks an address for health in place of the network.

    What can't be asked is told in `refused`, or by its part. Raises AccessError where nothing can be: no
    credentials, or another account's.
    """
    from ops.status.asking import status
    from ops.status.health import ask as ask_over_http

    account = live.require_account()
    stacks = [template.name for template in deployment.templates]
    with ThreadPoolExecutor(len(stacks) + 1) as pool:
        asked = pool.submit(
            lambda: status(live, address=address, with_migrations=with_migrations, ask=ask or ask_over_http)
        )
        looked = list(pool.map(lambda stack: _stack(live, stack), stacks))
        parts = tuple(asked.result())
    found = dict(zip(stacks, looked, strict=True))
    there = {name: one for name, one in found.items() if isinstance(one, tuple)}
    refused = tuple(one for one in found.values() if isinstance(one, str))
    if there or refused:
        return Observed(
            parts,
            _each(there, "physical_id"),
            _attributes(there, deployment),
            _parameters(there),
            _each(there, "status"),
            account,
            refused,
        )
    return _by_hand(live, parts, account)


def _stack(live: Live, stack: str) -> tuple[Stack, dict[str, Held]] | str | None:
    """A stack with what it holds; None where there is none, and a sentence where nobody may ask."""
    name = live.stack_name(stack)
    try:
        described = describe(live, name)
        return (described, held(live, name)) if described else None
    except UNANSWERED as error:
        return str(error)


def _each(there: Mapping[str, tuple[Stack, dict[str, Held]]], what: str) -> dict[str, str]:
    """What CloudFormation says of each resource that it has."""
    return {
        f"{stack}.{one.logical_id}": str(getattr(one, what))
        for stack, (_, resources) in there.items()
        for one in resources.values()
        if getattr(one, what)
    }


def _attributes(there: Mapping[str, tuple[Stack, dict[str, Held]]], deployment: Deployment) -> dict[str, str]:
    """Attributes that a stack gives out as they are."""
    return dict(
        pair for stack, (described, _) in there.items() for pair in _given_out(stack, described, deployment)
    )


def _given_out(stack: str, described: Stack, deployment: Deployment) -> Iterator[tuple[str, str]]:
    for name, value in deployment.outputs(stack).items():
        if name not in described.outputs:
            continue
        if isinstance(value, Reference) and value.attribute:
            yield f"{value.template_name}.{value.logical_id}.{value.attribute}", described.outputs[name]
        for reference, text in _within(value, described.outputs[name]):
            yield f"{reference.template_name}.{reference.logical_id}.{reference.attribute}", text


def _within(value: Any, text: str) -> Iterator[tuple[Reference, str]]:
    """An attribute in an address, such as `https://${Distribution.DomainName}`."""
    match getattr(value, "parts", ()):
        case (str() as before, Reference() as reference) if reference.attribute:
            yield reference, text.removeprefix(before)


def _parameters(there: Mapping[str, tuple[Stack, dict[str, Held]]]) -> dict[str, dict[str, str]]:
    return {stack: described.parameters for stack, (described, _) in there.items()}


def _by_hand(live: Live, parts: tuple[Part, ...], account: str) -> Observed:
    """What was made by hand has no stack: it is found by the names that the settings have."""
    if live.environment.database.storage_key_adopted is False:
        return Observed(parts, account=account)
    try:
        found = discover(live)
    except (*UNANSWERED, OperationError) as error:
        return Observed(parts, account=account, refused=(str(error),))
    return Observed(
        parts,
        {f"{one.stack}.{one.logical_id}": one.identifier[-1] for one in found.places},
        _endpoint(live, found),
        found.parameters,
        account=account,
    )


def _endpoint(live: Live, found: Discovered) -> dict[str, str]:
    """Where the database answers."""
    place = next(one for one in found.places if one.type == "AWS::RDS::DBInstance")
    [identifier] = place.identifier
    instance = live.call(
        "rds:DescribeDBInstances", f"database {identifier}", DBInstanceIdentifier=identifier
    )["DBInstances"][0]
    endpoint = instance.get("Endpoint", {})
    name = f"{place.stack}.{place.logical_id}.Endpoint"
    return {f"{name}.{key}": str(endpoint[key]) for key in ("Address", "Port") if key in endpoint}
