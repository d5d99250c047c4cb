"""Mistakes in a package: what can't be started or imported, and code that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twin.faults.injectors.release import change_code
from twin.faults.injectors.zips import bootstrap_zip, module_zip

if TYPE_CHECKING:
    from twin.faults.change import Done
    from twin.faults.targets import Targets, World


def deploy_bootstrap(world: World, targets: Targets, kind: str) -> Done:
    """Deploy a package for a custom runtime, of a kind of `zips.BOOTSTRAPS`."""
    told = f"the package of {targets.function_name} has a bootstrap of the kind {kind!r}"
    return change_code(world, targets, bootstrap_zip(kind), told)


def deploy_module(world: World, targets: Targets, kind: str) -> Done:
    """Deploy a package for Python, of a kind of `zips.MODULES`, with the module that the handler names."""
    told = f"the package of {targets.function_name} has a handler of the kind {kind!r}"
    return change_code(world, targets, module_zip(kind, str(targets.function["Handler"])), told)


INJECTORS: Final = {"deploy_bootstrap": deploy_bootstrap, "deploy_module": deploy_module}
