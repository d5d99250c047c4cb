"""Which version of the function answers, and does it fit: aliases, releases, runtime, layers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ops.doctor.answer import proved, ruled_out, unknown
from ops.doctor.check import Effect, check
from ops.doctor.errors import NotThere
from ops.doctor.evidence.function import LATEST
from ops.doctor.sign import Sign
from ops.errors import NotDeployed
from ops.package.inspect.target import lifecycles
from runtime.contract import required_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ops.doctor.answer import Answer
    from ops.doctor.evidence.whole import Evidence

DECISIVE: Final = (
    "zip.root",
    "bootstrap.present",
    "bootstrap.executable",
    "bootstrap.format",
    "elf.versions",
    "elf.libraries",
    "permissions",
    "python.handler",
    "python.extensions",
)
"""Checks of a package without which it can't start."""
COMPARED: Final = (
    "Architectures",
    "CodeSha256",
    "Environment",
    "FileSystemConfigs",
    "Handler",
    "KMSKeyArn",
    "Layers",
    "MemorySize",
    "Role",
    "Runtime",
    "Timeout",
    "VpcConfig",
)
"""What a version is made of; that any of it differs is told by its name alone."""
ANY_FAILURE: Final = frozenset(
    {Sign.GATEWAY_ERROR, Sign.GATEWAY_UNAVAILABLE, Sign.APPLICATION_ERROR, Sign.APPLICATION_UNAVAILABLE}
)


@check("LAM-024", Effect.SOME, signs=ANY_FAILURE)
def other_version_broken(evidence: Evidence) -> Answer:
    """Each version that gets a part of the requests must be able to answer them."""
    function = evidence.function
    if not function.weights:
        return ruled_out(f"all requests to {function.short} go to one version")
    for version, part in function.weights.items():
        mend = f"aws lambda update-alias --function-name {function.name} --name {function.qualifier}"
        if reason := next(_broken(evidence, version), None):
            told = f"alias {function.qualifier} sends {part:.0%} of the requests to version {version}"
            return proved(
                f"{told}, and {reason}",
                f"{mend} --routing-config AdditionalVersionWeights={{}}",
            )
    told = " and ".join(f"{part:.0%} to version {version}" for version, part in function.weights.items())
    return unknown(
        f"alias {function.qualifier} sends {told}, and nothing that can be seen is wrong with that",
        decide=f"the metric Errors of function {function.name} by ExecutedVersion",
    )


@check("LAM-005", Effect.RISK)
def last_update_failed(evidence: Evidence) -> Answer:
    """What serves is what there was before the update."""
    function = evidence.function
    status = function.latest.get("LastUpdateStatus", "Successful")
    if status == "Failed":
        code = function.latest.get("LastUpdateStatusReasonCode", "no reason told")
        return proved(
            f"the last update of function {function.name} has failed ({code})",
            f"aws lambda get-function-configuration --function-name {function.name} "
            "--query '[LastUpdateStatus,LastUpdateStatusReasonCode,LastUpdateStatusReason]'",
            change="deploy again once the reason is mended",
        )
    if status == "InProgress":
        return unknown(f"function {function.name} is being updated now", decide="the same in a minute")
    return ruled_out(f"the last update of function {function.name} was successful")


@check("LAM-025", Effect.RISK)
def alias_behind(evidence: Evidence) -> Answer:
    """An alias that was led back, or not led on, serves what is old."""
    function = evidence.function
    if not function.is_alias:
        return ruled_out(f"function {function.name} is invoked by no alias")
    listed = evidence.reading.pages(
        "lambda:ListVersionsByFunction",
        f"function {function.name}",
        "Versions",
        FunctionName=function.name,
    )
    numbers = [int(each["Version"]) for each in listed if str(each["Version"]).isdecimal()]
    serves, newest = str(function.alias["FunctionVersion"]), max(numbers, default=0)
    if serves.isdecimal() and int(serves) < newest:
        return proved(
            f"alias {function.qualifier} leads to version {serves}, and version {newest} is the newest",
            f"aws lambda update-alias --function-name {function.name} --name {function.qualifier} "
            f"--function-version {newest}",
        )
    return ruled_out(f"alias {function.qualifier} leads to version {serves}, the newest")


@check("LAM-026", Effect.RISK)
def not_published(evidence: Evidence) -> Answer:
    """A change of the function has no effect on an alias before it is published."""
    function = evidence.function
    if (function.qualifier or LATEST) == LATEST:
        return ruled_out(f"function {function.name} is invoked as it was changed last")
    differs = [
        name for name in COMPARED if _told(function.latest, name) != _told(function.configuration, name)
    ]
    if differs:
        return proved(
            f"{', '.join(differs)} of function {function.name} differ from version "
            f"{function.configuration['Version']}, which {function.qualifier} leads to",
            f"aws lambda publish-version --function-name {function.name}",
            change="deploy the service stack, which publishes and leads the alias on",
        )
    return ruled_out(f"{function.qualifier} leads to what function {function.name} is now")


