"""Whether functions' policies let the API in: by principal, action, resource and each condition.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from cfn.arn import arn_parts, matches
from cfn.errors import ValueUnknown
from cfn.iam import statements
from ops.doctor.errors import NotThere
from ops.doctor.evidence.asked import GATEWAY, INVOKE, Asked
from ops.doctor.evidence.gateway import METHOD
from ops.doctor.evidence.routing import CATCH_ALL
from ops.errors import NotDeployed
from runtime.migrator.errors import AccessError

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from cfn.iam import Statement
    from ops.doctor.evidence.gateway import Way
    from ops.doctor.evidence.whole import Evidence

REMOVED: Final = "RemovePermission20150331v2"
"""CloudTrail's name of who takes a statement away."""


class Kind(StrEnum):
    """Why a route may not invoke its function."""

    NONE = "no statement lets API Gateway in"
    DENIED = "a statement denies it"
    SOURCE = "the statement is for another route or stage"
    STRANGER = "the statement is of another API, account or region"
    QUALIFIER = "the statement is for another qualifier"
    UNCLEAR = "a statement has a condition that can't be judged"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A route that may not invoke what it leads to, with the statements that come nearest.

    `told` says what those compare, `qualifier` whose policy they stand in where it is not the right one.
    """

    way: Way
    kind: Kind
    wanted: str
    told: str = ""
    sids: tuple[str, ...] = ()
    qualifier: str | None = None


class Permits:
    """The permissions of all routes; `refusals` raises `AccessError` where a policy can't be read."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence, self._reading = evidence, evidence.reading

    @cached_property
    def refusals(self) -> list[Refusal]:
        """What is refused; what has a role of its own, or no function here, is not looked at."""
        found = []
        for way in self._evidence.gateway.ways:
            if way.function is None or way.integration.get("CredentialsArn") or not self._is_here(way):
                continue
            if (refusal := self._judged(way)) is not None:
                found.append(refusal)
        return found

    @cached_property
    def judged(self) -> int:
        """How many routes a function's policy decides about; raises `NotThere` where none."""
        ways = [
            each for each in self._evidence.gateway.ways if each.function is not None and self._is_here(each)
        ]
        if not ways:
            raise NotThere(f"function behind the routes of API {self._evidence.gateway.api_id}")
        return len([each for each in ways if not each.integration.get("CredentialsArn")])

    @property
    def wide(self) -> Iterator[tuple[Way, Statement]]:
        """The statements that let anybody invoke, or an API of any account, with a route each."""
        for way in self._evidence.gateway.ways:
            if way.function is None or not self._is_here(way):
                continue
            for each in self._statements(way.function["name"], way.function["qualifier"]):
                if each.effect == "Allow" and not each.conditions and _is_wide(each):
                    yield way, each

    def source_arn(self, way: Way) -> str:
        """How the route is named to a policy: `$default` in place of method and path for the catch-all."""
        gateway, partition = self._evidence.gateway, self._partition(way)
        resource = CATCH_ALL
        if way.key != CATCH_ALL:
            method, _, path = way.key.partition(" ")
            resource = f"{METHOD if method == 'ANY' else method}{path}"
        place = f"{self._reading.region}:{self._reading.require_account()}"
        return f"arn:{partition}:execute-api:{place}:{gateway.api_id}/{gateway.stage['StageName']}/{resource}"

    def wide_arn(self, way: Way) -> str:
        """What covers every route and stage of the API."""
        place = f"{self._reading.region}:{self._reading.require_account()}"
        return f"arn:{self._partition(way)}:execute-api:{place}:{self._evidence.gateway.api_id}/*"

    def authorizer_arn(self, authorizer: Mapping[str, Any]) -> str:
        """How a Lambda authorizer is named to its function's policy."""
        named = arn_parts(str(authorizer.get("AuthorizerUri", "")))
        partition = named[1] if len(named) > 1 else "aws"
        place = f"{self._reading.region}:{self._reading.require_account()}"
        return (
            f"arn:{partition}:execute-api:{place}:{self._evidence.gateway.api_id}"
            f"/authorizers/{authorizer['AuthorizerId']}"
        )

    def lets_authorizer(self, authorizer: Mapping[str, Any], function: re.Match[str]) -> bool:
        """Whether the policy of an authorizer's function lets it in; what can't be judged counts as yes."""
        asked = Asked(self.authorizer_arn(authorizer), self._reading.require_account(), function[0])
        answers = [
            (each.effect, asked.allows(each))
            for each in self._statements(function["name"], function["qualifier"])
        ]
        denied = any(effect == "Deny" and answer for effect, answer in answers)
        return not denied and any(effect == "Allow" and answer is not False for effect, answer in answers)

    def taken_away(self, function: str) -> str:
        """Who took a statement away last, and when; empty where CloudTrail does not tell."""
        try:
            found = self._reading.call(
                "cloudtrail:LookupEvents",
                "CloudTrail's events",
                LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": REMOVED}],
                MaxResults=50,
            )
        except AccessError:
            return ""
        for event in found.get("Events", ()):
            document = json.loads(event.get("CloudTrailEvent") or "{}")
            name = str((document.get("requestParameters") or {}).get("functionName", ""))
            if function in name.split(":") and not document.get("errorCode"):
                who, when = event.get("Username") or "somebody", event["EventTime"]
                return f"{who} took one away at {when:%Y-%m-%d %H:%M} UTC"
        return ""

    def _partition(self, way: Way) -> str:
        return arn_parts(way.function[0])[1] if way.function else "aws"

    def _is_here(self, way: Way) -> bool:
        """Whether its function is in this account and region, so that its policy can be read, and exists."""
        named = way.function
        assert named is not None  # noqa: S101  (the callers look)
        here = named["region"] == self._reading.region and named["account"] == self._reading.require_account()
        return here and self._exists(named["name"], named["qualifier"])

    def _exists(self, name: str, qualifier: str | None) -> bool:
        try:
            self._reading.call(
                "lambda:GetFunctionConfiguration", f"function {name}", FunctionName=name, Qualifier=qualifier
            )
        except NotDeployed:
            return False
        except AccessError:
            return True
        return True

    def _judged(self, way: Way) -> Refusal | None:
        named, wanted = way.function, self.source_arn(way)
        assert named is not None  # noqa: S101  (the caller looked)
        own = self._statements(named["name"], named["qualifier"])
        asked = Asked(wanted, self._reading.require_account(), named[0])
        answers = [(each, asked.allows(each)) for each in own]
        denies = [each for each, answer in answers if each.effect == "Deny" and answer]
        if denies:
            return Refusal(way, Kind.DENIED, wanted, sids=_sids(denies))
        allows = [answer for each, answer in answers if each.effect == "Allow"]
        if True in allows:
            return None
        if None in allows:
            return Refusal(
                way, Kind.UNCLEAR, wanted, sids=_sids([each for each, ok in answers if ok is None])
            )
        near = [each for each in own if _lets_gateway(each)]
        if not near:
            return self._elsewhere(way, wanted)
        mine = [each for each in near if asked.is_own(each)]
        kind = Kind.SOURCE if mine else Kind.STRANGER
        return Refusal(way, kind, wanted, _told(mine or near), _sids(mine or near))

    def _elsewhere(self, way: Way, wanted: str) -> Refusal:
        """Nothing under the qualifier that is invoked: is there anything under another?"""
        named = way.function
        assert named is not None  # noqa: S101  (the caller looked)
        for qualifier in self._qualifiers(named["name"]):
            if qualifier == named["qualifier"]:
                continue
            near = [each for each in self._statements(named["name"], qualifier) if _lets_gateway(each)]
            if near:
                return Refusal(way, Kind.QUALIFIER, wanted, _told(near), _sids(near), qualifier or "")
        return Refusal(way, Kind.NONE, wanted)

    def _qualifiers(self, name: str) -> list[str | None]:
        try:
            found = self._reading.pages(
                "lambda:ListAliases", f"the aliases of function {name}", "Aliases", FunctionName=name
            )
            return [None, *(alias["Name"] for alias in found)]
        except AccessError:
            return [None]

    def _statements(self, name: str, qualifier: str | None) -> tuple[Statement, ...]:
        found = self._reading.find(
            "lambda:GetPolicy", f"the policy of function {name}", FunctionName=name, Qualifier=qualifier
        )
        try:
            return statements(found["Policy"], f"the policy of {name}") if found else ()
        except ValueUnknown:
            return ()


def _lets_gateway(statement: Statement) -> bool:
    """Whether it is meant for API Gateway: to invoke, whatever function and route it names."""
    is_meant = any(who.kind == "Service" and str(who.name) == GATEWAY for who in statement.principals)
    invokes = any(matches(pattern.lower(), INVOKE.lower()) for pattern in statement.actions)
    return statement.effect == "Allow" and is_meant and invokes


def _is_wide(statement: Statement) -> bool:
    """Whether it lets somebody invoke without saying of which account."""
    is_known = all(who.kind != "*" and str(who.name) not in ("*", GATEWAY) for who in statement.principals)
    invokes = any(matches(pattern.lower(), INVOKE.lower()) for pattern in statement.actions)
    return invokes and not is_known


def _sids(found: list[Statement]) -> tuple[str, ...]:
    return tuple(each.sid or "?" for each in found)


def _told(found: list[Statement]) -> str:
    """What their conditions compare."""
    return ", ".join(dict.fromkeys(_compared(found))) or "no condition"


def _compared(found: list[Statement]) -> Iterator[str]:
    for each in found:
        for condition in each.conditions:
            yield f"{condition.key} {' or '.join(map(str, condition.values))}"
