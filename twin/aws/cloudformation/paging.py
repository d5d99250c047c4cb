"""Answers in pages: CloudFormation gives a token with all but the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twin.aws.cloudformation.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_Item = TypeVar("_Item")


def page(items: Sequence[_Item], call: Mapping[str, Any], most: int) -> tuple[list[_Item], str | None]:
    """The page that a call asks for, and the token of the next; raises InvalidRequest for another's token."""
    token = call.get("NextToken", "0")
    if not token.isdigit():
        raise InvalidRequest("Invalid NextToken")
    start = int(token)
    size = min(int(call.get("MaxResults", most)), most)
    end = start + size
    return list(items[start:end]), str(end) if end < len(items) else None
