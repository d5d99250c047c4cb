"""From an environment to its checked templates, all in memory; `stacks.build` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cfn import Deployment, Template
from stacks.database import build_database
from stacks.edge import build_edge
from stacks.errors import TemplateOverLimit
from stacks.network import build_network
from stacks.observability import build_observability
from stacks.service import build_service
from stacks.waivers import is_cfn_lint
from stacks.writing import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacks.settings import Environment
    from stacks.waivers import Waiver

MOST_RESOURCES = 500
MOST_BYTES = 1_000_000
"""CloudFormation quotas: resources in a template, and bytes of a template that lies in S3 (1 MB)."""
PLAIN_DEPLOY_BYTES = 51_200
"""The most that is taken in a request itself, so that plain `aws cloudformation deploy` needs no bucket."""


@dataclass(frozen=True)
class Synthesis:
    """An environment's templates by stack, in deployment order; JSON-ready, not yet checked."""

    environment: Environment
    templates: dict[str, dict[str, Any]]

    @cached_property
    def texts(self) -> dict[str, str]:
        """The bytes to write, by stack."""
        return {stack: dumps(body) for stack, body in self.templates.items()}

    @cached_property
    def deployment(self) -> Deployment:
        """The templates as one system, with the values that travel between them."""
        return Deployment(
            self.environment.name,
            [Template(stack, body) for stack, body in self.templates.items()],
            self.environment.region,
            self.environment.account,
        )


def synthesise(environment: Environment) -> Synthesis:
    """Build every stack of an environment; raises TemplateOverLimit."""
    stacks = [build_network(environment), build_database(environment), build_service(environment)]
    if environment.edge:
        stacks.append(build_edge(environment))
    if environment.observability:
        stacks.append(build_observability(environment))
    synthesis = Synthesis(environment, {stack.name: stack.template.to_dict() for stack in stacks})
    refuse_over_limits(synthesis)
    return synthesis


def refuse_over_limits(synthesis: Synthesis) -> None:
    """Raise TemplateOverLimit for what CloudFormation would not take at all."""
    for stack, body in synthesis.templates.items():
        name = f"{synthesis.environment.name}/{stack}"
        if len(body["Resources"]) > MOST_RESOURCES:
            raise TemplateOverLimit(name, "resources", len(body["Resources"]), MOST_RESOURCES)
        size = len(synthesis.texts[stack].encode())
        if size > MOST_BYTES:
            raise TemplateOverLimit(name, "bytes", size, MOST_BYTES)


def with_lint_waivers(synthesis: Synthesis, waivers: Iterable[Waiver]) -> Synthesis:
    """The same templates, with cfn-lint's waived rules in the Metadata of the resources concerned."""
    ignored: dict[str, list[str]] = {}
    for waiver in waivers:
        if waiver.environment == synthesis.environment.name and is_cfn_lint(waiver.rule):
            ignored.setdefault(waiver.logical_id, []).append(waiver.rule)
    if not ignored:
        return synthesis
    templates = {
        stack: body
        | {
            "Resources": {
                name: _ignoring(resource, ignored.get(name)) for name, resource in body["Resources"].items()
            }
        }
        for stack, body in synthesis.templates.items()
    }
    return Synthesis(synthesis.environment, templates)


def _ignoring(resource: dict[str, Any], rules: list[str] | None) -> dict[str, Any]:
    if not rules:
        return resource
    metadata = resource.get("Metadata", {}) | {"cfn-lint": {"config": {"ignore_checks": sorted(rules)}}}
    return resource | {"Metadata": metadata}
