"""Plans against what is deployed: reads stacks, templates and the values in SSM, and changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cfn import Deployment, Template
from cfn.constraints import is_secret
from cfn.parameters import stored_type
from ops.planning.making import Side, plan
from ops.planning.model import StackSettings
from ops.stack import describe, remedy, template
from stacks.naming import STACK_ORDER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from cost import Traffic
    from ops.live import Live
    from ops.planning.model import Plan
    from ops.stack import Stack
    from ops.wanted import Wanted, WantedStack

    Document = dict[str, Any]
    Values = dict[str, str | None]
    """What stands in SSM under names; None where nothing does."""

NEVER_MADE: Final = frozenset({"CREATE_FAILED", "DELETE_COMPLETE", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
"""Statuses of a stack that is to be deleted before it can be made: what it lists is gone, or of no use."""
BUSY: Final = "it is at work; wait until it has ended"
_MOST_NAMES: Final = 10
"""How many parameters GetParameters gives at once."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A stack that is there, with its template as it was given and what belongs to it."""

    stack: Stack
    body: Document
    settings: StackSettings


def plan_live(  # noqa: PLR0913  (what a deployment is given, one each)
    live: Live,
    wanted: Wanted,
    given: Mapping[str, Mapping[str, str]] | None = None,
    *,
    there: Mapping[str, Deployed] | None = None,
    only: Collection[str] = (),
    soon: Mapping[str, str] | None = None,
    traffic: Traffic | None = None,
    as_of: date | None = None,
) -> Plan:
    """What deploying would do to the stacks as they stand; no change set is made.

    Args:
        live: Where.
        wanted: What is to be deployed.
        given: For short names of stacks, values of parameters; others stay, or get their default.
        there: What `deployed` has found, where that was asked already.
        only: Short names of the stacks that are to be deployed; all when empty.
        soon: Values that SSM will have under some names before the stacks are deployed.
        traffic: What a month brings, for the bill.
        as_of: The day for which it is priced; left out, today.

    Raises:
        AccessError: AWS can't be asked, or refuses.
        CfnError: A template holds what CloudFormation would refuse.

    """
    there = deployed(live) if there is None else there
    chosen = [one for one in wanted.stacks if not only or one.stack in only]
    stored = _stored(live, there, wanted)
    before = _before(live, there, stored, traffic)
    after = _after(live, there, chosen, {**stored, **(soon or {})}, given or {}, traffic)
    return plan(before, after, only=[one.stack for one in chosen], as_of=as_of)


def deployed(live: Live) -> dict[str, Deployed]:
    """The environment's stacks that are there, by short name in order of deployment; raises AccessError."""
    live.require_account()
    found = {}
    for name in STACK_ORDER:
        stack = describe(live, live.stack_name(name))
        if stack is not None:
            body = Template.parse(name, template(live, stack.name)).body
            settings = StackSettings(stack.tags, _policy(live, stack.name), stack.termination_protection)
            found[name] = Deployed(stack, body, settings)
    return found


def leftovers(there: Collection[str], wanted: Wanted) -> list[str]:
    """Stacks that are deployed and not wanted any more: deploying leaves them alone."""
    names = {one.stack for one in wanted.stacks}
    return [name for name in there if name not in names]


def _policy(live: Live, name: str) -> Document | None:
    answer = live.call("cloudformation:GetStackPolicy", f"the policy of stack {name}", StackName=name)
    text = answer.get("StackPolicyBody")
    return json.loads(text) if text else None


def _before(live: Live, there: Mapping[str, Deployed], stored: Values, traffic: Traffic | None) -> Side:
    present = _present(there)
    bodies = {name: one.body for name, one in present.items()}
    given = {name: _known(one.body, one.stack.parameters) for name, one in present.items()}
    written = _written(live, bodies, given)
    settled = {
        name: _settled(body, _read_then(present[name], stored, written)) for name, body in bodies.items()
    }
    return Side(
        f"{live.environment.name} as it is deployed",
        _deployment(live, settled, given),
        {name: one.settings for name, one in present.items()},
        traffic,
        {name: one.stack.status for name, one in there.items()},
        {name: told for name, one in there.items() if (told := _remedy(live, one.stack))},
    )


