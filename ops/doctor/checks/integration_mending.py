"""What stands behind the API's routes: which function each is for, and is that there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.errors import NotDeployed

if TYPE_CHECKING:
    from ops.doctor.evidence.gateway import Gateway, Way
    from ops.doctor.evidence.whole import Evidence


def is_here(evidence: Evidence, way: Way) -> bool:
    """Whether a route's function is of this account and region."""
    function, reading = way.function, evidence.reading
    assert function is not None  # noqa: S101  (the callers look)
    return function["region"] == reading.region and function["account"] == reading.require_account()


def is_there(evidence: Evidence, name: str, qualifier: str | None) -> bool:
    """Whether there is such a function, with such an alias or version."""
    try:
        evidence.reading.call(
            "lambda:GetFunctionConfiguration", f"function {name}", FunctionName=name, Qualifier=qualifier
        )
    except NotDeployed:
        return False
    return True


def led_to_wanted(gateway: Gateway, way: Way) -> list[str]:
    """What has an integration invoke the function that its routes are for."""
    arn = gateway.wanted(gateway.meant_for(way.key)) or "FUNCTION_ARN"
    lead = (
        f"aws apigatewayv2 update-integration --api-id {gateway.api_id} "
        f"--integration-id {way.integration['IntegrationId']} --integration-uri {arn}"
    )
    return [lead]


def made_again(evidence: Evidence, way: Way) -> list[str]:
    """What makes the alias anew that an integration names, of a function that is there, and the right one."""
    gateway, function = evidence.gateway, way.function
    assert function is not None  # noqa: S101  (the caller looked)
    name, qualifier = function["name"], function["qualifier"]
    is_ours = name == gateway.name_of(gateway.meant_for(way.key))
    if not (is_ours and qualifier and not qualifier.isdecimal() and is_there(evidence, name, None)):
        return []
    version = f"$(aws lambda publish-version --function-name {name} --query Version --output text)"
    make = f"aws lambda create-alias --function-name {name} --name {qualifier} --function-version {version}"
    return [make]
