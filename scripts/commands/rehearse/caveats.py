"""What stands in for something else, and what has no effect here, in as few sentences as say it.

The parts of the twin say a sentence of each thing; what they say alike is said once here, by short names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from twin.databases.fleet import ALWAYS_UNCHECKED
from twin.functions.running import STARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ALWAYS: Final = frozenset((STARTS, *ALWAYS_UNCHECKED))
"""What is so in every rehearsal: it is told in docs/rehearsing.md, and by --json."""
_SUBJECT: Final = re.compile(r"(function|distribution|database|rule) ([^\s:]+)(:? )(.*)", re.DOTALL)
_GENERATED: Final = re.compile(r".*-([A-Z]\w+)-[0-9A-F]{12}$")
"""A name that CloudFormation has made: stack, logical id and random letters."""
_PLACE: Final = re.compile(r"(.*) (\([^()]+\))")
"""A sentence and the place, such as a path, that it is true of."""
PLURALS: Final = {
    "runs": "run",
    "leaves": "leave",
    "starts": "start",
    "is": "are",
    "does": "do",
    "has": "have",
}
"""Verbs of sentences of one thing."""
_VERB: Final = re.compile(rf"\b({'|'.join(PLURALS)})\b")


def compact(sentences: Iterable[str]) -> list[str]:
    """The same in fewer: one for all things of which the same is said, all that is said of a thing in one."""
    things: dict[tuple[str, str, str], list[str]] = {}
    others: list[str] = []
    for sentence in dict.fromkeys(sentences):
        if found := _SUBJECT.fullmatch(sentence):
            kind, name, mark, what = found.groups()
            things.setdefault((kind, mark, what), []).append(short(name))
        elif sentence not in ALWAYS:
            others.append(sentence)
    said: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    for (kind, mark, what), names in things.items():
        told = _of_several(what) if len(names) > 1 else what
        said.setdefault((kind, tuple(sorted(names)), mark), []).append(told)
    return [*(_sentence(*of_whom, whats) for of_whom, whats in said.items()), *others]


def short(name: str) -> str:
    """The logical id in a name that CloudFormation has made; any other name as it is."""
    found = _GENERATED.match(name)
    return found[1] if found else name


def listed(things: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join((", ".join(things[:-1]), things[-1])) if len(things) > 1 else "".join(things)


def _sentence(kind: str, names: tuple[str, ...], mark: str, whats: Sequence[str]) -> str:
    whose = f"{kind}s" if len(names) > 1 else kind
    return f"{whose} {listed(names)}{mark}{'; '.join(_placed(whats))}"


def _placed(whats: Sequence[str]) -> list[str]:
    """What is said of several places, once with all of them."""
    places: dict[str, list[str]] = {}
    for what in whats:
        found = _PLACE.fullmatch(what)
        head, place = found.groups() if found else (what, "")
        places.setdefault(head, []).append(place.strip("()"))
    return [f"{head} ({listed(where)})" if any(where) else head for head, where in places.items()]


def _of_several(what: str) -> str:
    """What is said of one, of several: its first verb, and what stands for the thing."""
    verb = _VERB.sub(lambda found: PLURALS[found[0]], what, count=1)
    return verb.replace("it likes", "they like").replace("its own", "their own")