def _after(
    live: Live,
    there: Mapping[str, Deployed],
    chosen: Sequence[WantedStack],
    stored: Values,
    given: Mapping[str, Mapping[str, str]],
    traffic: Traffic | None,
) -> Side:
    present = _present(there)
    bodies = {name: one.body for name, one in present.items()}
    values = {name: _known(one.body, one.stack.parameters) for name, one in present.items()}
    for one in chosen:
        kept = present[one.stack].stack.parameters if one.stack in present else {}
        bodies[one.stack] = one.body
        values[one.stack] = _known(one.body, {**kept, **given.get(one.stack, {})})
    ordered = {name: bodies[name] for name in STACK_ORDER if name in bodies}
    written = _written(live, ordered, values)
    settled = {name: _settled(body, _read_now(body, stored, written)) for name, body in ordered.items()}
    settings = {one.stack: StackSettings(one.tags, one.policy, one.termination_protection) for one in chosen}
    return Side(live.environment.name, _deployment(live, settled, values), settings, traffic)


def _present(there: Mapping[str, Deployed]) -> dict[str, Deployed]:
    """Stacks that have what their templates tell."""
    return {name: one for name, one in there.items() if one.stack.status not in NEVER_MADE}


def _remedy(live: Live, stack: Stack) -> str:
    if stack.is_updatable:
        return ""
    return BUSY if stack.is_busy else remedy(stack.status, live.environment.name, stack.name)


def _known(body: Document, values: Mapping[str, str]) -> dict[str, str]:
    """Values of the parameters that a template declares and that may be told: SSM has those of others."""
    return {
        name: values[name]
        for name, declaration in body.get("Parameters", {}).items()
        if name in values and not is_secret(declaration) and not stored_type(str(declaration["Type"]))
    }


def _paths(body: Document, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Names in SSM by the parameters that are read from there."""
    found = {
        name: (given or {}).get(name, declaration.get("Default"))
        for name, declaration in body.get("Parameters", {}).items()
        if stored_type(str(declaration["Type"]))
    }
    return {name: str(path) for name, path in found.items() if path is not None}


def _read_then(one: Deployed, stored: Values, written: Collection[str]) -> dict[str, str]:
    """What the stack read from SSM when it was deployed, but where it is still that and a stack writes it."""
    read = one.stack.resolved
    return {
        name: read[name]
        for name, path in _paths(one.body, one.stack.parameters).items()
        if name in read and not (path in written and stored.get(path) in (None, read[name]))
    }


def _read_now(body: Document, stored: Values, written: Collection[str]) -> dict[str, str]:
    """What stands in SSM now, where no stack writes it."""
    return {
        name: value
        for name, path in _paths(body).items()
        if path not in written and (value := stored.get(path)) is not None
    }


def _written(live: Live, bodies: Mapping[str, Document], given: Mapping[str, dict[str, str]]) -> set[str]:
    """Names in SSM that the stacks write themselves."""
    return {link.path for link in _deployment(live, bodies, given).links if link.producer is not None}


def _stored(live: Live, there: Mapping[str, Deployed], wanted: Wanted) -> Values:
    """What stands in SSM now under all names that a template reads."""
    bodies = [(one.body, one.stack.parameters) for one in there.values()]
    named = [*(_paths(*one) for one in bodies), *(_paths(one.body) for one in wanted.stacks)]
    paths = sorted({path for found in named for path in found.values()})
    stored: Values = dict.fromkeys(paths)
    for start in range(0, len(paths), _MOST_NAMES):
        names = paths[start : start + _MOST_NAMES]
        answer = live.call("ssm:GetParameters", f"parameters {', '.join(names)}", Names=names)
        stored |= {one["Name"]: one["Value"] for one in answer["Parameters"]}
    return stored


def _settled(body: Document, values: Mapping[str, str]) -> Document:
    """The template with values in place of names in SSM, and without defaults that are secret."""
    declared = dict(body.get("Parameters", {}))
    for name, declaration in declared.items():
        if name in values:
            kind = stored_type(str(declaration["Type"]))
            declared[name] = declaration | {"Type": kind, "Default": values[name]}
        elif is_secret(declaration):
            declared[name] = {key: said for key, said in declaration.items() if key != "Default"}
    return body | ({"Parameters": declared} if declared else {})


def _deployment(
    live: Live, bodies: Mapping[str, Document], given: Mapping[str, dict[str, str]]
) -> Deployment:
    return Deployment(
        live.environment.name,
        [Template(name, body) for name, body in bodies.items()],
        live.region,
        live.environment.account,
        parameters={name: values for name, values in given.items() if values},
        stack_prefix=live.stack_name(""),
    )
