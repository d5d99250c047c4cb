"""What an environment's build asks for: its stacks in order of deployment, and secrets to enter before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from cfn.reading import parse
from ops.stack import template
from stacks.build import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ops.live import Live
    from ops.stack import Stack

SSM_TYPE = "AWS::SSM::Parameter::Value<"
"""How the types of parameters begin whose value is the name of an SSM parameter."""


@dataclass(frozen=True, slots=True)
class EnteredSecret:
    """A secret that a person enters: its name, and the keys of its JSON value."""

    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """A parameter of a template; `default` is None where a value must be given at first."""

    name: str
    type: str
    default: str | None
    description: str

    @property
    def is_ssm(self) -> bool:
        """Whether its value is the name of an SSM parameter, from which CloudFormation reads."""
        return self.type.startswith(SSM_TYPE)


@dataclass(frozen=True, slots=True)
class WantedStack:
    """One stack of a manifest, with its template byte for byte.

    `stack` is such as `network`; `name` is CloudFormation's, such as `miyabi-staging-network`.
    """

    stack: str
    name: str
    text: str
    parameters: tuple[Declared, ...]
    capabilities: tuple[str, ...]
    tags: dict[str, str]
    policy: dict[str, Any] | None
    termination_protection: bool

    @property
    def body(self) -> dict[str, Any]:
        """The template, parsed."""
        body: dict[str, Any] = json.loads(self.text)
        return body

    @property
    def read_from(self) -> frozenset[str]:
        """Stacks whose values in SSM this one reads, such as `network`; `artifact` among them is none."""
        paths = [one.default for one in self.parameters if one.is_ssm and one.default]
        return frozenset(path.split("/")[3] for path in paths)


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that a manifest asks for."""

    environment: str
    system: str
    region: str
    account: str | None
    entered_secrets: tuple[EnteredSecret, ...]
    stacks: tuple[WantedStack, ...]

    @classmethod
    def of(cls, files: Mapping[str, str]) -> Self:
        """Of the files of a build folder, by name, as `stacks.build.files` gives them."""
        manifest = json.loads(files[MANIFEST])
        return cls(
            environment=manifest["environment"],
            system=manifest["system"],
            region=manifest["region"],
            account=manifest["account"],
            entered_secrets=tuple(
                EnteredSecret(one["name"], tuple(one["keys"])) for one in manifest["entered_secrets"]
            ),
            stacks=tuple(_stack(one, files[one["file"]]) for one in manifest["stacks"]),
        )

    @classmethod
    def of_folder(cls, folder: Path) -> Self:
        """Of a build folder, such as `build/staging`; raises OSError."""
        files = sorted(folder.glob("*.json"))
        return cls.of({path.name: path.read_text(encoding="utf-8") for path in files})

    def stack(self, stack: str) -> WantedStack:
        """The stack of that short name, such as `service`; raises KeyError."""
        return {one.stack: one for one in self.stacks}[stack]


def as_deployed(live: Live, stack: Stack) -> WantedStack:
    """A stack as it stands, to be changed by its parameters alone: template, tags and all are its own."""
    text = template(live, stack.name)
    declarations = parse(text).get("Parameters", {})
    return WantedStack(
        stack=stack.name.rpartition("-")[2],
        name=stack.name,
        text=text,
        parameters=tuple(
            Declared(name, one["Type"], one.get("Default"), one.get("Description", ""))
            for name, one in declarations.items()
        ),
        capabilities=stack.capabilities,
        tags=stack.tags,
        policy=None,
        termination_protection=stack.termination_protection,
    )


def _stack(entry: dict[str, Any], text: str) -> WantedStack:
    return WantedStack(
        stack=entry["stack"],
        name=entry["name"],
        text=text,
        parameters=tuple(
            Declared(name, one["type"], one["default"], one["description"])
            for name, one in entry["parameters"].items()
        ),
        capabilities=tuple(entry["capabilities"]),
        tags=entry["tags"],
        policy=entry["stack_policy"],
        termination_protection=entry["termination_protection"],
    )
