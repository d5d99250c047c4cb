"""What a check answers: a fault is proved, ruled out, or not known, each with the fact that decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How sure a check is."""

    PROVED = "proved"
    RULED_OUT = "ruled out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One check's answer.

    Attributes:
        because: The fact that decides, in a sentence without a capital and a full stop; no secret in it.
        commands: What mends it, for a shell, with real names in place.
        change: The same as a change of our settings or templates, in a sentence.
        explains: False where the fault, be it proved or not known, is not why the request failed.
        by_design: Of a fault that is proved: the settings ask for it, so it is a risk that was taken.
        decide: Of what is not known: the one observation that would decide.
        unseen: Of what is not known: AWS did not let us look, or could not be asked.
        worries: Of what is not known: something is wrong, be it what it may, so health is not claimed.
    """

    verdict: Verdict
    because: str
    commands: tuple[str, ...] = ()
    change: str = ""
    explains: bool = True
    by_design: bool = False
    decide: str = ""
    unseen: bool = False
    worries: bool = False


def proved(
    because: str, *commands: str, change: str = "", explains: bool = True, by_design: bool = False
) -> Answer:
    """The fault is there."""
    return Answer(Verdict.PROVED, because, commands, change, explains, by_design)


def ruled_out(because: str) -> Answer:
    """The fault is not there, or nothing that could have it."""
    return Answer(Verdict.RULED_OUT, because)


def unknown(because: str, decide: str = "", *, explains: bool = True, worries: bool = False) -> Answer:
    """Nothing that can be seen decides; `explains` is False of what can't be why the request failed."""
    return Answer(Verdict.UNKNOWN, because, decide=decide, explains=explains, worries=worries)


def unseen(because: str) -> Answer:
    """What would decide could not be looked at."""
    return Answer(Verdict.UNKNOWN, because, unseen=True)
