"""Deployments and drawings of our own environments, from their accepted templates."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cfn import Deployment, Template
from report.architecture import NO_MARKS, architecture_of, draw

if TYPE_CHECKING:
    from report.architecture import Marks
    from report.architecture.drawing import Drawing
    from report.architecture.model import Architecture

GOLDEN = Path(__file__).parents[2] / "golden"
ENVIRONMENTS = ("production", "reported", "staging")


@cache
def deployment_of(environment: str) -> Deployment:
    """The accepted templates of an environment."""
    folder = GOLDEN / environment
    content = json.loads((folder / "manifest.json").read_bytes())
    templates = [Template.load(folder / stack["file"], stack["stack"]) for stack in content["stacks"]]
    return Deployment(environment, templates, content["region"], content["account"])


@cache
def architecture(environment: str) -> Architecture:
    """What an environment consists of."""
    return architecture_of(deployment_of(environment))


def drawing(environment: str, marks: Marks = NO_MARKS) -> Drawing:
    """The picture of an environment."""
    return draw(architecture(environment), marks)
