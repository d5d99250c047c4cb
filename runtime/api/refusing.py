"""Turns whatever went wrong in a request into a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from runtime.api.errors import Fault, Invalid, Refusal, Unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHOWN: Final = 5
"""Mistakes of a request that are told at once."""


def as_refusal(error: BaseException) -> Refusal:
    """What a caller is told instead of an answer; a mistake of ours where nobody expected the error."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, RequestValidationError):
        mistakes = error.errors()
        told = "; ".join(map(_mistake, mistakes[:SHOWN]))
        count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        return Invalid(f"the request has {count}", told)
    if isinstance(error, RequestUnsupportedContentType):
        return Unsupported("send the body as application/json")
    if isinstance(error.__cause__, Refusal):  # what a dependency raised
        return error.__cause__
    return Fault("the server made a mistake; it has been logged")


def _mistake(error: Mapping[str, Any]) -> str:
    """Where a mistake is and what, without the value: it may be a secret."""
    place = ".".join(str(part) for part in _place(error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"{place}: no such field"
    return f"{place}: {str(error.get('msg', 'it is not valid')).removeprefix('Value error, ')}"


def _place(location: Sequence[Any]) -> Sequence[Any]:
    """Where a value stands in the request; parameters of a query are fields of a model only to us."""
    match location:
        case ("query", _, *fields) if fields:
            return ("query", *fields)
        case _:
            return location
