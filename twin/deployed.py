"""What is deployed to a local AWS, as its services tell; an answer is kept until something changes.

deployed = Deployed(aws)
deployed.call("lambda", "get_function_configuration", FunctionName="miyabi-api")["MemorySize"]
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from twin.aws.changes import changes_of

if TYPE_CHECKING:
    from twin.aws.clients import Aws


@dataclass(slots=True)
class _Kept:
    """One answer, or the error in its place, and at which count of the service's changes it was asked for."""

    lock: Lock = field(default_factory=Lock)
    changes: int = -1
    answer: Any = field(default=None, repr=False)
    """It may hold a secret's value."""


class Deployed:
    """Reads an account by boto3; what was asked before is not asked again while the service has not changed.

    Answers are shared between all who ask, from several threads: read them, and change nothing in them. Of
    several that ask the same at once, one does and the others wait.
    """

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()

    @property
    def region(self) -> str:
        """Such as `us-east-1`."""
        return self.aws.region

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer of an operation, named as boto3 names it; raises botocore's ClientError."""
        answer: dict[str, Any] = self._answered(service, operation, parameters, pages=False)
        return answer

    def pages(self, service: str, operation: str, key: str, **parameters: Any) -> list[Any]:
        """What all pages of an operation have under a key, where boto3 has a paginator for it."""
        found = self._answered(service, operation, parameters, pages=True)
        return [each for page in found for each in page[key]]

    def _answered(self, service: str, operation: str, parameters: dict[str, Any], *, pages: bool) -> Any:
        kept = self._place(json.dumps([service, operation, parameters, pages], sort_keys=True))
        if kept.changes != changes_of(self.aws.account, service):
            with kept.lock:
                changes = changes_of(self.aws.account, service)
                if kept.changes != changes:
                    kept.answer = self._ask(service, operation, parameters, pages=pages)
                    # what changes meanwhile makes it old at once
                    kept.changes = changes
        answer = kept.answer
        if isinstance(answer, Exception):
            # raised again and again, it would gather a traceback without end
            raise answer.with_traceback(None)
        return answer

    def _place(self, key: str) -> _Kept:
        found = self._kept.get(key)
        if found is None:
            with self._lock:
                found = self._kept.setdefault(key, _Kept())
        return found

    def _ask(self, service: str, operation: str, parameters: dict[str, Any], *, pages: bool) -> Any:
        from botocore.exceptions import ClientError

        client = self.aws.client(service)
        try:
            if pages:
                return list(client.get_paginator(operation).paginate(**parameters))
            return getattr(client, operation)(**parameters)
        except ClientError as refused:
            return refused
