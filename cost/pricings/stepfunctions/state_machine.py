"""Workflows: standard ones by state transitions, express ones by runs and their time by memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cost.errors import PropertyRefused
from cost.lines import Charge, NotPriced
from cost.shared.metering import rounded_up
from cost.shared.traces import PRICE as TRACES
from cost.shared.traces import traces
from cost.usage.key import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfn.template import Resource
    from cost.context import Context
    from cost.lines import Item

TYPE = "AWS::StepFunctions::StateMachine"
STEP_MS = 100
STEP_MB = 64
USAGE = (
    Key(
        "monthly_transitions",
        "transitions",
        "state transitions of a standard workflow, retries included; with an express one it costs nothing",
    ),
    Key(
        "monthly_requests",
        "requests",
        "runs of an express workflow in a month; with a standard one it costs nothing",
    ),
    Key("workflow_duration_ms", "ms", "one run of an express workflow, in steps of 100", default=STEP_MS),
    Key("memory_mb", "MB", "one run of an express workflow, in steps of 64", default=STEP_MB),
    Key("monthly_log_gb", "GB", "log of the runs, if the template names a group for it"),
)
PRICES = ("AmazonStates/*", TRACES)
LEAST = "the least time and memory that a run is charged for, where its usage tells none"
TRACED = "traces of a standard workflow's runs"


def price(resource: Resource, context: Context) -> Iterator[Item]:
    """What its kind is charged for."""
    kind = context.text(resource, "StateMachineType", "STANDARD")
    if kind == "STANDARD":
        transitions = context.usage(resource, "monthly_transitions")
        yield Charge("state transitions", transitions, "AmazonStates/standard_transitions")
    elif kind == "EXPRESS":
        yield from _express(resource, context)
    else:
        raise PropertyRefused(resource.logical_id, "StateMachineType", kind, "STANDARD or EXPRESS")
    if context.flag(resource, "TracingConfiguration.Enabled"):
        express = kind == "EXPRESS"
        yield traces(context.usage(resource, "monthly_requests")) if express else NotPriced(TRACED)


def _express(resource: Resource, context: Context) -> Iterator[Item]:
    runs = context.usage(resource, "monthly_requests")
    yield Charge("requests", runs, "AmazonStates/express_requests")
    seconds = rounded_up(context.usage(resource, "workflow_duration_ms"), STEP_MS) / 1000
    memory_gb = rounded_up(context.usage(resource, "memory_mb"), STEP_MB) / 1024
    told = all(context.is_told(resource, key) for key in ("workflow_duration_ms", "memory_mb"))
    yield Charge(
        "duration", runs * seconds * memory_gb, "AmazonStates/express_duration", "" if told else LEAST
    )
