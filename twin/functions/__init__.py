"""Runs the Lambda functions that are deployed to a local AWS, decided from what is read back of them."""

from twin.functions.errors import DestinationUnknown, NotInvocable, NotOpen, NotRunnable, Throttled
from twin.functions.native import Native
from twin.functions.outcome import Outcome
from twin.functions.retries import Retries
from twin.functions.running import Functions

__all__ = [
    "DestinationUnknown",
    "Functions",
    "Native",
    "NotInvocable",
    "NotOpen",
    "NotRunnable",
    "Outcome",
    "Retries",
    "Throttled",
]
