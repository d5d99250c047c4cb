"""Whether Lambda still makes functions of a runtime, or changes those that are there."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from cfn.registry import cfn_lint_data
from ops.preflight.found import Found, held_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.preflight.found import Scope

FUNCTION: Final = "AWS::Lambda::Function"


def runtimes(scope: Scope) -> Iterator[Found]:
    """Functions that Lambda would not make or change today: "Lambda runtimes", Developer Guide."""
    for stack, name, properties in scope.resources(FUNCTION):
        runtime = str(properties.get("Runtime"))
        ends = _ends().get(runtime)
        if ends is None or scope.today.isoformat() < ends["create-block"]:
            continue
        is_there = name in held_by(scope.live, stack.name)
        end = ends["update-block" if is_there else "create-block"]
        if scope.today.isoformat() >= end:
            act = "changes" if is_there else "makes"
            yield Found(
                f"Lambda {act} no function with runtime {runtime} from {end} on, as {name} of stack "
                f"{stack.stack} has it; choose a newer one, such as {ends['successor']}"
            )


@cache
def _ends() -> dict[str, Any]:
    """When each runtime ends, in ISO dates: the table that cfn-lint has of AWS's page."""
    table: dict[str, Any] = json.loads(
        (cfn_lint_data() / "AdditionalSpecs/LmbdRuntimeLifecycle.json").read_text(encoding="utf-8")
    )
    return table
