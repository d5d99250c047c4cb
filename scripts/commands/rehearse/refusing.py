"""What of a wish for a rehearsal can't be, told before anything is deployed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from ops.rotating.seen import Kind, refuse_unrenewable
from ops.wanted import Wanted
from scripts.errors import ProgramError
from stacks.build import files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ops.wanted import WantedStack
    from stacks.synthesis import Synthesis

ONCE: Final = {
    Kind.DATABASE: "sessions of the login before end after five idle minutes, which are not waited for here",
    Kind.JWT: "tokens that the secret before has signed are good for days",
}
"""Secrets that a rehearsal renews once, and why."""
RESOURCE: Final = "LogicalResourceId/"


class RenewedTwice(ProgramError):
    """A secret is to be renewed again before what was before it has had its time."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        super().__init__(f"--rotate {kind} can be given once: {ONCE[kind]}; leave the others out")


class DeletionDenied(ProgramError):
    """An environment lacks what the stack policy of the one before keeps from being deleted."""

    def __init__(self, before: str, after: str, names: Sequence[str]) -> None:
        self.names = names
        super().__init__(
            f"{after} can't be deployed over {before}: it would delete {', '.join(names)}, which the stack "
            "policy denies; rehearse each by itself, or keep it in the settings"
        )


def refuse_impossible(before: Synthesis, after: Synthesis | None, kinds: Sequence[Kind]) -> None:
    """Raise what the templates tell of: a secret that is not renewed, something that is not deleted.

    Args:
        before: What is deployed first, and whose secrets are renewed.
        after: What is deployed over it.
        kinds: The secrets.

    Raises:
        NotRenewable: The environment can't renew one without failing requests.
        RenewedTwice: One is renewed more often than its time allows.
        DeletionDenied: What the second lacks may not be deleted.
    """
    wanted = Wanted.of(files(before))
    parameters = {one.name for one in wanted.stack("service").parameters}
    for kind, times in Counter(kinds).items():
        refuse_unrenewable(before.environment, kind, parameters)
        if times > 1 and kind in ONCE:
            raise RenewedTwice(kind)
    if after is not None and (names := list(_denied(wanted, Wanted.of(files(after))))):
        raise DeletionDenied(before.environment.name, after.environment.name, names)


def _denied(before: Wanted, after: Wanted) -> Iterator[str]:
    """What would be deleted and may not be, such as `network.Key`."""
    later = {one.stack: one.body["Resources"].keys() for one in after.stacks}
    for one in before.stacks:
        if one.stack in later:
            yield from (f"{one.stack}.{name}" for name in _kept(one) if name not in later[one.stack])


def _kept(stack: WantedStack) -> Iterator[str]:
    """Logical ids of what the policy of a stack keeps."""
    for statement in (stack.policy or {}).get("Statement", ()):
        if statement["Effect"] == "Deny":
            yield from (each.removeprefix(RESOURCE) for each in statement["Resource"])
