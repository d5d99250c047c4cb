"""What a word means: an environment, a template, a folder of templates, or those of a revision."""

from __future__ import annotations

import json
import subprocess
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cfn import Deployment, Template
from cost import Traffic
from scripts.commands.cost.kept import environments, synthesised
from scripts.errors import TargetRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

DEFAULT_REGION = "us-east-1"
TEMPLATES = frozenset({".json", ".yaml", ".yml", ".template"})
"""How names of templates end."""
GOLDEN = "tests/golden"
ENVIRONMENTS = "stacks/environments"


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be priced, and what a month brings to it as far as it says so itself."""

    name: str
    deployment: Deployment
    traffic: Traffic | None = None
    manifest: dict[str, Any] | None = None
    """What `synth` writes beside templates; None where there is a template alone."""


def find(word: str, *, region: str | None = None, parameters: Sequence[str] = ()) -> Target:
    """Load what a word means; raises TargetRefused, CfnError or StackError.

    Args:
        word: An environment's name or TOML file, a template, a folder that `synth` wrote, or `REV:ENV`.
        region: Region of a template that is not an environment's; us-east-1 when left out.
        parameters: `K=V`, or `STACK.K=V` where there are several stacks.

    """
    given = _parameters(parameters)
    path = Path(word)
    if not word.strip():
        raise TargetRefused(repr(word), "it names nothing; name an environment, a template or a folder")
    if path.is_dir():
        return _folder(path, given)
    if path.suffix != ".toml" and path.is_file():
        return _template(path, region or DEFAULT_REGION, given)
    if ":" in word:
        revision, _, name = word.rpartition(":")
        return _revision(revision, name, given)
    if path.suffix not in ("", ".toml"):
        raise TargetRefused(word, f"there is no such file; {_near(path)}")
    return _environment(word, given)


def _near(path: Path) -> str:
    """What may have been meant by the name of a file that is not there."""
    beside = [other.name for other in path.parent.glob("*") if other.suffix in TEMPLATES]
    near = get_close_matches(path.name, beside, n=1)
    return f"did you mean {path.with_name(near[0])}?" if near else "name a template, or an environment"


def every_environment() -> list[Target]:
    """All environments, sorted by name."""
    return [find(name) for name in environments()]


def _environment(name: str, given: Mapping[str, str]) -> Target:
    found = synthesised(name)
    templates = [Template(stack, body) for stack, body in found.templates.items()]
    deployment = _deployment(found.name, templates, found.region, found.account, given)
    return Target(found.name, deployment, Traffic.of(found.traffic), found.manifest)


def _template(path: Path, region: str, given: Mapping[str, str]) -> Target:
    deployment = _deployment(path.name, [Template.load(path)], region, None, given)
    deployment.check()
    return Target(path.name, deployment)


def _folder(path: Path, given: Mapping[str, str]) -> Target:
    manifest = path / "manifest.json"
    if not manifest.is_file():
        within = min((str(each.parent) for each in path.glob("*/manifest.json")), default=None)
        remedy = f"did you mean {within}?" if within else "name one that synth wrote, or a template"
        raise TargetRefused(str(path), f"the folder holds no manifest.json; {remedy}")
    content = json.loads(manifest.read_bytes())
    templates = [Template.load(path / stack["file"], stack["stack"]) for stack in content["stacks"]]
    deployment = _deployment(str(path), templates, content["region"], content["account"], given)
    return Target(str(path), deployment, _traffic_of(content["environment"]), content)


def _traffic_of(name: str) -> Traffic | None:
    return Traffic.of(synthesised(name).traffic) if name in environments() else None


def _revision(revision: str, name: str, given: Mapping[str, str]) -> Target:
    """The accepted templates of an environment as they were at a revision, with its traffic of then."""
    word = f"{revision}:{name}"
    if not revision or not name:
        raise TargetRefused(word, "a part of REV:ENV is missing; write both, such as HEAD:production")
    content = json.loads(_show(word, f"{GOLDEN}/{name}/manifest.json"))
    templates = [
        Template(stack["stack"], json.loads(_show(word, f"{GOLDEN}/{name}/{stack['file']}")))
        for stack in content["stacks"]
    ]
    settings = tomllib.loads(_show(word, f"{ENVIRONMENTS}/{name}.toml"))
    deployment = _deployment(word, templates, content["region"], content["account"], given)
    return Target(word, deployment, Traffic.of(settings.get("traffic", {})), content)


def _show(word: str, path: str) -> str:
    """A file as it was at the revision that a word names."""
    revision = word.rpartition(":")[0]
    content = _git(word, "show", "--end-of-options", f"{revision}:{path}")
    if content is not None:
        return content
    known = _git(word, "ls-tree", "--name-only", "--end-of-options", f"{revision}:{GOLDEN}")
    if known is None:
        raise TargetRefused(word, f"git finds no {GOLDEN} at {revision}; name a commit, a branch or a tag")
    raise TargetRefused(word, f"git has no {path} at {revision}; known are {', '.join(known.split())}")


def _git(word: str, *arguments: str) -> str | None:
    """What git prints; None where it refuses."""
    command = ["git", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise TargetRefused(word, "git is not installed; install it, or name what needs none") from None
    return None if done.returncode else done.stdout


def _deployment(
    name: str,
    templates: Iterable[Template],
    region: str,
    account: str | None,
    given: Mapping[str, str],
) -> Deployment:
    templates = list(templates)
    by_stack: dict[str, dict[str, Any]] = {}
    for key, value in given.items():
        for template in _declaring(key, templates):
            by_stack.setdefault(template.name, {})[key.rpartition(".")[2]] = value
    return Deployment(name, templates, region, account, parameters=by_stack)


def _declaring(key: str, templates: Sequence[Template]) -> Iterator[Template]:
    """The templates that a parameter is for: the named stack's, or all that declare it."""
    stack, _, name = key.rpartition(".")
    found = [each for each in templates if stack in ("", each.name) and name in each.parameters]
    if not found:
        known = sorted({parameter for template in templates for parameter in template.parameters})
        near = get_close_matches(name, known, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"known are {', '.join(known) or 'none'}"
        raise TargetRefused(f"parameter {key}", f"no template has it; {remedy}")
    yield from found


def _parameters(pairs: Iterable[str]) -> dict[str, str]:
    given = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise TargetRefused(f"parameter {pair!r}", "write it as KEY=VALUE")
        given[key] = value
    return given