@check("LAM-012", Effect.RISK)
def runtime_deprecated(evidence: Evidence) -> Answer:
    """AWS mends no more what it calls deprecated, and later takes no change of it."""
    function = evidence.function
    runtime = function.configuration.get("Runtime")
    if not runtime:
        return ruled_out(f"function {function.name} is a container image, which brings its own")
    dates = lifecycles().get(runtime)
    if dates is None:
        return unknown(
            f"the dates of runtime {runtime} are not known here",
            decide="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
        )
    if dates.deprecated > datetime.now(UTC).date():
        return ruled_out(f"runtime {runtime} is supported until {dates.deprecated}")
    until = f", and takes no update from {dates.no_update} on" if dates.no_update else ""
    return proved(
        f"function {function.name} runs on {runtime}, which is deprecated since {dates.deprecated}{until}",
        change=f'[api] runtime = "{dates.successor or "python3.13"}", with a package that is built for it',
    )


@check("LAM-027", Effect.RISK)
def layer_unfit(evidence: Evidence) -> Answer:
    """Layers are copied when a function is changed: what is gone stops the next change."""
    function = evidence.function
    layers = [str(each["Arn"]) for each in function.configuration.get("Layers") or ()]
    if not layers:
        return ruled_out(f"function {function.name} has no layers")
    architecture = _architecture(function.configuration)
    for layer in layers:
        name, _, number = layer.rpartition(":")
        try:
            found = evidence.reading.call(
                "lambda:GetLayerVersion", f"layer {layer}", LayerName=name, VersionNumber=int(number)
            )
        except NotDeployed:
            return proved(f"layer {layer} of function {function.name} is not there any more")
        fits = found.get("CompatibleArchitectures") or [architecture]
        if architecture not in fits:
            return proved(f"layer {layer} is for {' and '.join(fits)}, and {function.name} is {architecture}")
    return ruled_out(f"all layers of function {function.name} are there, and none is for another processor")


@check("LAM-028", Effect.RISK)
def event_source_dead(evidence: Evidence) -> Answer:
    """Queues and streams that would invoke it beside the API."""
    function = evidence.function
    listed = evidence.reading.pages(
        "lambda:ListEventSourceMappings",
        f"event sources of function {function.name}",
        "EventSourceMappings",
        FunctionName=function.name,
    )
    for each in listed:
        result, state = str(each.get("LastProcessingResult", "")), str(each.get("State", "Enabled"))
        if state in ("Disabled", "Disabling") or result.startswith("PROBLEM"):
            found = state if state != "Enabled" else "in trouble by its last result"
            return proved(
                f"event source mapping {each['UUID']} of function {function.name} is {found}",
                f"aws lambda get-event-source-mapping --uuid {each['UUID']}",
            )
    return ruled_out(f"no event source of function {function.name} is switched off or in trouble")


def _broken(evidence: Evidence, version: str) -> Iterator[str]:
    """Why a version can't answer, the cheapest to see first."""
    function = evidence.function
    configuration = function.version(version)
    if (state := configuration.get("State", "Active")) != "Active":
        yield f"that is {state}"
    if function.code:
        missing = required_variables(function.code) - set(function.variables_of(configuration))
        if missing:
            yield f"that has no variable {' and no '.join(sorted(missing))}"
    resource = f"{function.name}:{function.qualifier}"
    failed = evidence.metrics.of_function("Errors", function.name, Resource=resource, ExecutedVersion=version)
    if sum(failed):
        yield f"that has failed {sum(failed):.0f} times within the last 15 minutes"
    package = evidence.package_of(configuration)
    try:
        for name in DECISIVE:
            if found := package.found(name):
                yield f"its package can't start: {found[0]}"
    except NotThere:
        return


def _told(configuration: Mapping[str, Any], name: str) -> Any:
    """What is compared: of a VPC, what was asked for."""
    value = configuration.get(name)
    if name == "VpcConfig" and value:
        return sorted(value.get("SubnetIds") or ()), sorted(value.get("SecurityGroupIds") or ())
    if name == "Layers":
        return [each["Arn"] for each in value or ()]
    return value or None


def _architecture(configuration: Mapping[str, Any]) -> str:
    return str(next(iter(configuration.get("Architectures") or ["x86_64"])))
