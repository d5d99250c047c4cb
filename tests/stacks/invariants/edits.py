"""Mutations of one property: taken away, and set to one wrong value after the other."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.stacks.invariants.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

REMOVED: Final = "(removed)"
UNKNOWN: Final = {"Ref": "AWS::StackName"}
"""What is settled only when the stack is deployed, and so proves nothing."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Sets what lies at a path of a stack's resource, or takes it away."""

    stack: str
    path: Sequence[str | int]
    value: Any

    def __call__(self, templates: Templates) -> None:
        """Change the templates in place."""
        place: Any = templates[self.stack]["Resources"]
        *way, last = self.path
        for step in way:
            place = place[step]
        if self.value is REMOVED:
            del place[last]
        else:
            place[last] = copy.deepcopy(self.value)


def spoils(
    found: list[Mutation],
    stack: str,
    path: str,
    wrong: Sequence[Any],
    *rules: str,
    environment: str = "staging",
) -> None:
    """Collect mutations that take something away or set it wrong, one for each value.

    The path begins with a logical id, its steps are parted by `/`, and `Properties` goes without
    saying: `Database/StorageType`. With `!` before it nothing does: `!Database/DeletionPolicy` is
    an attribute, and `!Database` the whole resource.
    """
    logical_id, *rest = path.removeprefix("!").split("/")
    inner = rest if path.startswith("!") else ["Properties", *rest]
    steps = [logical_id, *(int(step) if step.isdecimal() else step for step in inner)]
    for value in wrong:
        name = f"{path.removeprefix('!')} {_named(value)}"
        found.append(Mutation(name, environment, frozenset(rules), Edit(stack, steps, value)))


def _named(value: Any) -> str:
    return "removed" if value is REMOVED else "unknown" if value == UNKNOWN else repr(value)
