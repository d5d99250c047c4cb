"""A plan as data: every change with its value before and after, risks, and the bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cfn.values import Reference, Text, Unknown
from cost.free_tier import Offer
from cost.lines import FreeTier
from cost.money import plain

if TYPE_CHECKING:
    from decimal import Decimal

    from cfn.diff import Change, ResourceChange
    from ops.planning import Plan, Risk, StackPlan

SCHEMA: Final = 1
"""Version of this document's form."""


def document(plan: Plan) -> dict[str, Any]:
    """A plan as a JSON object; values that only AWS knows stand there as `${...}`."""
    costs = plan.costs()
    return {
        "schema": SCHEMA,
        "before": plan.before,
        "after": plan.after,
        "verdict": plan.verdict.name.lower(),
        "risks": [_risk(one) for one in plan.risks],
        "stacks": [_stack(one, costs) for one in plan.stacks],
        "bill": _bill(plan),
    }


def _risk(risk: Risk) -> dict[str, Any]:
    return {
        "stack": risk.stack,
        "logical_id": risk.logical_id or None,
        "what": risk.what,
        "left": risk.left or None,
        "loses_data": risk.loses_data,
    }


def _stack(stack: StackPlan, costs: dict[tuple[str, str], Decimal]) -> dict[str, Any]:
    return {
        "stack": stack.name,
        "kind": stack.kind,
        "status": stack.status or None,
        "remedy": stack.remedy or None,
        "settings": [{"name": one.name, "before": one.before, "after": one.after} for one in stack.settings],
        "resources": [_resource(one, costs) for one in stack.resources],
        "sections": [_change(one) for one in (stack.change.sections if stack.change else ())],
    }


def _resource(one: ResourceChange, costs: dict[tuple[str, str], Decimal]) -> dict[str, Any]:
    cost = costs.get((one.stack, one.logical_id))
    whole = {"before": one.before, "after": one.after} if not one.changes else {}
    return {
        "logical_id": one.logical_id,
        "type": one.type,
        "kind": one.kind,
        "effect": one.effect,
        "fate": one.fate,
        "refused": one.refused or None,
        "usd_a_month": None if cost is None else plain(cost),
        "changes": [_change(change) for change in one.changes],
        **{key: _value(body) for key, body in whole.items()},
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "path": change.pointer,
        "kind": change.kind.lower(),
        "before": _value(change.before),
        "after": _value(change.after),
        "effect": change.effect,
        "sure": change.is_sure,
        "because": change.because or None,
        "note": change.note or None,
    }


def _bill(plan: Plan) -> dict[str, Any]:
    if plan.bill is None:
        return {"unpriced": plan.unpriced}
    offer = Offer(FreeTier.NONE)
    return {
        "currency": "USD",
        "before": plain(plan.bill.before.due(offer)),
        "after": plain(plan.bill.after.due(offer)),
        "difference": plain(plan.bill.difference(offer)),
    }


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item) for item in value]
    return str(value) if isinstance(value, Reference | Text | Unknown) else value
