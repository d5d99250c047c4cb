"""What API Gateway asks Lambda for, and whether a statement of a policy speaks of it.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cfn.arn import arn_like, arn_parts, matches

if TYPE_CHECKING:
    from cfn.iam import Condition, Statement

GATEWAY: Final = "apigateway.amazonaws.com"
INVOKE: Final = "lambda:InvokeFunction"
SOURCE_ARN, SOURCE_ACCOUNT = "aws:sourcearn", "aws:sourceaccount"


@dataclass(frozen=True, slots=True)
class Asked:
    """What API Gateway asks Lambda for."""

    source: str
    account: str
    function: str

    def allows(self, statement: Statement) -> bool | None:
        """Whether a statement speaks of it; None where a condition can't be judged."""
        if not _speaks_of_gateway(statement) or not statement.speaks_of(INVOKE, self.function):
            return False
        answers = [self._meets(condition) for condition in statement.conditions]
        return False if False in answers else (None if None in answers else True)

    def is_own(self, statement: Statement) -> bool:
        """Whether it is this API, in this account and region, that its conditions speak of."""
        return all(self._is_of_us(condition) for condition in statement.conditions)

    def _meets(self, condition: Condition) -> bool | None:
        found = {SOURCE_ARN: self.source, SOURCE_ACCOUNT: self.account}.get(condition.key.lower())
        operator = condition.operator.removesuffix("IfExists")
        comparison = _COMPARISONS.get(operator.replace("Not", "", 1))
        if found is None or comparison is None:
            return None
        met = any(comparison(str(value), found) for value in condition.values)
        return met != ("Not" in operator)

    def _is_of_us(self, condition: Condition) -> bool:
        if condition.key.lower() != SOURCE_ARN or "Not" in condition.operator:
            return self._meets(condition) is not False
        ours = arn_parts(self.source)
        for value in condition.values:
            parts = arn_parts(str(value))
            if len(parts) == len(ours) and all(map(matches, parts[:5], ours)):
                api = parts[5].partition("/")[0]
                if matches(api, ours[5].partition("/")[0]):
                    return True
        return False


def _equal(pattern: str, text: str) -> bool:
    return pattern == text


def _equal_folded(pattern: str, text: str) -> bool:
    return pattern.lower() == text.lower()


_COMPARISONS: Final[dict[str, Any]] = {
    "ArnLike": arn_like,
    "ArnEquals": arn_like,
    "StringLike": matches,
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_folded,
}


def _speaks_of_gateway(statement: Statement) -> bool:
    return any(
        (who.kind, str(who.name)) in (("Service", GATEWAY), ("AWS", "*")) for who in statement.principals
    )
