"""Execution environments of the main function kept ready, or started on demand."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from cost.variants.variant import Base, Variant

if TYPE_CHECKING:
    from cfn.template import Resource
    from cost.variants.draft import Draft
    from cost.variants.variant import Figures

ALIAS, VERSION = "AWS::Lambda::Alias", "AWS::Lambda::Version"
READY = "ProvisionedConcurrencyConfig"
WITH, WITHOUT = "provisioned concurrency", "on demand"


def _alias(function: Resource | None, base: Base) -> Resource | None:
    for alias in base.context.resources(ALIAS):
        if any(target is function for target in base.context.targets(alias, "FunctionName")):
            return alias
    return None


def _kept_ready(base: Base) -> list[Resource]:
    return [each for each in base.context.resources(ALIAS, VERSION) if base.context.get(each, READY)]


def _could_be_ready(base: Base) -> bool:
    return base.main_function is not None and not _kept_ready(base)


def _needed(base: Base) -> Decimal:
    """Environments for the busiest second, or for an average one where nothing is said of the busiest."""
    function = base.main_function
    if function is None:
        return Decimal(0)
    peak = base.traffic.peak_requests_per_second if base.traffic else Decimal(0)
    at_once = peak * base.seconds(function) if peak else base.concurrency(function)
    return max(Decimal(1), at_once.to_integral_value(ROUND_CEILING))


def _keep_ready(draft: Draft, base: Base) -> None:
    function = base.main_function
    if function is None:
        return
    ready = {"ProvisionedConcurrentExecutions": int(_needed(base))}
    alias = _alias(function, base)
    if alias is not None:
        draft.properties(alias)[READY] = ready
    else:
        name = {"Ref": function.logical_id}
        draft.add(
            function, _own_alias(function), ALIAS, FunctionName=name, Name="ready", FunctionVersion="1",
            ProvisionedConcurrencyConfig=ready,
        )  # fmt: skip


def _own_alias(function: Resource) -> str:
    return f"Added{function.logical_id}Alias"


def _figures(base: Base) -> Figures:
    function = base.main_function
    if function is None:
        return {}
    return {str(function): {"provisioned_requests": base.calls(function)}}


def _start_on_demand(draft: Draft, base: Base) -> None:
    for resource in _kept_ready(base):
        draft.properties(resource).pop(READY, None)


VARIANTS = (
    Variant(
        name=WITH,
        instead_of=WITHOUT,
        sentence=(
            "the function with most calls has environments ready for its busiest second (for an average one "
            "where none is told), and every call runs on them"
        ),
        applies=_could_be_ready,
        edit=_keep_ready,
        hangs_on=_needed,
        figures=_figures,
    ),
    Variant(
        name=WITHOUT,
        instead_of=WITH,
        sentence="every call runs on demand",
        applies=_kept_ready,
        edit=_start_on_demand,
    ),
)
