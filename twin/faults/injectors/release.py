"""Changes a function's settings or code, and has the API invoke what came of it, as a deployment does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twin.faults.change import Done, undoing

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.faults.targets import Targets, World

_EMPTY: Final[dict[str, Any]] = {
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    "Environment": {"Variables": {}},
}
"""What stands for a setting that was not there."""
_LAMBDAS_OWN: Final = "000000000000"
"""The account that the local AWS keeps functions' code in, as AWS keeps it in one of Lambda's."""


def change_settings(world: World, targets: Targets, settings: dict[str, Any], told: str) -> Done:
    """Change settings of the function, with a new version for its alias where there is one."""
    functions, name = world.aws.client("lambda"), targets.function_name
    latest = functions.get_function_configuration(FunctionName=name)
    before = {key: _argument(key, latest.get(key)) for key in settings}
    functions.update_function_configuration(FunctionName=name, **settings)
    released = _release(world, targets)
    return Done(
        told,
        undoing(lambda: functions.update_function_configuration(FunctionName=name, **before), released),
    )


def change_code(world: World, targets: Targets, content: bytes, told: str) -> Done:
    """Give the function other code, with a new version for its alias where there is one."""
    functions, name = world.aws.client("lambda"), targets.function_name
    before = code_of(world, targets)
    functions.update_function_code(FunctionName=name, ZipFile=content)
    released = _release(world, targets)
    return Done(
        told, undoing(lambda: functions.update_function_code(FunctionName=name, ZipFile=before), released)
    )


def code_of(world: World, targets: Targets) -> bytes:
    """The zip that the function has, from where GetFunction says."""
    from twin.aws.dispatch import dispatch

    found = world.aws.client("lambda").get_function(FunctionName=targets.function_name)
    status, _, content = dispatch(_LAMBDAS_OWN, "GET", found["Code"]["Location"], {}, b"")
    if status != 200:  # noqa: PLR2004  (HTTP's own)
        raise RuntimeError(f"the code of {targets.function_name} can't be fetched: {status}")
    return content


def _release(world: World, targets: Targets) -> Callable[[], object]:
    """Lead the alias to a version of what is there now; the answer leads it back."""
    if targets.qualifier is None:
        return lambda: None
    functions, name = world.aws.client("lambda"), targets.function_name
    alias = functions.get_alias(FunctionName=name, Name=targets.qualifier)
    made = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name=alias["Name"], FunctionVersion=made)

    def lead_back() -> None:
        functions.update_alias(
            FunctionName=name, Name=alias["Name"], FunctionVersion=alias["FunctionVersion"]
        )
        if made != alias["FunctionVersion"]:
            functions.delete_function(FunctionName=name, Qualifier=made)

    return lead_back


def _argument(name: str, value: Any) -> Any:
    """A setting as UpdateFunctionConfiguration takes it."""
    if name == "VpcConfig" and value:
        return {key: value[key] for key in ("SubnetIds", "SecurityGroupIds")}
    return _EMPTY.get(name, {}) if value is None else value
