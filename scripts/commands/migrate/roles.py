"""Prints what was done to the API's database roles, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scripts.commands.migrate.tables import table, where

if TYPE_CHECKING:
    from runtime.migrator.context import Document

PASSWORDS: Final = {"set": "set now", "kept": "as it was", None: "not asked for"}


def render(document: Document) -> str:
    """Both logins: what was changed, whether the password is new, and who is connected."""
    group = document["group"]
    head = ("login", "role", "password", "connected", "changed")
    lines = [where(document), "", *table(head, [_row(login) for login in document["logins"]]), ""]
    if group["created"]:
        lines.append(f"group role {group['role']} created; migrations grant to it")
    lines += [f"warning: {warning}" for warning in document["warnings"]]
    return "\n".join([*lines, _idle(document)])


def _row(login: dict[str, Any]) -> tuple[str, ...]:
    changes = ", ".join(login["changes"]) or "nothing"
    return login["login"], login["role"], PASSWORDS[login["password"]], str(login["sessions"]), changes


def _idle(document: Document) -> str:
    idle = [login["login"] for login in document["logins"] if not login["sessions"]]
    if not idle:
        return "both logins have sessions: neither password can be renewed without failing requests"
    return f"idle: {' and '.join(idle)}; the password of an idle login can be renewed"
