"""A diagnosis in the picture: each fault where it is, on a tile or on the way between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from report.architecture.folding.table import table
from report.architecture.marks import Mark, Marked, Marks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ops.doctor.diagnosing import Diagnosis, Finding
    from report.architecture.model import Architecture, Arrow

MOST_NOTES: Final = 6
WAY_TO_FUNCTION, WAY_TO_DATABASE, WHOLE = "way to the function", "way to the database", ""
PLACES: Final = {
    "operator": WHOLE,
    "stacks": WHOLE,
    "edge": "distribution",
    "gateway": "http-api",
    "permission": WAY_TO_FUNCTION,
    "function": "function",
    "package": "function",
    "configuration": "function",
    "application": "function",
    "network": WAY_TO_DATABASE,
    "database": "database",
    "tls": WAY_TO_DATABASE,
    "credentials": WAY_TO_DATABASE,
    "schema": "database",
    "logs": "function",
    "quotas": "function",
    "cost": WHOLE,
}
"""Where faults of a layer are: a kind of tile, or a way between two; what is about the whole is a note."""
PLACES_OF_ONE: Final = {
    "API-031": "firewall",
    "API-032": "http-api",
    "DB-016": "database-proxy",
    "LAM-011": "function",
    "LOG-010": "http-api",
}
"""Faults that are elsewhere than others of their layer."""
_WORDS: Final = {"permission": "no permission", "network": "blocked", "tls": "TLS", "credentials": "refused"}
"""What an arrow says that a fault of a layer is about."""
_API, _FUNCTION, _DATABASE = "api-gateway", "lambda", "rds"


@dataclass(frozen=True, slots=True)
class _Fault:
    """A finding in short."""

    id: str
    layer: str
    title: str
    because: str
    is_proved: bool


def marks_of_diagnosis(architecture: Architecture, diagnosis: Diagnosis) -> Marks:
    """Faults where they are: proved ones, and what is not known and could explain what was seen.

    Risks, which fail nothing yet, are not marked, nor what only follows from something else.
    """
    cause = [diagnosis.cause] if diagnosis.cause else []
    proved = [*cause, *diagnosis.next, *diagnosis.others]
    known = {each.id for each in (*proved, *diagnosis.consequences)}
    unknown = {each.id: each for each in (*diagnosis.undecided, *diagnosis.unseen) if each.id not in known}
    faults = [_of_finding(each, is_proved=True) for each in proved]
    faults += [_of_finding(each, is_proved=False) for each in unknown.values()]
    return _marks(architecture, faults, diagnosis.state.value)


def marks_of_diagnosis_document(architecture: Architecture, document: Mapping[str, Any]) -> Marks:
    """The same of the JSON of `miyabi doctor`; raises KeyError or TypeError where that is of another form."""
    by_id = {row["id"]: row for row in document["findings"]}
    cause = [document["cause"]] if document["cause"] else []
    proved = [*cause, *document["next"], *document["others"]]
    known = {*proved, *document["consequences"]}
    unknown = [each for each in (*document["may_be"], *document["unseen"]) if each not in known]
    faults = [
        _Fault(
            each,
            str(by_id[each]["layer"]),
            str(by_id[each]["title"]),
            str(by_id[each]["because"]),
            each in proved,
        )
        for each in dict.fromkeys((*proved, *unknown))
    ]
    return _marks(architecture, faults, str(document["state"]))


def _of_finding(finding: Finding, *, is_proved: bool) -> _Fault:
    fault = finding.check.fault
    return _Fault(fault.id, fault.layer.value, fault.title, finding.answer.because, is_proved)


def _marks(architecture: Architecture, faults: Sequence[_Fault], state: str) -> Marks:
    tiles: dict[str, list[_Fault]] = {}
    arrows: dict[tuple[str, str], list[_Fault]] = {}
    for fault in faults:
        place = _place(architecture, PLACES_OF_ONE.get(fault.id, PLACES.get(fault.layer, WHOLE)))
        if isinstance(place, str):
            tiles.setdefault(place, []).append(fault)
        elif place is not None and (fault.is_proved or place.is_permitted):
            # What the templates lack is drawn as lacking, and says more than what is not known.
            arrows.setdefault((place.source, place.target), []).append(fault)
    return Marks(
        {tile: _marked(found, is_way=False) for tile, found in tiles.items()},
        {},
        {ends: _marked(found, is_way=True) for ends, found in arrows.items()},
        f"the doctor says: {state}",
        tuple(_notes(faults)),
    )


def _notes(faults: Sequence[_Fault]) -> list[str]:
    notes = [f"{fault.id}: {fault.title}" for fault in faults if fault.is_proved]
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], f"and {len(notes) - MOST_NOTES} more faults"]
    unknown = sum(not fault.is_proved for fault in faults)
    return [*notes, f"neither proved nor ruled out: {unknown} of the faults"] if unknown else notes


def _marked(faults: Sequence[_Fault], *, is_way: bool) -> Marked:
    """One mark for all faults of a place; proved ones hide what is not known."""
    proved = [fault for fault in faults if fault.is_proved]
    shown = proved or faults
    ids = shown[0].id + (f" and {len(shown) - 1} more" if len(shown) > 1 else "")
    full = "; ".join(f"{fault.id} {fault.title}: {fault.because}" for fault in shown)
    if not proved:
        return Marked(Mark.UNKNOWN, f"not known: {ids}" if is_way else "not known", full)
    word = f"{ids} {_WORDS.get(shown[0].layer, 'fault')}" if is_way else f"fault {ids}"
    return Marked(Mark.FAULT, word, full)


def _place(architecture: Architecture, place: str) -> str | Arrow | None:
    """A tile's id or an arrow; None for what is about the whole, or is not in the picture."""
    if place == WHOLE:
        return None
    if place == WAY_TO_FUNCTION:
        return _heaviest(architecture, _API, _FUNCTION) or _first(architecture, _API, _FUNCTION)
    if place == WAY_TO_DATABASE:
        return _heaviest(architecture, _FUNCTION, _DATABASE) or _first(architecture, _DATABASE, _FUNCTION)
    if place == "function":
        asked = _heaviest(architecture, _API, _FUNCTION)
        return asked.target if asked else _first(architecture, _FUNCTION)
    exact = next((tile.id for tile in architecture.tiles if tile.kind == place), None)
    return exact or _first(architecture, table().by_id[place].icon)  # a REST API stands for an HTTP API


def _heaviest(architecture: Architecture, source: str, target: str) -> Arrow | None:
    """The arrow with most traffic between tiles of two icons; from the function that is asked most."""
    found = [
        arrow
        for arrow in architecture.arrows
        if architecture.tile(arrow.source).icon == source and architecture.tile(arrow.target).icon == target
    ]
    asked: dict[str, int] = {}
    for arrow in architecture.arrows:
        asked[arrow.target] = max(asked.get(arrow.target, 0), arrow.weight)
    return max(found, key=lambda arrow: (arrow.weight, asked.get(arrow.source, 0)), default=None)


def _first(architecture: Architecture, *icons: str) -> str | None:
    """The first tile of the first icon that is on the path of a request."""
    for icon in icons:
        for tile in architecture.tiles:
            if tile.icon == icon and not tile.lane.is_below:
                return tile.id
    return None
