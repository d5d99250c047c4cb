"""Functions on arm64, or on x86_64."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cfn.values import many
from cost.variants.variant import Base, Variant

if TYPE_CHECKING:
    from collections.abc import Callable

    from cfn.template import Resource
    from cost.variants.draft import Draft

ARM, X86 = "arm64", "x86_64"


def _is_on_arm(function: Resource, base: Base) -> bool:
    return ARM in many(base.context.get(function, "Architectures"))


def _all_are_on_arm(base: Base) -> bool:
    return bool(base.functions) and all(_is_on_arm(each, base) for each in base.functions)


def _some_are_on_x86(base: Base) -> bool:
    return any(not _is_on_arm(each, base) for each in base.functions)


def _run_on(architecture: str) -> Callable[[Draft, Base], None]:
    def edit(draft: Draft, base: Base) -> None:
        for function in base.functions:
            draft.properties(function)["Architectures"] = [architecture]

    return edit


VARIANTS = (
    Variant(
        name=X86,
        instead_of=ARM,
        sentence="every function runs on x86_64, as fast as on arm64",
        applies=_all_are_on_arm,
        edit=_run_on(X86),
    ),
    Variant(
        name=ARM,
        instead_of=X86,
        sentence="every function runs on arm64, as fast as on x86_64",
        applies=_some_are_on_x86,
        edit=_run_on(ARM),
    ),
)
