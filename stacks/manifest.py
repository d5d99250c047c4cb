"""The manifest: what a deployment needs to know beside the templates."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from stacks.naming import secret_name, stack_name
from stacks.secrets import ENTERED
from stacks.tags import environment_tags

if TYPE_CHECKING:
    from stacks.synthesis import Synthesis

STATEFUL = frozenset(
    {
        "AWS::Backup::BackupVault",
        "AWS::KMS::Key",
        "AWS::Logs::LogGroup",
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
    }
)
"""Types whose replacement or deletion loses data; the stack policy refuses both."""


def manifest(synthesis: Synthesis) -> dict[str, Any]:
    """Environment, system, region, account, secrets to enter, and the stacks in deployment order."""
    environment = synthesis.environment
    return {
        "environment": environment.name,
        "system": environment.system,
        "region": environment.region,
        "account": environment.account,
        "entered_secrets": _entered_secrets(synthesis),
        "stacks": [_stack(synthesis, stack, body) for stack, body in synthesis.templates.items()],
    }


def _stack(synthesis: Synthesis, stack: str, body: dict[str, Any]) -> dict[str, Any]:
    environment = synthesis.environment
    return {
        "name": stack_name(environment.system, stack),
        "stack": stack,
        "file": f"{stack}.json",
        "sha256": hashlib.sha256(synthesis.texts[stack].encode()).hexdigest(),
        "parameters": {name: _parameter(value) for name, value in sorted(body.get("Parameters", {}).items())},
        "capabilities": _capabilities(body),
        "tags": environment_tags(environment, stack),
        "stack_policy": _stack_policy(body) if environment.termination_protection else None,
        "termination_protection": environment.termination_protection,
    }


def _parameter(declaration: dict[str, Any]) -> dict[str, Any]:
    """Type, and default; a parameter without one must be given when the stack is first deployed."""
    return {
        "type": declaration["Type"],
        "default": declaration.get("Default"),
        "description": declaration.get("Description", ""),
        "required": "Default" not in declaration,
    }


def _capabilities(body: dict[str, Any]) -> list[str]:
    """What CloudFormation wants to be told: that roles are made, and that one has a fixed name."""
    roles = [resource for resource in body["Resources"].values() if resource["Type"].startswith("AWS::IAM::")]
    if any("RoleName" in role.get("Properties", {}) for role in roles):
        return ["CAPABILITY_NAMED_IAM"]
    return ["CAPABILITY_IAM"] if roles else []


def _stack_policy(body: dict[str, Any]) -> dict[str, Any]:
    """Updates are allowed; replacing or deleting what holds data is not."""
    kept = [
        f"LogicalResourceId/{name}"
        for name, resource in sorted(body["Resources"].items())
        if resource["Type"] in STATEFUL
    ]
    everything = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    protect = {
        "Effect": "Deny",
        "Action": ["Update:Delete", "Update:Replace"],
        "Principal": "*",
        "Resource": kept,
    }
    return {"Statement": [everything, protect] if kept else [everything]}


def _entered_secrets(synthesis: Synthesis) -> list[dict[str, Any]]:
    """Secrets that a person enters before the first deployment, with the keys of their JSON value."""
    texts = "".join(synthesis.texts.values())
    wanted = {name: secret_name(synthesis.environment.system, name) for name in ENTERED}
    return [
        {"name": path, "keys": list(ENTERED[name])}
        for name, path in wanted.items()
        if f"{{{{resolve:secretsmanager:{path}:" in texts
    ]
