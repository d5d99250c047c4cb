"""What is wrong: the doctor's findings in the order in which they bite, and the rules that are broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ops.status.part import Standing
from report.system.facts import Fact, State, Value
from report.system.model import Issue, IssueGroup, Issues, Suspicion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from report.system.model import Invariants
    from report.system.telling import Told

    Document = Mapping[str, Any]

ROOT: Final = State(Standing.WRONG, "root cause")
GROUPS: Final = (
    (
        "consequences",
        "What follows from it",
        "It is there only because of the root cause.",
        State(Standing.WRONG, "follows"),
    ),
    (
        "next",
        "What would fail next",
        "It fails requests once the root cause is mended.",
        State(Standing.WRONG, "predicted"),
    ),
    (
        "others",
        "What is wrong besides",
        "It has nothing to do with the root cause.",
        State(Standing.WRONG, "wrong"),
    ),
    (
        "may_be",
        "What may be the cause",
        "Nothing proves it or rules it out; look in this order.",
        State(Standing.UNASKED, "undecided"),
    ),
    (
        "risks",
        "Risks",
        "Nothing fails by it yet, or the settings ask for it.",
        State(Standing.NOTICE, "risk"),
    ),
)
"""Key of the doctor's document, title, what it means, and the state of each."""
BY_KEY: Final = {group[0]: group for group in GROUPS}
UNDECIDED: Final = (
    BY_KEY["may_be"],
    ("consequences", "How it shows", "It is no cause, and goes with it.", State(Standing.NOTICE, "shows")),
    *(group for group in GROUPS if group[0] not in ("may_be", "consequences")),
)
"""The same where no cause is proved: first what it may be."""
STATES: Final = {
    "healthy": State(Standing.WELL, "healthy", "The doctor has looked at all of it, and nothing is wrong."),
    "faulty": State(Standing.WRONG, "faulty"),
    "undecided": State(
        Standing.UNASKED, "undecided", "The doctor has seen no fault that is proved to be the cause."
    ),
}
NOT_ASKED: Final = State.unknown("Nobody was asked how the system is.")


def issues(
    told: Told,
    diagnosis: Document | None,
    invariants: Invariants | None,
    *,
    suspicions: Sequence[Document] = (),
    is_offline: bool = False,
) -> Issues:
    """All issues; `is_offline` says that the doctor has judged a document's facts and not an account."""
    groups = [*(_diagnosed(diagnosis) if diagnosis else ()), *_broken(invariants)]
    return Issues(
        _state(told, diagnosis, is_offline=is_offline),
        tuple(_asked(diagnosis)) if diagnosis else (),
        tuple(groups),
        tuple(
            Suspicion(one["suspicion"], tuple(one["faults"]), one["excluded_because"] or "")
            for one in suspicions
        ),
    )


def _state(told: Told, diagnosis: Document | None, *, is_offline: bool) -> State:
    if diagnosis is None:
        return State.unknown(f"{NOT_ASKED.sentence} `{told.command('doctor')}` asks.")
    state = STATES[diagnosis["state"]]
    cause = _titles(diagnosis).get(diagnosis["cause"])
    if cause is not None:
        return State(state.standing, state.word, f"{diagnosis['cause']}: {cause}")
    failed = (diagnosis["request"] or {}).get("status")
    if is_offline and failed is not None:
        first, *others = diagnosis["may_be"] or ("no fault that is known",)
        return State(
            Standing.WRONG,
            f"HTTP {failed} when it was reported",
            f"By the document's own facts the function did not run. Look first at {first}: "
            f"{_titles(diagnosis).get(first, '')}; {len(others)} other faults would explain it as well, and "
            "the account alone tells which.",
        )
    if state.standing is Standing.UNASKED and diagnosis["refused"]:
        return State(state.standing, state.word, str(diagnosis["refused"][0]))
    return state


def _asked(diagnosis: Document) -> Iterator[Fact]:
    request = diagnosis["request"]
    if request is None:
        yield Fact("Asked", (Value(f"nobody: {diagnosis['unasked'] or 'no request was made'}"),))
        return
    yield Fact("Asked", (Value(request["url"], is_code=True),))
    yield Fact("Answer", (Value(str(request["status"] or request["failure"] or "none")),))
    if request["sign"]:
        yield Fact("What that means", (Value(request["sign"]),))
    ran = {True: "Yes", False: "No", None: "not known"}[request["function_ran"]]
    yield Fact("Did the function run", (Value(ran),))


def _diagnosed(diagnosis: Document) -> Iterator[IssueGroup]:
    findings = {one["id"]: one for one in diagnosis["findings"]}
    if diagnosis["cause"]:
        cause = _issue(findings[diagnosis["cause"]], ROOT)
        yield IssueGroup(
            "Root cause", "The first proved fault on a request's way that explains what it came to.", (cause,)
        )
    groups = GROUPS if diagnosis["cause"] else UNDECIDED
    for key, title, intro, state in groups:
        found = tuple(_issue(findings[name], state) for name in diagnosis[key] if name in findings)
        if found:
            yield IssueGroup(title, intro, found)
    if diagnosis["refused"]:
        rows = tuple(
            Issue("", str(sentence), State(Standing.UNASKED, "refused")) for sentence in diagnosis["refused"]
        )
        yield IssueGroup(
            "What could not be read", "Whatever hangs on it is not known, and not taken for well.", rows
        )


def _issue(finding: Document, state: State) -> Issue:
    return Issue(
        finding["id"],
        finding["title"],
        state,
        finding["because"],
        tuple(finding["commands"]),
        finding["change"] or "",
        finding["decide"] or "",
    )


def _titles(diagnosis: Document) -> dict[str, str]:
    return {one["id"]: one["title"] for one in diagnosis["findings"]}


def _broken(invariants: Invariants | None) -> Iterable[IssueGroup]:
    """Rules that are broken and not accepted; what is accepted has a section of its own."""
    if invariants is None or not invariants.broken:
        return
    rows = tuple(
        Issue(one.rule, one.sentence, State(Standing.WRONG, "broken"), f"{one.where}: {one.found}")
        for one in invariants.broken
    )
    yield IssueGroup("Rules that are broken", "The templates may not be deployed like this.", rows)
