"""Every rule about what is published of a function notices its own mutations, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.invariants.edits import REMOVED, UNKNOWN, spoils
from tests.stacks.invariants.mutation import Mutation, breaks, newly_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stacks.systems import Templates

MUTATIONS: list[Mutation] = []
UNUSED = "MIYABI.TEMPLATE.7"
"""A version that no alias names any more."""
PARTS = {
    "package": {"Ref": "ArtifactKey"},
    "hash": "0123456789ab",
    "host": {"Ref": "DatabaseHost"},
    "port": {"Ref": "DatabasePort"},
    "revision": {"Ref": "SecretsRevision"},
}


def _service(path: str, wrong: Sequence[Any], *rules: str) -> None:
    spoils(MUTATIONS, "service", path, wrong, *rules)


def _described(**changed: Any) -> dict[str, Any]:
    return {"Fn::Join": [" ", [*(PARTS | changed).values()]]}


for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
    _service(f"!ApiVersion/{policy}", [REMOVED, "Delete", "Snapshot"], "MIYABI.LAMBDA.14")
_service(
    "ApiVersion/Description",
    [
        REMOVED,
        UNKNOWN,
        "the newest",
        _described(package="package.zip"),
        _described(hash="none"),
        _described(host="db.example"),
        _described(port="5432"),
        _described(revision="new"),
    ],
    "MIYABI.LAMBDA.15",
)
_service("ApiVersion/Description", [_described()])
_service("ApiVersion/FunctionName", [REMOVED, UNKNOWN, "miyabi-api"], "MIYABI.LAMBDA.15", "MIYABI.LAMBDA.16")
_service("ApiVersion/FunctionName", [{"Ref": "LoginFunction"}], "MIYABI.LAMBDA.15", "MIYABI.LAMBDA.16")
_service(
    "ApiAlias/FunctionVersion", [{"Fn::GetAtt": ["LoginVersion", "Version"]}], "MIYABI.LAMBDA.16", UNUSED
)
_service("ApiAlias/FunctionVersion", [REMOVED, "$LATEST", "7"], "MIYABI.LAMBDA.16", UNUSED)
_service("ApiAlias/FunctionVersion", [{"Ref": "ApiVersion"}], "MIYABI.LAMBDA.16")
_service("LoginAlias/Name", [REMOVED, UNKNOWN, "next"], "MIYABI.LAMBDA.16")
_service(
    "ApiFunction/Code/S3Bucket", [REMOVED, UNKNOWN, "my-bucket", {"Ref": "ArtifactKey"}], "MIYABI.LAMBDA.17"
)
_service("ApiFunction/Code", [REMOVED], "MIYABI.LAMBDA.15", "MIYABI.LAMBDA.17")
_service("ApiFunction/Code/S3Key", [REMOVED, "api.zip"], "MIYABI.LAMBDA.15", "MIYABI.LAMBDA.17")
_service("ApiFunction/Code/ZipFile", ["def handle(): ..."], "MIYABI.LAMBDA.17")
_service("ApiFunction/SnapStart", [{}, {"ApplyOn": "Always"}, UNKNOWN], "MIYABI.LAMBDA.9")


def _take_snapshots(templates: Templates, **properties: Any) -> None:
    function = templates["service"]["Resources"]["ApiFunction"]["Properties"]
    function |= {"SnapStart": {"ApplyOn": "PublishedVersions"}, **properties}


@breaks(MUTATIONS)
def take_snapshots(templates: Templates) -> None:
    _take_snapshots(templates)


@breaks(MUTATIONS, "MIYABI.LAMBDA.9")
def take_snapshots_of_a_runtime_that_has_none(templates: Templates) -> None:
    _take_snapshots(templates, Runtime="python3.11")


@breaks(MUTATIONS, "MIYABI.LAMBDA.9")
def take_snapshots_of_much_storage(templates: Templates) -> None:
    _take_snapshots(templates, EphemeralStorage={"Size": 1024})


@breaks(MUTATIONS, "MIYABI.LAMBDA.9", "MIYABI.LAMBDA.16")
def take_snapshots_of_nothing_published(templates: Templates) -> None:
    _take_snapshots(templates)
    resources = templates["service"]["Resources"]
    del resources["ApiVersion"]
    resources["ApiAlias"]["Properties"]["FunctionVersion"] = "1"


@breaks(MUTATIONS, "MIYABI.LAMBDA.16")
def leave_the_migrator_without_an_alias(templates: Templates) -> None:
    resources = templates["database"]["Resources"]
    del resources["MigratorAlias"]
    resources["MigratorVersion"]["Metadata"] = {"Seen": {"Ref": "MigratorVersion"}}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_exactly_the_rules_named_notice(mutation: Mutation) -> None:
    assert mutation.rules == newly_found(mutation)
