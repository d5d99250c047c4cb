"""Accounts of which AWS tells something else than the local one would."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ops.live import Live
from ops.preflight.found import Scope
from ops.wanted import Wanted
from stacks.loading import load_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ops.preflight import Found
    from twin.aws.clients import Aws

GOLDEN = Path(__file__).parents[2] / "golden"
TODAY = date(2026, 11, 26)
WELL = {"client_id": "Iv1", "client_secret": "s3cret-of-github"}
STACKS = "cloudformation:describe_stacks"
HELD = "cloudformation:list_stack_resources"


@dataclass(frozen=True)
class Told:
    """Connects to an account in which some operations have another answer, or are refused."""

    connect: Callable[[str], Any]
    answers: Mapping[str, Any]

    def __call__(self, service: str) -> Any:
        """The client of a service."""
        return _Client(self, service)

    def answer(self, name: str, arguments: dict[str, Any]) -> Any:
        """What is told instead."""
        found = self.answers[name]
        found = found(arguments) if callable(found) else found
        if isinstance(found, Exception):
            raise found
        return found


@dataclass(frozen=True)
class _Client:
    told: Told
    service: str

    def __getattr__(self, operation: str) -> Any:
        name = f"{self.service}:{operation}"
        if name in self.told.answers:
            return lambda **arguments: self.told.answer(name, arguments)
        return getattr(self.told.connect(self.service), operation)

    def get_paginator(self, operation: str) -> Any:
        """One page of what is told instead, or all there are."""
        name = f"{self.service}:{operation}"
        if name not in self.told.answers:
            return self.told.connect(self.service).get_paginator(operation)
        return _Pages(self.told, name)


@dataclass(frozen=True)
class _Pages:
    told: Told
    name: str

    def paginate(self, **arguments: Any) -> list[Any]:
        """All pages."""
        return [self.told.answer(self.name, arguments)]


def refusal(operation: str, code: str = "AccessDeniedException") -> ClientError:
    """What AWS says to somebody who may not."""
    return ClientError({"Error": {"Code": code, "Message": "no"}, **FORBIDDEN}, operation)


FORBIDDEN: Any = {"ResponseMetadata": {"HTTPStatusCode": 403}}


def scope(connect: Any, environment: str = "staging", **changes: Any) -> Scope:
    """All stacks of an environment."""
    wanted = Wanted.of_folder(GOLDEN / environment)
    whole = Scope(
        live=Live(load_environment(environment), connect),
        wanted=wanted,
        stacks=wanted.stacks,
        given={},
        package=None,
        bootstrap=None,
        today=TODAY,
    )
    return replace(whole, **changes)


def sentences(found: Iterator[Found]) -> list[str]:
    """Problems as they are told, notes in brackets."""
    return [one.sentence if one.is_problem else f"({one.sentence})" for one in found]


def enter(aws: Aws, name: str, value: Any) -> None:
    """Put a secret where the stacks look for it."""
    text = value if isinstance(value, str) else json.dumps(value)
    aws.client("secretsmanager").create_secret(Name=name, SecretString=text)


def standing(status: str, **more: Any) -> Callable[[dict[str, Any]], Any]:
    """How CloudFormation describes the service stack; of the others there is none."""

    def describe(arguments: dict[str, Any]) -> Any:
        name = arguments["StackName"]
        if not name.endswith("-service"):
            message = f"Stack with id {name} does not exist"
            return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        return {
            "Stacks": [
                {"StackName": name, "StackId": name, "StackStatus": status, "CreationTime": datetime.now(UTC)}
                | more
            ]
        }

    return describe
