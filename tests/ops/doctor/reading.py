"""Readings of an account that is made up: answers by operation, as botocore would give them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError

from ops.doctor.reading import Reading
from stacks.loading import load_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacks.settings import Environment

environment_of = cache(load_environment)


def refusal(code: str = "AccessDeniedException") -> ClientError:
    """What botocore raises where AWS refuses; `ResourceNotFoundException` is what is not there."""
    return ClientError(
        {"Error": {"Code": code, "Message": "made up"}, "ResponseMetadata": {"HTTPStatusCode": 400}},
        "Operation",
    )


def made_up(answers: Mapping[str, Any], environment: Environment | str = "staging") -> Reading:
    """A reading of an account that answers so, by `service:Operation`, and refuses every other question.

    An answer is a document; an exception, which is raised; or a function of the arguments that gives either.
    """
    settings = environment_of(environment) if isinstance(environment, str) else environment
    return Reading(settings, lambda service: _Client(service, answers))


class _Client:
    def __init__(self, service: str, answers: Mapping[str, Any]) -> None:
        parts = ((key.partition(":"), answer) for key, answer in answers.items())
        self._answers = {xform_name(name): answer for (of, _, name), answer in parts if of == service}

    def __getattr__(self, operation: str) -> Any:
        return lambda **arguments: self._answer(operation, arguments)

    def get_paginator(self, operation: str) -> _Paginator:
        return _Paginator(self, operation)

    def _answer(self, operation: str, arguments: dict[str, Any]) -> Any:
        answer = self._answers.get(operation, refusal())
        answer = answer(**arguments) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


class _Paginator:
    def __init__(self, client: _Client, operation: str) -> None:
        self._client, self._operation = client, operation

    def paginate(self, **arguments: Any) -> Iterator[Any]:
        yield getattr(self._client, self._operation)(**arguments)
