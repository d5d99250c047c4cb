"""Rules for what is published of a function: versions, the alias that follows them, and their code."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cfn import Reference, Text
from stacks.invariants.functions import ALIAS, FUNCTION, VERSION, is_custom, variables
from stacks.invariants.reading import inside, number, said
from stacks.invariants.rule import Subject, rule
from stacks.naming import parameter_path
from stacks.values import ARTIFACT_BUCKET, ARTIFACT_KEY, BOOTSTRAP_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

LIVE = "live"
SNAP_START_RUNTIMES = ("python3.12", "python3.13", "python3.14")
"""Managed Pythons that restore from a snapshot ("Improving startup performance with Lambda SnapStart")."""
SNAP_START_STORAGE_MB = 512

_HASH = re.compile(r"[0-9a-f]{12}")


@rule("MIYABI.LAMBDA.14", VERSION, remedy="retain both: old versions still run, and are the way back")
def version_is_kept(version: Subject) -> Iterator[str]:
    """A published version outlives its successor."""
    kept = {"DeletionPolicy": ("Retain", "RetainExceptOnCreate"), "UpdateReplacePolicy": ("Retain",)}
    for name, allowed in kept.items():
        if version.resource.body.get(name) not in allowed:
            yield said(name, version.resource.body.get(name))


@rule(
    "MIYABI.LAMBDA.15",
    VERSION,
    remedy="let it name package, hash of the configuration, and what the environment refers to",
)
def version_follows_what_it_holds(version: Subject) -> Iterator[str]:
    """A version's description changes with package, configuration and secrets: only so is a new one made."""
    function, description = version.target("FunctionName"), version.get("Description")
    if function is None or not isinstance(description, Text):
        yield f"{said('FunctionName', version.get('FunctionName'))}, {said('Description', description)}"
        return
    if version.deployment.get(function, "Code.S3Key") not in description.parts:
        yield "its description does not name the package"
    if not any(map(_HASH.fullmatch, description.split(" "))):
        yield "its description holds no hash of the configuration"
    environment = variables(Subject(function, version.system))
    if str(environment.get("SECRETS_REVISION")) not in description.split(" "):
        yield "its description does not name the secrets' revision"
    held = {reference for value in environment.values() for reference in _known_in_aws(value)}
    for reference in sorted(held.difference(description.parts), key=str):
        yield f"its description does not name {reference}, which the environment holds"


def _known_in_aws(value: Any) -> Iterator[Reference]:
    """What a variable refers to, secrets apart: they have their revision."""
    parts = getattr(value, "parts", (value,))
    for before, part in pairwise(("", *parts)):
        if isinstance(part, Reference) and not str(before).endswith(":secretsmanager:"):
            yield part


@rule("MIYABI.LAMBDA.16", FUNCTION, remedy="publish a version and let the alias `live` name it")
def alias_follows_the_version(function: Subject) -> Iterator[str]:
    """Callers find a function by its alias `live`, which names the version that the template publishes."""
    aliases = [alias for alias in _publications(function, ALIAS) if alias.get("Name") == LIVE]
    if not aliases:
        yield f"it has no alias {LIVE}"
    published = {version.resource for version in _publications(function, VERSION)}
    for alias in aliases:
        named = alias.get("FunctionVersion")
        if alias.target("FunctionVersion") not in published or getattr(named, "attribute", None) != "Version":
            yield said(f"FunctionVersion of {LIVE}", named)


def _publications(function: Subject, kind: str) -> Iterator[Subject]:
    """A function's versions or aliases."""
    for each in function.system.of_type(kind):
        if each.target("FunctionName") is function.resource:
            yield each


@rule(
    "MIYABI.LAMBDA.17",
    FUNCTION,
    remedy="take bucket and key from the parameters that `deploy` writes, and nothing else",
)
def code_comes_by_parameter(function: Subject) -> Iterator[str]:
    """The code is what `deploy` has put into the artifact bucket, so that templates don't change with it."""
    wanted = {"S3Bucket": ARTIFACT_BUCKET, "S3Key": BOOTSTRAP_KEY if is_custom(function) else ARTIFACT_KEY}
    code = function.get("Code")
    for key in sorted((code if isinstance(code, dict) else {}).keys() - wanted.keys()):
        yield f"Code has {key} as well"
    for key, value in wanted.items():
        path = parameter_path(function.environment.system, value.stack, value.name)
        if _stored_at(function, inside(code, key)) != path:
            yield f"Code.{key} is not what stands at {path}"


def _stored_at(subject: Subject, value: Any) -> str | None:
    """The path of the SSM-typed parameter that a value of this resource's template comes from."""
    name, stack = getattr(value, "name", None), subject.resource.template.name
    paths = {link.parameter: link.path for link in subject.deployment.links if link.consumer == stack}
    return paths.get(name) if isinstance(name, str) else None


@rule("MIYABI.LAMBDA.9", FUNCTION, also=("E2530", "W2530"), remedy="turn snap_start off, or use python3.13")
def snapshot_is_possible(function: Subject) -> Iterator[str]:
    """SnapStart is used only where Lambda takes snapshots: of published versions of a runtime that has it."""
    apply_on = function.get("SnapStart.ApplyOn")
    if function.get("SnapStart") is None or apply_on == "None":
        return
    if apply_on != "PublishedVersions":
        yield said("SnapStart.ApplyOn", apply_on)
    if function.get("Runtime") not in SNAP_START_RUNTIMES:
        yield f"{said('Runtime', function.get('Runtime'))}, which takes no snapshots"
    if not [*_publications(function, VERSION)]:
        yield "no version is published"
    storage = function.get("EphemeralStorage.Size", SNAP_START_STORAGE_MB)
    if number(storage) != SNAP_START_STORAGE_MB or function.get("FileSystemConfigs"):
        yield "it has more than 512 MB of /tmp, or a file system"
