"""How components stand, by what the doctor and the account say of their parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ops.status.part import Standing
from report.system.facts import WORDS, State
from report.system.model import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ops.status.part import Part

ORDER: Final = tuple(Standing)
COMPLETE: Final = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
"""How CloudFormation calls what is there."""
PROGRESS: Final = {
    Progress.OPEN: Standing.NOTICE,
    Progress.COMMAND: Standing.UNASKED,
    Progress.BUILT: Standing.WELL,
}
"""How a step's progress stands."""
SHOWS: Final = "shows"
"""Effect of a fault that is how another one shows."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of how the system is.

    Attributes:
        parts: What `miyabi status` tells, by name; empty where nobody was asked.
        findings: What the doctor has proved, as `miyabi doctor --json` tells it.
        is_live: Whether an account was asked.
        looked: Whether the doctor has looked.
        statuses: What CloudFormation says of each resource, by `stack.LogicalId`.

    """

    parts: Mapping[str, Part] = field(default_factory=dict)
    findings: Sequence[Mapping[str, Any]] = ()
    is_live: bool = False
    looked: bool = False
    statuses: Mapping[str, str] = field(default_factory=dict)

    def of(self, layers: Sequence[str], parts: Sequence[str] = (), resources: Sequence[str] = ()) -> State:
        """How something is, by the gravest of what is proved and told of it.

        Args:
            layers: Those of the doctor that it lies in, or ids of single faults.
            parts: Parts of `miyabi status` that are about it.
            resources: What it consists of; whether that is deployed is all that is known where nobody has
                looked at more.

        """
        wanted = set(layers)
        found = [one for one in self.findings if one["layer"] in wanted or one["id"] in wanted]
        states = [_proved(one) for one in found if one["verdict"] == "proved"]
        states += [_candidate(one) for one in found if one["may_be"]]
        told = [self.parts[name] for name in parts if name in self.parts]
        states += [_told(part) for part in told]
        if not self.is_live:
            return worst(states) if states else State.unknown()
        unseen = [one for one in found if one["unseen"]]
        states += [State(Standing.UNASKED, "not seen", one["because"]) for one in unseen[:1]]
        if states and worst(states).standing is not Standing.WELL:
            return worst(states)
        if (layers and self.looked) or states:
            return State(Standing.WELL, WORDS[Standing.WELL])
        return self._deployed(resources)

    def _deployed(self, resources: Sequence[str]) -> State:
        """What CloudFormation says of something that nobody else has looked at."""
        found = [self.statuses.get(one, "") for one in resources]
        odd = next((one for one in found if not one.endswith(COMPLETE)), None)
        if odd is None and found:
            return State(Standing.WELL, "deployed")
        return State(Standing.NOTICE, odd) if odd else State.unknown()


def worst(states: Sequence[State]) -> State:
    """The gravest of several, the first where they are alike."""
    return max(states, key=lambda one: ORDER.index(one.standing))


def _proved(finding: Mapping[str, Any]) -> State:
    if finding["is_risk"]:
        return State(Standing.NOTICE, f"risk: {finding['id']}", finding["title"])
    if finding["effect"] == SHOWS:
        return State(Standing.NOTICE, f"follows: {finding['id']}", finding["because"])
    return State(Standing.WRONG, f"wrong: {finding['id']}", finding["title"])


def _candidate(finding: Mapping[str, Any]) -> State:
    return State(Standing.UNASKED, f"may be {finding['id']}", finding["title"])


def _told(part: Part) -> State:
    gravest = next((one for one in part.findings if one.standing is part.standing), None)
    return State(part.standing, WORDS[part.standing], gravest.sentence if gravest else "")
