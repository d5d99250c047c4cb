"""Conditions in three values: true, false, and unknown where a parameter decides that nobody has given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cfn.errors import Misfit
from cfn.values import Part, Reference, Unknown, compose, misplaced, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cfn.functions import Scope

Outcome = bool | Unknown


def evaluate(scope: Scope, expression: Any) -> Outcome:
    """Say whether a condition's expression holds."""
    if isinstance(expression, dict) and len(expression) == 1:
        [(function, argument)] = expression.items()
        if function == "Condition":
            return scope.condition(argument)
        if function in _FUNCTIONS:
            try:
                return _FUNCTIONS[function](scope, argument)
            except Misfit as problem:
                raise problem.inside(function) from None
    raise misplaced(expression, "a condition", f"write one of {', '.join(_FUNCTIONS)}")


def _equals(scope: Scope, argument: Any) -> Outcome:
    left, right = _operands(argument, 2, 2)
    values = compose([scope.value(left)]), compose([scope.value(right)])
    if left == right:
        return True
    parts = parts_of(values[0]) + parts_of(values[1])
    if all(isinstance(part, str) for part in parts):
        return values[0] == values[1]
    if "" in values and not all(isinstance(part, Unknown) for part in parts):
        return False  # neither text nor the id of something living is ever empty
    if parts_of(values[0]) == parts_of(values[1]) and not any(isinstance(part, Unknown) for part in parts):
        return True
    return _undecided(parts)


def _undecided(parts: Iterable[Part]) -> Unknown:
    open_ends = [part for part in parts if isinstance(part, Reference | Unknown)]
    first = next((part for part in open_ends if isinstance(part, Unknown)), open_ends[0])
    return (
        first
        if isinstance(first, Unknown)
        else Unknown(f"it compares {first}, which only AWS knows", first.logical_id)
    )


def _not(scope: Scope, argument: Any) -> Outcome:
    [operand] = _operands(argument, 1, 1)
    outcome = evaluate(scope, operand)
    return outcome if isinstance(outcome, Unknown) else not outcome


def _and(scope: Scope, argument: Any) -> Outcome:
    return _unless(scope, argument, decisive=False)


def _or(scope: Scope, argument: Any) -> Outcome:
    return _unless(scope, argument, decisive=True)


def _unless(scope: Scope, argument: Any, *, decisive: bool) -> Outcome:
    """One decisive operand settles it, else one unknown leaves it open."""
    outcomes = [evaluate(scope, operand) for operand in _operands(argument, 2, 10)]
    if decisive in [outcome for outcome in outcomes if isinstance(outcome, bool)]:
        return decisive
    return next((outcome for outcome in outcomes if isinstance(outcome, Unknown)), not decisive)


def _operands(argument: Any, least: int, most: int) -> list[Any]:
    if isinstance(argument, list) and least <= len(argument) <= most:
        return argument
    count = str(least) if least == most else f"{least} to {most}"
    raise misplaced(argument, f"a list of {count}", "write its operands so")


_FUNCTIONS: dict[str, Callable[[Scope, Any], Outcome]] = {
    "Fn::And": _and,
    "Fn::Equals": _equals,
    "Fn::Not": _not,
    "Fn::Or": _or,
}
