"""Every `aws ...` line that an operator follows names an operation of AWS, and options that it has."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import TYPE_CHECKING

import pytest
from botocore import xform_name
from botocore.session import Session

from scripts.docs.documents import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLLOWED = ("deploying", "adopting", "recovery", "operating", "local-aws", "pipeline")
OF_THE_CLI = {"s3", "sso", "configure"}
"""Commands of the AWS CLI that are no service's operations; so is `cloudformation deploy`."""
EVERYWHERE = {"query", "output", "region", "profile", "cli-input-json", "cli-read-timeout", "endpoint-url"}
"""Options that every command has."""
CALL = re.compile(r"(?:^|[(`|\s])aws ([a-z][\w-]+) ([a-z][\w-]+)((?:[^`\n()|]|\$\([^)]*\))*)")


def calls(text: str) -> Iterator[tuple[str, str, set[str]]]:
    """Service, operation and options of each call in a document."""
    for service, operation, rest in CALL.findall(text.replace("\\\n", " ")):
        if service in OF_THE_CLI or (service, operation) == ("cloudformation", "deploy"):
            continue
        yield service, operation, {word[2:] for word in words(rest) if word.startswith("--")}


def words(rest: str) -> list[str]:
    """The words of the shell, also where a quotation goes on in another line."""
    try:
        return shlex.split(rest)
    except ValueError:
        return rest.split()


@cache
def known(service: str) -> dict[str, set[str]]:
    """The operations of a service with their options, as the AWS CLI spells them."""
    model = Session().get_service_model({"s3api": "s3"}.get(service, service))
    found = {}
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        members = shape.members if shape else {}
        given = {xform_name(member, "-") for member in members}
        found[xform_name(name, "-")] = given | {f"no-{option}" for option in given}
    return found


@pytest.mark.parametrize(
    "line", ["aws rds describe-db-instnces", "aws lambda get-function-configuration --function fn"]
)
def test_what_is_misspelt_is_noticed(line: str) -> None:
    [(service, operation, options)] = calls(line)

    assert not options <= known(service).get(operation, set()) or operation not in known(service)


@pytest.mark.parametrize("name", FOLLOWED)
def test_aws_has_every_call_of_the_document(name: str) -> None:
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    found = list(calls(text))
    wrong = [
        f"{service} {operation} {sorted(options - known(service).get(operation, set()) - EVERYWHERE)}"
        for service, operation, options in found
        if not options <= known(service).get(operation, set()) | EVERYWHERE or operation not in known(service)
    ]

    assert found
    assert [] == wrong
