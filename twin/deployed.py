"""What is deployed to a local AWS, as its services tell; an answer is kept until something changes.

deployed = Deployed(aws)
deployed.call("lambda", "get_function_configuration", FunctionName="miyabi-api")["MemorySize"]
"""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING, Any

from twin.aws.changes import changes_of

if TYPE_CHECKING:
    from twin.aws.clients import Aws


class Deployed:
    """Reads an account by boto3; what was asked before is not asked again while nothing has changed.

    Answers are shared between all who ask, from several threads: read them, and change nothing in them.
    """

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self._seen = -1
        self._answers: dict[str, Any] = {}
        self._lock = Lock()

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer of an operation, named as boto3 names it; raises botocore's ClientError."""
        answer: dict[str, Any] = self._answered(service, operation, parameters, pages=False)
        return answer

    def pages(self, service: str, operation: str, key: str, **parameters: Any) -> list[Any]:
        """What all pages of an operation have under a key, where boto3 has a paginator for it."""
        found = self._answered(service, operation, parameters, pages=True)
        return [each for page in found for each in page[key]]

    def _answered(self, service: str, operation: str, parameters: dict[str, Any], *, pages: bool) -> Any:
        from botocore.exceptions import ClientError

        key = json.dumps([service, operation, parameters, pages], sort_keys=True)
        changes = changes_of(self.aws.account)
        with self._lock:
            if changes != self._seen:
                self._answers.clear()
                self._seen = changes
            if key in self._answers:
                answer = self._answers[key]
                if isinstance(answer, ClientError):
                    raise answer
                return answer
        client = self.aws.client(service)
        try:
            if pages:
                answer = list(client.get_paginator(operation).paginate(**parameters))
            else:
                answer = getattr(client, operation)(**parameters)
        except ClientError as error:
            self._keep(changes, key, error)
            raise
        self._keep(changes, key, answer)
        return answer

    def _keep(self, changes: int, key: str, answer: Any) -> None:
        """Keep an answer, unless something has changed since it was asked for."""
        with self._lock:
            if changes == self._seen == changes_of(self.aws.account):
                self._answers[key] = answer
